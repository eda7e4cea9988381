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
    return serving_version(store, package, namespace) != ""


def serving_version(store: Store, package: str, namespace: str) -> str:
    """The version of the running operator that is responsible for a namespace; empty for none."""
    for csv in store.objects(CSV):
        found = package_of(csv["metadata"]["name"])
        if found is None or found.name != package or not _responsible(csv, namespace):
            continue
        if deployment_available(store, csv["metadata"]["namespace"], found.deployment):
            release = found.release(csv["metadata"]["name"])
            return release.version if release is not None else ""
    return ""


def _responsible(csv: Manifest, namespace: str) -> bool:
    targets = csv["metadata"].get("annotations", {}).get(TARGETS)
    # The cluster's own objects are in no namespace, so whoever watches one sees them.
    return targets is not None and (targets == "" or not namespace or namespace in targets.split(","))
