"""Update: server-side apply by the resource's own field manager, after it has taken the create's fields over."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolchain.stand_ins.kubernetes import checkpoint, objects, ownership, propertypath, typed
from toolchain.stand_ins.kubernetes.awaiting import readiness
from toolchain.stand_ins.kubernetes.awaiting.conditions import BadExpression
from toolchain.stand_ins.kubernetes.awaiting.waiting import AwaitError, newest
from toolchain.stand_ins.kubernetes.errors import ApiError, CallError, InitFailed, NoMatch, explained
from toolchain.stand_ins.kubernetes.values import has_unknown, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolchain.stand_ins.kubernetes.cluster import Cluster, Place
    from toolchain.stand_ins.kubernetes.session import Call, Session
    from toolchain.stand_ins.kubernetes.values import Tree


_TRIES = 3
"""How often a CRD is replaced when it changes between reading and writing."""


@dataclass(frozen=True, kw_only=True)
class _Update:
    """One update: whose, where, and what becomes of it in the state."""

    session: Session
    call: Call
    place: Place
    manager: str
    ignore_changes: Sequence[str]
    given: Tree
    """The new inputs as they came, secrets marked."""
    api_version: str

    def kept(self, inputs: Tree, live: Tree) -> Tree:
        """The properties to store."""
        return checkpoint.checkpoint(inputs, live, self.given, api_version=self.api_version, manager=self.manager)


def update(
    session: Session, call: Call, given_state: Tree, given_news: Tree, ignore_changes: Sequence[str]
) -> Tree | None:
    """The properties to store; `None` in a preview that cannot be tried on the server and echoes its inputs.

    Raises:
        CallError: The object is gone, or the cluster is out of reach.
        InitFailed: The server refused the update, or the object did not become ready after it.
    """
    if not call.preview:
        session.reachable()
    state, news = plain(given_state), typed.normalized(plain(given_news))
    if call.preview and (has_unknown(news) or not session.serves(news)):
        return None
    old_inputs, _ = checkpoint.split(state)
    job = _Update(
        session=session,
        call=call,
        place=_place(session, call, news),
        manager=checkpoint.field_manager(state, news),
        ignore_changes=ignore_changes,
        given=given_news,
        api_version=checkpoint.api_version(state, old_inputs or news),
    )
    done = _tried(job, news)
    if done is None:
        return None
    _drop_old_manager(job, done[0], checkpoint.field_manager(state, old_inputs))
    return job.kept(*done)


def _tried(job: _Update, news: Tree) -> tuple[Tree, Tree] | None:
    """(the inputs as sent, the live object); `None` in a preview that may not try.

    Raises:
        CallError: The object cannot be read.
        InitFailed: The server refused, or the object did not become ready.
    """
    try:
        return _updated(job, news)
    except ApiError as error:
        if job.call.preview and error.is_forbidden:
            return None
        live = _live_despite(job, error)
        raise _failure(live, job.kept(news, live), explained(error, job.manager)) from error
    except BadExpression as error:
        live = job.session.reachable().get(job.place)
        raise _failure(live, job.kept(news, live), str(error)) from error
    except AwaitError as error:
        raise _failure(error.live, job.kept(news, error.live), str(error), error.problems) from error


def _failure(live: Tree, properties: Tree, told: str, problems: Sequence[str] = ()) -> InitFailed:
    """The failure of an update that the server refused or that did not end in readiness."""
    resource_id = objects.identity(live)
    message = (
        f'the Kubernetes API server reported that "{resource_id}" failed to fully initialize or become live: {told}'
    )
    return InitFailed(message, resource_id=resource_id, properties=properties, reasons=[message, *problems])


def _place(session: Session, call: Call, news: Tree) -> Place:
    """Where the object lives; raises `CallError` when its kind is gone."""
    try:
        return session.reachable().place(news)
    except NoMatch as error:
        raise CallError(_no_such_kind(call.urn, error)) from error


def _no_such_kind(urn: str, error: NoMatch) -> str:
    return (
        f'update of resource "{urn}" failed because the Kubernetes API server reported that the apiVersion for this '
        f"resource does not exist. Verify that any required CRDs have been created: {error}"
    )


def _live_despite(job: _Update, error: ApiError) -> Tree:
    """The object as it is after a refused update; raises `CallError` when it cannot be read either."""
    try:
        return job.session.reachable().get(job.place)
    except ApiError as second:
        raise CallError(
            f'update of resource "{job.call.urn}" failed: {error}\nunable to get cluster state: {second}'
        ) from second


def _updated(job: _Update, news: Tree) -> tuple[Tree, Tree]:
    """(the inputs as sent, the live object after the update, ready unless this is a preview)."""
    session, call, place = job.session, job.call, job.place
    cluster = session.reachable()
    before = cluster.get(place)
    if objects.is_kind(news, "apiextensions.k8s.io/v1", "CustomResourceDefinition"):
        live = _replaced(cluster, place, news, before, dry_run=call.preview)
    else:
        if not call.preview and not objects.is_patch(call.type_token, news):
            before = ownership.take_over(cluster, place, before, job.manager)
        news, sent = _with_ignored_fields(news, before, job.manager, job.ignore_changes)
        force = ownership.force(session.settings, news, before, preview=call.preview)
        live = cluster.apply(sent, job.manager, force=force, dry_run=call.preview)
    if call.preview:
        return news, live
    seconds = readiness.timeout_seconds(call.timeout, news)
    readiness.wait(session.waiter(call.urn), place, live, seconds=seconds, await_all=session.settings.await_all)
    return news, newest(cluster, place, live)


def _replaced(cluster: Cluster, place: Place, news: Tree, before: Tree, *, dry_run: bool) -> Tree:
    """The CRD after a PUT; tried again when the API server has just written its status."""
    for left in reversed(range(_TRIES)):
        version = objects.text(before, "metadata", "resourceVersion")
        metadata = {**news["metadata"], "resourceVersion": version}
        try:
            return cluster.replace({**news, "metadata": metadata}, dry_run=dry_run)
        except ApiError as error:
            if not error.is_conflict or not left:
                raise
            before = cluster.get(place)
        finally:
            cluster.forget_kinds()
    raise AssertionError("no try was made")


def _with_ignored_fields(news: Tree, live: Tree, manager: str, ignore_changes: Sequence[str]) -> tuple[Tree, Tree]:
    """(inputs, what is sent): ignored fields have their live value, and those that only others own are not sent.

    Paths into lists are left as they are, as the official plugin does.
    """
    inputs, sent = copy.deepcopy(news), copy.deepcopy(news)
    for text in ignore_changes:
        path = tuple(step for step in propertypath.parsed(text) if isinstance(step, str))
        found = objects.at(live, *path)
        if found is None or _has_positions(path, text):
            continue
        _put(inputs, path, found)
        if ownership.owns(live, path, manager=manager, others=True) and not ownership.owns(
            live, path, manager=manager, others=False
        ):
            _remove(sent, path)
        else:
            _put(sent, path, found)
    return inputs, sent


def _has_positions(path: tuple[str, ...], text: str) -> bool:
    """Whether a path of map keys is not all that the text says: it has list positions or wildcards."""
    return path != propertypath.parsed(text) or "*" in path


def _put(values: Tree, path: tuple[str, ...], value: object) -> None:
    for key in path[:-1]:
        if not isinstance(values.get(key), dict):
            values[key] = {}
        values = values[key]
    values[path[-1]] = copy.deepcopy(value)


def _remove(values: Tree, path: tuple[str, ...]) -> None:
    for key in path[:-1]:
        if not isinstance(values.get(key), dict):
            return
        values = values[key]
    values.pop(path[-1], None)


def _drop_old_manager(job: _Update, news: Tree, former: str) -> None:
    """Give up what the former manager owns when the resource has a new one now."""
    if former != job.manager and not job.call.preview:
        ownership.give_up(job.session.reachable(), job.place, news, former)
