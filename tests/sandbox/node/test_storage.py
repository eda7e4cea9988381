from __future__ import annotations

from typing import Any

import pytest

from sandbox.node.storage import claim_names, unsupported, volume_for


def _class(provisioner: str) -> dict[str, Any]:
    return {"metadata": {"name": "k"}, "provisioner": provisioner, "reclaimPolicy": "Delete"}


def _claim(mode: str, **spec: object) -> dict[str, Any]:
    metadata = {"name": "c", "namespace": "ns", "uid": "u"}
    return {
        "metadata": metadata,
        "spec": {"accessModes": [mode], "resources": {"requests": {"storage": "1Gi"}}} | spec,
    }


@pytest.mark.parametrize("provisioner", ["ebs.csi.aws.com", "openshift-storage.rbd.csi.ceph.com"])
def test_a_block_driver_refuses_a_file_system_for_many_nodes(provisioner: str) -> None:
    assert "ReadWriteMany" in str(unsupported(_claim("ReadWriteMany"), _class(provisioner)))
    assert unsupported(_claim("ReadWriteOnce"), _class(provisioner)) is None
    assert unsupported(_claim("ReadWriteMany", volumeMode="Block"), _class(provisioner)) is None


def test_a_file_driver_takes_many_nodes() -> None:
    assert unsupported(_claim("ReadWriteMany"), _class("efs.csi.aws.com")) is None
    assert unsupported(_claim("ReadWriteMany"), _class("openshift-storage.cephfs.csi.ceph.com")) is None


def test_a_volume_is_promised_to_its_claim() -> None:
    volume = volume_for(_claim("ReadWriteMany"), _class("efs.csi.aws.com"))
    assert volume["metadata"]["name"] == "pvc-u"
    assert volume["spec"]["claimRef"]["uid"] == "u"
    assert volume["spec"]["capacity"] == {"storage": "1Gi"}
    assert volume["spec"]["storageClassName"] == "k"


def test_the_claims_of_a_pod_are_found() -> None:
    volumes = [
        {"name": "a", "persistentVolumeClaim": {"claimName": "one"}},
        {"name": "b", "emptyDir": {}},
        {"name": "c", "ephemeral": {}},
        {"name": "d", "ephemeral": {"volumeClaimTemplate": {}}},
    ]
    assert claim_names({"metadata": {"name": "p"}, "spec": {"volumes": volumes}}) == ["one", "p-d"]
    assert claim_names({"metadata": {"name": "p"}, "spec": {}}) == []
