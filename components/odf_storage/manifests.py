"""OpenShift Data Foundation's one object, and the storage classes that come of it; pure."""

from typing import Any

from components.config.storage import CLUSTER_NAME, NAMESPACE, NOOBAA_CLASS, SHARED_CLASS, Odf
from components.custom_resources import Manifest

STORAGE_LABEL = "cluster.ocs.openshift.io/openshift-storage"
"""Label of the nodes on which the data is (ocs-operator, controllers/defaults)."""

_REPLICAS = 3
"""Copies of the data, each in another zone or on another node (ocs-operator, controllers/defaults)."""


def storage_cluster(odf: Odf) -> Manifest:
    """The storage: three disks per device set with Ceph and its gateways, or the Multicloud Object Gateway alone.

    There is no StorageSystem: from release 4.19 on the operator deletes it, and before only the console used it.
    """
    return {
        "apiVersion": "ocs.openshift.io/v1",
        "kind": "StorageCluster",
        "metadata": {"name": CLUSTER_NAME, "namespace": NAMESPACE},
        "spec": _gateway_alone(odf) if odf.object_only else _disks(odf),
    }


def storage_classes(odf: Odf) -> tuple[str, ...]:
    """The storage classes that others rely on. From release 4.20 on they may come after the storage is ready."""
    return (NOOBAA_CLASS,) if odf.object_only else (SHARED_CLASS, NOOBAA_CLASS)


def _gateway_alone(odf: Odf) -> dict[str, Any]:
    return {"multiCloudGateway": {"reconcileStrategy": "standalone", "dbStorageClassName": odf.backing_class}}


def _disks(odf: Odf) -> dict[str, Any]:
    claim = {
        "storageClassName": odf.backing_class,
        "accessModes": ["ReadWriteOnce"],
        "volumeMode": "Block",
        "resources": {"requests": {"storage": odf.device_size}},
    }
    devices = {
        "name": "ocs-deviceset",
        "count": odf.device_count,
        "replica": _REPLICAS,
        "portable": odf.portable,
        "dataPVCTemplate": {"spec": claim},
    }
    return {"resourceProfile": odf.profile, "storageDeviceSets": [devices]}
