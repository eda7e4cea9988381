"""Does the cluster have the storage that the stack relies on, and is it of the right kind?"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pulumi

from components.config import Settings
from components.config.storage import CLUSTER_NAME, GATEWAY_CLASS, NOOBAA_CLASS, SHARED_CLASS, MinioStore, ObcStore
from components.preflight.reader import ClusterReader

_CLASSES = "/apis/storage.k8s.io/v1/storageclasses"
_INFRASTRUCTURE = "/apis/config.openshift.io/v1/infrastructures/cluster"
_VERSION = "/apis/config.openshift.io/v1/clusterversions/version"
_PORTAL = "threescale.fileStorage.pvc.storageClassName"

_WITHOUT_GATEWAY = frozenset({"AWS", "Azure", "GCP", "IBMCloud"})
"""Platforms on which OpenShift Data Foundation makes no gateway of Ceph's (ocs-operator, SkipObjectStorePlatforms)."""

_ONE_NODE = re.compile(
    r"ebs\.csi\.aws\.com|disk\.csi\.azure\.com|pd\.csi\.storage\.gke\.io|vpc\.block\.csi\.ibm\.io|cinder\.csi\.openstack\.org"
    r"|kubernetes\.io/(aws-ebs|azure-disk|gce-pd|cinder|no-provisioner)|topolvm\.io|(.*\.)?rbd\.csi\.ceph\.com"
)
"""Drivers of block volumes, whose file systems one node mounts at a time (each driver's documentation)."""

_MANY_NODES = re.compile(
    r"efs\.csi\.aws\.com|fsx\.csi\.aws\.com|file\.csi\.azure\.com|filestore\.csi\.storage\.gke\.io|manila\.csi\.openstack\.org"
    r"|(.*\.)?(cephfs|nfs)\.csi\.ceph\.com|.*nfs.*"
)
"""Drivers of shared file systems."""


def storage_faults(reader: ClusterReader, settings: Settings) -> Iterator[str]:
    """A sentence for everything that is missing or of the wrong kind."""
    found = {path: reader.read(f"{_CLASSES}/{name}") for path, name in wanted_classes(settings).items()}
    yield from _missing(reader, settings, found)
    portal = found.get(_PORTAL)
    if portal is not None:
        yield from _not_shared(settings, str(portal.get("provisioner", "")))
    yield from _without_gateway(reader, settings)
    yield from _wrong_channel(reader, settings)


def wanted_classes(settings: Settings) -> Mapping[str, str]:
    """Path of each key that names a storage class that has to be there before this stack, with its value."""
    store, odf = settings.model_store, settings.storage.odf
    named: dict[str, str | None] = {
        _PORTAL: volume.storage_class_name if (volume := settings.threescale.file_storage.pvc) is not None else None,
        "storage.odf.backingClass": odf.backing_class if odf is not None else None,
        "modelStore.storageClassName": store.storage_class_name if isinstance(store, ObcStore | MinioStore) else None,
    }
    own = _own_classes(settings)
    return {path: name for path, name in named.items() if name is not None and name not in own}


def _own_classes(settings: Settings) -> frozenset[str]:
    """Classes that this stack's own storage will make."""
    odf = settings.storage.odf
    if odf is None:
        return frozenset()
    ceph = {SHARED_CLASS, GATEWAY_CLASS, f"{CLUSTER_NAME}-ceph-rbd"}
    return frozenset({NOOBAA_CLASS} if odf.object_only else {NOOBAA_CLASS, *ceph})


def _missing(reader: ClusterReader, settings: Settings, found: Mapping[str, Mapping[str, Any] | None]) -> Iterator[str]:
    """A claim on a class that does not exist stays pending for ever, with no error anywhere."""
    if all(one is not None for one in found.values()):
        return
    listed = reader.read(_CLASSES) or {}
    names = ", ".join(sorted(one["metadata"]["name"] for one in listed.get("items", ()))) or "none"
    wanted = wanted_classes(settings)
    for path in (path for path, one in found.items() if one is None):
        kind = " with ReadWriteMany" if path == _PORTAL else ""
        yield (
            f"{path} is {wanted[path]}, which does not exist. Allowed are classes of "
            f"this cluster{kind}; it has {names}. Set the name of such a class."
        )


def _not_shared(settings: Settings, provisioner: str) -> Iterator[str]:
    wanted = wanted_classes(settings)[_PORTAL]
    if _ONE_NODE.fullmatch(provisioner):
        yield (
            f"{_PORTAL} is {wanted}, whose driver {provisioner} makes volumes that one node writes at a time; 3scale's "
            "volume would stay pending. Allowed are classes with ReadWriteMany, such as those of CephFS, NFS, Amazon "
            "EFS or Azure Files. Set the name of such a class, or use threescale.fileStorage.s3."
        )
    elif provisioner and not _MANY_NODES.fullmatch(provisioner):
        pulumi.log.info(
            f"{_PORTAL}: whether {wanted} ({provisioner}) supports ReadWriteMany cannot be told beforehand."
        )


def _without_gateway(reader: ClusterReader, settings: Settings) -> Iterator[str]:
    store = settings.model_store
    if not isinstance(store, ObcStore) or store.storage_class_name != GATEWAY_CLASS:
        return
    status = (reader.read(_INFRASTRUCTURE) or {}).get("status", {})
    platform = str(status.get("platformStatus", {}).get("type") or status.get("platform") or "")
    if platform in _WITHOUT_GATEWAY:
        yield (
            f"modelStore.storageClassName is {GATEWAY_CLASS}, and this cluster runs on {platform}, where OpenShift "
            f"Data Foundation has no gateway of Ceph's. Allowed is {NOOBAA_CLASS}, the default. Remove "
            "modelStore.storageClassName."
        )


def _wrong_channel(reader: ClusterReader, settings: Settings) -> Iterator[str]:
    """Storage of another release than the cluster's is not supported, and its operators may not even be offered."""
    odf = settings.storage.odf
    named = re.fullmatch(r"stable-([0-9]+\.[0-9]+)", odf.channel) if odf is not None else None
    if odf is None or named is None:
        return
    version = (reader.read(_VERSION) or {}).get("status", {}).get("desired", {}).get("version", "")
    release = ".".join(str(version).split(".")[:2])
    if version and release != named[1]:
        yield (
            f"storage.odf.channel is {odf.channel}, and this cluster is OpenShift {version}. Allowed is the channel of "
            f"the cluster's own release. Set storage.odf.channel to stable-{release} and storage.odf.startingCSV to a "
            "version of it."
        )
