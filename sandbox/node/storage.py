"""The simulated storage drivers: a volume for each claim the real volume controller asks for, gone with the claim.

The controller manager decides when a class's driver is asked (`WaitForFirstConsumer` included) and binds claim and
volume; here only the driver's own part is played.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.kube.client import ApiError, Json, KubeClient
from sandbox.kube.mirror import Mirror, key_of

if TYPE_CHECKING:
    from sandbox.node.events import Events

_ASKED = "volume.kubernetes.io/storage-provisioner"
_SELECTED_NODE = "volume.kubernetes.io/selected-node"
_PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
_VOLUMES = "/api/v1/persistentvolumes"
_CONFLICT = 409
_NOT_FOUND = 404
_MANY_NODES = ("ReadWriteMany", "ReadOnlyMany")


@dataclass
class Storage:
    """Answers claims and released volumes; `claims`, `volumes` and `classes` are mirrors that call `look`."""

    client: KubeClient
    events: Events

    def __post_init__(self) -> None:
        self._wake = asyncio.Event()
        self.claims = Mirror(self.client, "/api/v1/persistentvolumeclaims", self._changed)
        self.volumes = Mirror(self.client, _VOLUMES, self._changed)
        self.classes = Mirror(self.client, "/apis/storage.k8s.io/v1/storageclasses", self._changed)

    def mirrors(self) -> tuple[Mirror, ...]:
        """What has to be followed."""
        return self.claims, self.volumes, self.classes

    async def run(self) -> None:
        """Act on every change until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            for claim in list(self.claims.objects.values()):
                await self._provide(claim)
            for volume in list(self.volumes.objects.values()):
                await self._reclaim(volume)

    async def unbound(self, pod: Json) -> str | None:
        """Why a pod's claims keep it from being scheduled; None when they do not."""
        for name in claim_names(pod):
            claim = self.claims.objects.get(f"{pod['metadata']['namespace']}/{name}")
            if claim is None:
                return f'persistentvolumeclaim "{name}" not found'
            if claim["metadata"].get("deletionTimestamp"):
                return f'persistentvolumeclaim "{name}" is being deleted'
            if claim.get("status", {}).get("phase") != "Bound" and not self._waits_for_consumer(claim):
                return "pod has unbound immediate PersistentVolumeClaims"
        return None

    async def select_node(self, pod: Json, node: str) -> bool:
        """Tell the claims that wait for a consumer where it runs; true when every claim is bound."""
        bound = True
        for name in claim_names(pod):
            claim = self.claims.objects.get(f"{pod['metadata']['namespace']}/{name}")
            if claim is None or claim.get("status", {}).get("phase") != "Bound":
                bound = False
            if claim is not None and _SELECTED_NODE not in (claim["metadata"].get("annotations") or {}) and not bound:
                path = f"/api/v1/namespaces/{pod['metadata']['namespace']}/persistentvolumeclaims/{name}"
                await self.client.merge(path, {"metadata": {"annotations": {_SELECTED_NODE: node}}})
        return bound

    def _changed(self, _key: str) -> None:
        self._wake.set()

    def _waits_for_consumer(self, claim: Json) -> bool:
        found = self.classes.objects.get(claim["spec"].get("storageClassName") or "")
        return found is not None and found.get("volumeBindingMode") == "WaitForFirstConsumer"

    async def _provide(self, claim: Json) -> None:
        annotations = claim["metadata"].get("annotations") or {}
        storage_class = self.classes.objects.get(claim["spec"].get("storageClassName") or "")
        if storage_class is None or annotations.get(_ASKED) != storage_class["provisioner"]:
            return
        if claim.get("status", {}).get("phase") != "Pending" or claim["metadata"].get("deletionTimestamp"):
            return
        if self._waits_for_consumer(claim) and _SELECTED_NODE not in annotations:
            return
        if why := unsupported(claim, storage_class):
            await self.events.warn(claim, "ProvisioningFailed", why)
            return
        if f"pvc-{claim['metadata']['uid']}" not in self.volumes.objects:
            try:
                await self.client.create(_VOLUMES, volume_for(claim, storage_class))
            except ApiError as refusal:
                if refusal.status != _CONFLICT:
                    raise

    async def _reclaim(self, volume: Json) -> None:
        ours = _PROVISIONED_BY in (volume["metadata"].get("annotations") or {})
        delete = volume["spec"].get("persistentVolumeReclaimPolicy") == "Delete"
        released = volume.get("status", {}).get("phase") == "Released"
        if ours and delete and released and not volume["metadata"].get("deletionTimestamp"):
            try:
                await self.client.delete(f"{_VOLUMES}/{key_of(volume)}")
            except ApiError as refusal:
                if refusal.status != _NOT_FOUND:
                    raise


def claim_names(pod: Json) -> list[str]:
    """The names of the claims a pod mounts."""
    volumes = pod["spec"].get("volumes") or []
    named = [volume["persistentVolumeClaim"]["claimName"] for volume in volumes if volume.get("persistentVolumeClaim")]
    made = [f"{pod['metadata']['name']}-{volume['name']}" for volume in volumes if volume.get("ephemeral")]
    return named + made


def unsupported(claim: Json, storage_class: Json) -> str | None:
    """Why the class's driver refuses a claim, in its words; None when it does not."""
    provisioner: str = storage_class["provisioner"]
    block = provisioner == "ebs.csi.aws.com" or "rbd.csi.ceph.com" in provisioner
    many = [mode for mode in claim["spec"].get("accessModes") or [] if mode in _MANY_NODES]
    if block and many and claim["spec"].get("volumeMode", "Filesystem") == "Filesystem":
        return (
            f'failed to provision volume with StorageClass "{storage_class["metadata"]["name"]}": rpc error: '
            f"code = InvalidArgument desc = Volume capabilities not supported by {provisioner}: {', '.join(many)}"
        )
    return None


def volume_for(claim: Json, storage_class: Json) -> Json:
    """The volume a driver makes for a claim, already promised to it."""
    metadata, spec = claim["metadata"], claim["spec"]
    name = f"pvc-{metadata['uid']}"
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name, "annotations": {_PROVISIONED_BY: storage_class["provisioner"]}},
        "spec": {
            "capacity": {"storage": spec["resources"]["requests"]["storage"]},
            "accessModes": spec["accessModes"],
            "volumeMode": spec.get("volumeMode", "Filesystem"),
            "persistentVolumeReclaimPolicy": storage_class.get("reclaimPolicy", "Delete"),
            "storageClassName": storage_class["metadata"]["name"],
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": metadata["namespace"],
                "name": metadata["name"],
                "uid": metadata["uid"],
            },
            "csi": {"driver": storage_class["provisioner"], "volumeHandle": name},
        },
    }
