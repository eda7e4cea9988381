"""Builders for the picture of a cluster that a reconcile function looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.operators.crd_files import CrdFiles
from sandbox.operators.kinds import DEPLOYMENT
from sandbox.operators.reconcile import Errand, Product, Settings, View
from sandbox.operators.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sandbox.operators.kinds import Kind
    from sandbox.operators.reconcile import Outcome
    from sandbox.operators.store import Manifest

NOW = "2026-11-21T08:00:00Z"


def named(kind: Kind, name: str, namespace: str = "", *, generation: int = 1, **fields: Any) -> Manifest:  # noqa: ANN401 - the fields of any kind
    """An object of a kind as the server would return it; `metadata` adds to what every object has."""
    metadata = {"name": name, "uid": f"uid-{kind.kind}-{name}", "generation": generation, "resourceVersion": "1"}
    if kind.namespaced:
        metadata["namespace"] = namespace
    metadata |= fields.pop("metadata", {})
    return {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": metadata, **fields}


def view(
    *objects: Manifest,
    early: frozenset[str] | set[str] = frozenset(),
    products: Mapping[str, tuple[Product, ...]] | None = None,
    errands: Mapping[str, Errand] | None = None,
    folders: tuple[Path, ...] = (),
) -> View:
    """The cluster with these objects; every phase has lasted long enough but those named `early`."""
    return View(
        store=Store(objects),
        settings=Settings(),
        now=NOW,
        crds=CrdFiles(folders),
        waited=lambda phase: 0.0 if phase in early else 1000.0,
        random=lambda length: "r" * length,
        products=products or {},
        errands=errands or {},
    )


def running(name: str, namespace: str, *, ready: bool = True, **fields: Any) -> Manifest:  # noqa: ANN401 - the fields of any kind
    """A Deployment that is available or not."""
    status = {"observedGeneration": 1, "conditions": [{"type": "Available", "status": str(ready)}]}
    spec = {"replicas": 1, "template": {"spec": {"containers": []}}}
    return named(DEPLOYMENT, name, namespace, **{"spec": spec, "status": status, **fields})


def after(resource: Manifest, outcome: Outcome) -> Manifest:
    """The resource with the outcome's status."""
    return {**resource, "status": outcome.status} if outcome.status is not None else resource


def written(outcome: Outcome) -> Manifest:
    """The status that an outcome writes; there must be one."""
    assert outcome.status is not None
    return outcome.status


def condition(status: Manifest | None, kind: str) -> Manifest:
    """A condition of a status by its type."""
    return next(entry for entry in (status or {})["conditions"] if entry["type"] == kind)


def applied(outcome: Outcome, kind: str, name: str) -> Manifest:
    """The object of that kind and name that an outcome applies or creates."""
    found = [
        each for each in (*outcome.apply, *outcome.create) if (each["kind"], each["metadata"]["name"]) == (kind, name)
    ]
    assert found, f"no {kind} {name} among {[each['metadata']['name'] for each in (*outcome.apply, *outcome.create)]}"
    return found[0]
