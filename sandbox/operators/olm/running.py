"""Whether an operator runs and for which namespaces, read from its CSV and its Deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.operators.kinds import CSV
from sandbox.operators.olm.catalogue import package_of
from sandbox.operators.reconcile import deployment_available

if TYPE_CHECKING:
    from sandbox.operators.store import Manifest, Store

TARGETS = "olm.targetNamespaces"
"""Annotation of a CSV: the namespaces its operator watches, by comma; empty for all."""


def serves(store: Store, package: str, namespace: str) -> bool:
    """Whether a running operator of the package is responsible for a namespace (empty: for the cluster's own objects).

    An operator runs while its Deployment is available, whatever OLM thinks of its CSV.
    """
    return any(
        _responsible(csv, namespace) and deployment_available(store, csv["metadata"]["namespace"], found.deployment)
        for csv in store.objects(CSV)
        if (found := package_of(csv["metadata"]["name"])) is not None and found.name == package
    )


def _responsible(csv: Manifest, namespace: str) -> bool:
    targets = csv["metadata"].get("annotations", {}).get(TARGETS)
    return targets == "" or (bool(namespace) and namespace in (targets or "").split(","))
