"""What a reconcile function is given and what it answers.

A reconcile function looks at one resource and at the cluster, and says what should be there. It has no connection, no
clock and no randomness of its own, so the same picture always gives the same answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.operators.kinds import DEPLOYMENT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.operators.crd_files import CrdFiles
    from sandbox.operators.kinds import Kind
    from sandbox.operators.store import Manifest, Store


@dataclass(frozen=True, kw_only=True)
class Product:
    """One product of a 3scale tenant, as zync sees it."""

    id: int
    system_name: str
    deployment_option: str
    endpoints: Mapping[str, str] = field(default_factory=dict)
    """Public address by environment: `staging`, `production`."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the operators are told at start."""

    delay_seconds: float = 0.3
    """How long one phase takes."""
    gateway_cache_seconds: int = 2
    """How long the production gateway keeps its configuration; the real operator writes 300."""
    cloud_vcpus: int = 768
    """Processors that the simulated cloud account may have at once."""


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What came of an operator's work in a server that it manages, for one resource as it is now."""

    error: str = ""
    """Why it failed; empty when it did not."""
    found: Mapping[str, str] = field(default_factory=dict)
    """What the server answered."""
    begun: bool = True
    """Whether there was a server to work in."""

    @staticmethod
    def key(resource: Manifest) -> str:
        """The resource in its present form: another specification, or its deletion, is another errand."""
        metadata = resource["metadata"]
        parts = (resource["kind"], metadata.get("uid", ""), str(metadata.get("generation", 0)))
        return "/".join((*parts, "deleted" if deleted(resource) else "kept"))


@dataclass(frozen=True, kw_only=True)
class View:
    """The cluster at one moment, for one resource."""

    store: Store
    settings: Settings
    now: str
    """The time as Kubernetes writes it, `2026-11-21T08:00:00Z`."""
    crds: CrdFiles
    waited: Callable[[str], float]
    """Seconds since a resource's phase was first asked about, given the phase's name."""
    random: Callable[[int], str]
    """That many random letters and digits."""
    products: Mapping[str, tuple[Product, ...]] = field(default_factory=dict)
    """The 3scale products by namespace of the APIManager; a namespace whose tenant was not reached yet is missing."""

    errands: Mapping[str, Errand] = field(default_factory=dict)
    """What came of work in servers, by `Errand.key`; nothing for work that has not been done."""

    def errand(self, resource: Manifest) -> Errand | None:
        """What came of the work for a resource in its present form."""
        return self.errands.get(Errand.key(resource))

    def due(self, phase: str) -> bool:
        """Whether the resource has spent its time in a phase."""
        return self.waited(phase) >= self.settings.delay_seconds


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What should be there after one look at a resource."""

    status: Manifest | None = None
    """The whole new status; None leaves it as it is."""
    apply: tuple[Manifest, ...] = ()
    """Objects kept exactly like this (server-side apply, fields of others stay)."""
    create: tuple[Manifest, ...] = ()
    """Objects made when absent and never touched again."""
    patch: tuple[tuple[Manifest, Manifest], ...] = ()
    """Pairs of an existing object and a merge patch for it; a changed object in between refuses the patch."""
    status_patch: tuple[tuple[Manifest, Manifest], ...] = ()
    """Pairs of an existing object of another kind and a merge patch for its status."""
    delete: tuple[Manifest, ...] = ()
    """Existing objects to delete."""
    again: bool = False
    """Look again after one delay, because time alone changes something."""


Reconcile = Callable[["Manifest", View], Outcome]


@dataclass(frozen=True, kw_only=True)
class Operator:
    """One simulated operator."""

    name: str
    """Its name as field manager and in events."""
    package: str
    """The OLM package whose running CSV makes it work; empty for what is part of the platform."""
    reconcilers: Mapping[Kind, Reconcile]
    """The reconcile function of each kind it is responsible for."""
    wakes: frozenset[Kind] = frozenset()
    """Kinds whose every event makes it look again at all its resources in that namespace."""
    writes: frozenset[Kind] = frozenset()
    """Kinds it writes or reads without being woken by strangers' objects; an owned object's event wakes its owner."""


def condition(kind: str, status: bool | str, reason: str = "", message: str = "", **more: Any) -> Manifest:  # noqa: ANN401, FBT001 - fields differ per kind; True and False are Kubernetes' own words here
    """A condition of a status, without its time."""
    text = status if isinstance(status, str) else str(status)
    found = {"type": kind, "status": text, "reason": reason, "message": message, **more}
    return {key: value for key, value in found.items() if value not in ("", None)}


def timed(old: Iterable[Manifest], new: Iterable[Manifest], now: str, *stamps: str) -> list[Manifest]:
    """The new conditions with their times (`lastTransitionTime` and `stamps`), kept while the status is the same."""
    known = {entry.get("type"): entry for entry in old}
    conditions = []
    for entry in new:
        before = known.get(entry["type"], {})
        same = before.get("status") == entry["status"]
        times = {stamp: before.get(stamp, now) if same else now for stamp in ("lastTransitionTime", *stamps)}
        conditions.append({**entry, **times})
    return conditions


def owner(manifest: Manifest, *, controller: bool = True) -> Manifest:
    """An owner reference to an object, for `metadata.ownerReferences`."""
    reference = {key: manifest[key] for key in ("apiVersion", "kind")}
    reference |= {key: manifest["metadata"][key] for key in ("name", "uid")}
    return {**reference, "controller": controller, "blockOwnerDeletion": controller}


def suffix(*parts: str) -> str:
    """Five letters and digits that stand for the parts, where the real operator takes random ones."""
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    # Kubernetes' own alphabet for generated names has no vowels, so that no words appear.
    alphabet = "bcdfghjklmnpqrstvwxz2456789"
    return "".join(alphabet[int(digest[i : i + 4], 16) % len(alphabet)] for i in range(0, 20, 4))


def available(manifest: Manifest | None) -> bool:
    """Whether a Deployment is there and has condition Available for its present generation."""
    if manifest is None:
        return False
    status = manifest.get("status", {})
    if status.get("observedGeneration", 0) < manifest["metadata"].get("generation", 0):
        return False
    return is_true(manifest, "Available")


def is_true(manifest: Manifest | None, kind: str) -> bool:
    """Whether an object is there and has a condition with status True."""
    # A definition that has just been made says `conditions: null`.
    conditions = (manifest or {}).get("status", {}).get("conditions") or ()
    return any(entry["type"] == kind and entry["status"] == "True" for entry in conditions)


def deployment_available(store: Store, namespace: str, name: str) -> bool:
    """Whether the named Deployment is available."""
    return available(store.get(DEPLOYMENT, namespace, name))


def finalized(manifest: Manifest, *names: str) -> tuple[tuple[Manifest, Manifest], ...]:
    """The patch that puts finalizers on an object, empty when they are there."""
    present = manifest["metadata"].get("finalizers", [])
    missing = [name for name in names if name not in present]
    return ((manifest, {"metadata": {"finalizers": [*present, *missing]}}),) if missing else ()


def released(manifest: Manifest, *names: str) -> tuple[tuple[Manifest, Manifest], ...]:
    """The patch that takes finalizers off an object, empty when they are gone."""
    present = manifest["metadata"].get("finalizers", [])
    kept = [name for name in present if name not in names]
    return ((manifest, {"metadata": {"finalizers": kept}}),) if kept != present else ()


def deleted(manifest: Manifest) -> bool:
    """Whether an object waits for its finalizers."""
    return "deletionTimestamp" in manifest["metadata"]
