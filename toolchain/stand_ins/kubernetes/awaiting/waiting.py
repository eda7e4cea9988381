"""The one waiting loop: look at the object until it is ready, has failed, time is up or the user cancels."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from toolchain.stand_ins.kubernetes import objects
from toolchain.stand_ins.kubernetes.errors import ApiError, CallError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from toolchain.stand_ins.kubernetes.cluster import Cluster, Place
    from toolchain.stand_ins.kubernetes.values import Tree

DEFAULT_SECONDS = 600.0
"""How long is waited when neither the resource's options nor its annotation say (official plugin: 10 minutes)."""

FIRST_PAUSE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 0.3
PAUSE_GROWTH = 1.4
"""Each look comes this much later than the one before: quick for what is quick, easy on the server for the rest."""

_PASSING = frozenset({HTTPStatus.TOO_MANY_REQUESTS, *range(500, 600)})
"""Statuses of an API server that is busy or restarting."""

TIMED_OUT = "timed out waiting for the condition"


@dataclass(frozen=True)
class Verdict:
    """What one look at an object tells."""

    ready: bool
    progress: str = ""
    """A line for the user."""
    problems: list[str] = field(default_factory=list)
    """What is missing, told when time is up."""
    failed: bool = False
    """It will never become ready."""


@dataclass(frozen=True)
class Waiter:
    """What every wait needs."""

    cluster: Cluster
    cancelled: threading.Event
    tell: Callable[[str], None]
    """Shows a line of progress."""


class AwaitError(Exception):
    """The wait did not end well."""

    def __init__(self, message: str, live: Tree, problems: list[str]) -> None:
        super().__init__(message)
        self.live = live
        """The object as last seen."""
        self.problems = problems
        """More reasons, after the message."""


def until_ready(  # noqa: PLR0913 - the last two are the wait's own settings
    waiter: Waiter,
    place: Place,
    live: Tree,
    look: Callable[[Tree], Verdict],
    *,
    seconds: float,
    timed_out: str = TIMED_OUT,
) -> Tree:
    """The object once the look finds it ready.

    `live` is the object as known now, `timed_out` the message when the seconds are over.

    Raises:
        AwaitError: It failed, time is up, the user cancelled, or the object went away.
    """
    ticks = _Ticks(waiter, seconds)
    while True:
        verdict = _looked(look, live)
        if verdict.ready:
            waiter.tell("")
            return live
        if verdict.failed:
            raise AwaitError(not_initialized(live), live, verdict.problems)
        ticks.next(live, verdict, timed_out)
        found = _polled(waiter, place, live)
        if found is None:
            raise AwaitError(f"'{place.name}' was deleted while waiting for it", live, verdict.problems)
        live = found


def _looked(look: Callable[[Tree], Verdict], live: Tree) -> Verdict:
    """The look's verdict; not ready while the API server, which the look may ask, does not answer."""
    try:
        return look(live)
    except (ApiError, CallError) as error:
        _raise_refusal(error, live)
        return Verdict(ready=False, progress="The API server does not answer")


def _polled(waiter: Waiter, place: Place, known: Tree) -> Tree | None:
    """The object now, `None` when it is gone, the known one while the API server does not answer."""
    try:
        return waiter.cluster.poll(place)
    except (ApiError, CallError) as error:
        _raise_refusal(error, known)
        return known


def _raise_refusal(error: Exception, live: Tree) -> None:
    """Raise `AwaitError` for a refusal, but not for a server that is away: its restart must not end a wait."""
    if isinstance(error, ApiError) and error.status not in _PASSING:
        raise AwaitError(str(error), live, []) from error


def newest(cluster: Cluster, place: Place, known: Tree) -> Tree:
    """The object as it is now, or as known when it cannot be read: that it was written must not be lost."""
    try:
        return cluster.poll(place) or known
    except (ApiError, CallError):
        return known


def until_gone(waiter: Waiter, place: Place, known: Tree, *, seconds: float) -> None:
    """Return when the object, known as given, is gone.

    Raises:
        AwaitError: It is still there when time is up or the user cancels.
    """
    ticks = _Ticks(waiter, seconds)
    while True:
        live = _polled(waiter, place, known)
        if live is None:
            waiter.tell("")
            return
        finalizers = ", ".join(objects.at(live, "metadata", "finalizers") or [])
        progress = f"Waiting for deletion, finalizers: {finalizers}" if finalizers else "Waiting for deletion"
        ticks.next(live, Verdict(ready=False, progress=progress), TIMED_OUT)
        known = live


def not_initialized(live: Tree) -> str:
    """The message for an object that is there but has failed."""
    return f"Resource '{objects.name(live)}' was created but failed to initialize"


class _Ticks:
    """The pauses between looks, bounded by a deadline and ended at once by the user's cancellation."""

    def __init__(self, waiter: Waiter, seconds: float) -> None:
        self._waiter = waiter
        self._deadline = time.monotonic() + seconds
        self._pause = FIRST_PAUSE_SECONDS
        self._told = ""

    def next(self, live: Tree, verdict: Verdict, timed_out: str) -> None:
        """Pause; raises `AwaitError` when there will be no further look."""
        if verdict.progress and verdict.progress != self._told:
            self._told = verdict.progress
            self._waiter.tell(verdict.progress)
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise AwaitError(timed_out, live, verdict.problems)
        if self._waiter.cancelled.wait(min(self._pause, left)):
            raise AwaitError(f"Resource operation was cancelled for '{objects.name(live)}'", live, verdict.problems)
        self._pause = min(self._pause * PAUSE_GROWTH, LONGEST_PAUSE_SECONDS)
