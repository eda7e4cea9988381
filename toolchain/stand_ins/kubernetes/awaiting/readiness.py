"""Which wait belongs to which object, for how long, and which look Read takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolchain.stand_ins.kubernetes import objects
from toolchain.stand_ins.kubernetes.awaiting import conditions, storage_and_network, workloads
from toolchain.stand_ins.kubernetes.awaiting.waiting import (
    DEFAULT_SECONDS,
    TIMED_OUT,
    AwaitError,
    Waiter,
    not_initialized,
    until_gone,
    until_ready,
)

if TYPE_CHECKING:
    from toolchain.stand_ins.kubernetes.awaiting.conditions import Look
    from toolchain.stand_ins.kubernetes.cluster import Cluster, Place
    from toolchain.stand_ins.kubernetes.values import Tree

_SKIPPING_DELETES = frozenset(
    {
        ("apps/v1", "DaemonSet"),
        ("apps/v1", "Deployment"),
        ("apps/v1", "StatefulSet"),
        ("batch/v1", "Job"),
        ("v1", "Namespace"),
        ("v1", "Pod"),
        ("v1", "ReplicationController"),
    }
)
"""Kinds for which `skipAwait` also skips the wait after a deletion (pulumi-kubernetes, metadata/overrides.go)."""

_NOT_COVERED = frozenset({("networking.k8s.io/v1", "Ingress"), ("v1", "ReplicationController")})
"""Kinds that the official plugin waits for and this one does not."""

_NAMING_TIMEOUT = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Job", "Pod", "Service"})
"""Kinds whose time-out message names the object."""


def timeout_seconds(asked: float, inputs: Tree) -> float:
    """How long to wait: the resource's own option, else the annotation, else ten minutes."""
    if asked:
        return asked
    written = objects.annotation(inputs, objects.TIMEOUT_SECONDS)
    return float(written) if written.lstrip("-").isdigit() else DEFAULT_SECONDS


def wait(waiter: Waiter, place: Place, live: Tree, *, seconds: float, await_all: bool) -> None:
    """Return when the object is ready.

    The annotations of the live object decide, so that they must have reached the cluster.

    Raises:
        AwaitError: It does not become ready.
        BadExpression: `pulumi.com/waitFor` is not understood.
    """
    if objects.annotation(live, objects.SKIP_AWAIT) == "true":
        return
    written = objects.annotation(live, objects.WAIT_FOR)
    if written:
        until_ready(waiter, place, live, conditions.named(written), seconds=seconds)
        return
    kind = (objects.text(live, "apiVersion"), objects.text(live, "kind"))
    if kind in _NOT_COVERED:
        waiter.tell(f"The kubernetes stand-in plugin does not wait for {kind[1]}")
    if kind == ("v1", "Service"):
        _wait_for_service(waiter, place, live, seconds)
        return
    look, limit = _built_in(waiter.cluster, live)
    if look is None and await_all:
        look = conditions.status_says_ready
    if look is not None:
        until_ready(waiter, place, live, look, seconds=limit or seconds, timed_out=_timed_out(live))


def _timed_out(live: Tree) -> str:
    if objects.text(live, "kind") in _NAMING_TIMEOUT:
        return f"'{objects.name(live)}' timed out waiting to be Ready"
    return TIMED_OUT


def _wait_for_service(waiter: Waiter, place: Place, live: Tree, seconds: float) -> None:
    """Wait for a Service; one that is ready but for the time to settle is ready when time is up."""
    look = storage_and_network.ServiceLook(waiter.cluster)
    try:
        until_ready(waiter, place, live, look, seconds=seconds, timed_out=_timed_out(live))
    except AwaitError as error:
        if not look.is_ready_now(error.live).ready:
            raise


def _built_in(cluster: Cluster, live: Tree) -> tuple[Look | None, float | None]:
    """(the look of the object's kind, `None` for kinds that need no wait; its own time limit in seconds)."""
    kind = (objects.text(live, "apiVersion"), objects.text(live, "kind"))
    workload = _workload(kind, cluster)
    if workload is not None:
        return workload, None
    if kind == ("v1", "Secret") and live.get("type") == storage_and_network.TOKEN_TYPE:
        return storage_and_network.token_secret, storage_and_network.TOKEN_SECONDS
    found: dict[tuple[str, str], tuple[Look, float]] = {
        ("v1", "PersistentVolume"): (storage_and_network.volume, storage_and_network.CLAIM_SECONDS),
        ("v1", "PersistentVolumeClaim"): (storage_and_network.ClaimLook(cluster), storage_and_network.CLAIM_SECONDS),
        ("v1", "ResourceQuota"): (storage_and_network.quota, storage_and_network.QUOTA_SECONDS),
    }
    return found.get(kind, (None, None))


def _workload(kind: tuple[str, str], cluster: Cluster) -> Look | None:
    found: dict[tuple[str, str], Look] = {
        ("apps/v1", "DaemonSet"): workloads.daemon_set,
        ("apps/v1", "Deployment"): workloads.DeploymentLook(cluster),
        ("apps/v1", "StatefulSet"): workloads.StatefulSetLook(cluster),
        ("batch/v1", "Job"): workloads.JobLook(cluster),
        ("v1", "Pod"): workloads.pod,
    }
    return found.get(kind)


def refuse_unready(cluster: Cluster, live: Tree) -> None:
    """Look once at a workload or Service that is read; other kinds and objects with own conditions pass.

    Raises:
        AwaitError: It is not ready.
    """
    if objects.annotation(live, objects.SKIP_AWAIT) == "true" or objects.annotation(live, objects.WAIT_FOR):
        return
    kind = (objects.text(live, "apiVersion"), objects.text(live, "kind"))
    look = _workload(kind, cluster)
    if kind == ("v1", "Service"):
        look = storage_and_network.ServiceLook(cluster).is_ready_now
    if look is not None:
        verdict = look(live)
        if not verdict.ready:
            raise AwaitError(not_initialized(live), live, verdict.problems)


def is_ready(cluster: Cluster, live: Tree) -> bool:
    """Whether the object passes the look that Read takes."""
    try:
        refuse_unready(cluster, live)
    except AwaitError:
        return False
    return True


def wait_until_gone(waiter: Waiter, place: Place, known: Tree, inputs: Tree, seconds: float) -> None:
    """Return when the object, known as given, is gone; at once where the inputs say not to wait.

    Raises:
        AwaitError: It is still there when time is up.
    """
    kind = (objects.text(inputs, "apiVersion"), objects.text(inputs, "kind"))
    if objects.annotation(inputs, objects.SKIP_AWAIT) == "true" and kind in _SKIPPING_DELETES:
        return
    until_gone(waiter, place, known, seconds=seconds)
