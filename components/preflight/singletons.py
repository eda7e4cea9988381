"""Is something there already of which a cluster has one, and which this stack would make?"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from components.config import Settings
from components.config.storage import NAMESPACE as STORAGE_NAMESPACE
from components.preflight.needs import kinds
from components.preflight.needs.kinds import Kind
from components.preflight.reader import ClusterReader

_OURS = "pulumi.com/patchForce"
"""Annotation of every object that this project makes: one with it was made by an earlier `pulumi up`."""


class _One(NamedTuple):
    """An object of which a cluster has one."""

    kind: Kind
    key: str
    """The key of the stack file that asks for it."""
    remedy: str
    namespace: str = ""
    name: str = ""
    """The one name that counts; empty when any object of the kind is in the way."""


def already_there(reader: ClusterReader, settings: Settings) -> Iterator[str]:
    """A sentence for each object of somebody else's in whose place this stack would put its own.

    Creating it would end in AlreadyExists, or in a second one that its operator ignores, in the middle of an update.

    Raises:
        ClusterRefusalError: The server does not answer, or does not let us read.
    """
    for one in _wanted(settings):
        for found in _items(reader, one):
            metadata = found["metadata"]
            if one.name in ("", metadata["name"]) and _OURS not in (metadata.get("annotations") or {}):
                what = f"{one.kind.resource}.{one.kind.group}/{metadata['name']}"
                yield (
                    f"It has {what} already, and {one.key} would make this stack's own. Allowed is one in a cluster. "
                    f"{one.remedy}, or have its owner remove {what}."
                )


def _wanted(settings: Settings) -> Iterator[_One]:
    prereqs, pools = settings.prereqs, [*settings.nodes.workers.values(), *settings.gpu.pools.values()]
    if settings.gpu.autoscaler.manage and any(pool.autoscaled for pool in pools):
        # The operator takes no notice of an autoscaler with any other name (cluster-autoscaler-operator).
        keep = "Set gpu.autoscaler.manage to false: the pools' limits then count for the one that is there"
        yield _One(kinds.CLUSTER_AUTOSCALERS, "a pool with min and max", keep, name="default")
    if prereqs.gpu_operator is not None:
        yield _One(kinds.CLUSTER_POLICIES, "prereqs.gpuOperator", "Remove prereqs.gpuOperator and use its owner's")
    if (release := prereqs.openshift_ai) is not None:
        kind = kinds.data_science_clusters("v1" if release.first_generation else "v2")
        yield _One(
            kind, "prereqs.openshiftAi", "Remove prereqs.openshiftAi and use its owner's, with KServe switched on"
        )
    if settings.storage.odf is not None:
        remedy = "Remove storage.odf and name its classes where one is asked for"
        yield _One(kinds.STORAGE_CLUSTERS, "storage.odf", remedy, namespace=STORAGE_NAMESPACE)


def _items(reader: ClusterReader, one: _One) -> list[Mapping[str, Any]]:
    place = f"/namespaces/{one.namespace}" if one.namespace else ""
    listed = reader.read(f"/apis/{one.kind.group}/{one.kind.version}{place}/{one.kind.resource}")
    return list((listed or {}).get("items", ()))
