"""The storage is one object of ours, on labelled nodes, and others wait for its storage classes."""

import dataclasses
from typing import Any

import pulumi
import pytest

from components.config.storage import Odf
from components.custom_resources import validated
from components.odf_storage import OdfStorage, OdfStorageArgs
from components.odf_storage.manifests import storage_classes, storage_cluster
from components.operator_install import needed_operators
from components.operator_install.manifests import subscription
from components.site import Site
from tests.components.config.test_storage import ODF
from tests.components.config.test_validation import settings
from tests.support.platform import placed
from tests.support.recorder import Recording

CLUSTER = "kubernetes:ocs.openshift.io/v1:StorageCluster"
NODE = "kubernetes:core/v1:NodePatch"
GATE = "pulumi-python:dynamic/cluster:ConditionGate"
ALONE = {"channel": "stable-4.20", "startingCSV": "odf-operator.v4.20.0-rhodf", "backingClass": "gp3-csi"}


def odf(**changes: object) -> Odf:
    return Odf.model_validate({**ODF, **changes})


def recording(**changes: Any) -> Recording:  # noqa: ANN401 - keys of the stack file
    def component(site: Site, gate: pulumi.Resource) -> None:
        assert site.settings.storage.odf is not None
        OdfStorage("storage", OdfStorageArgs(site=site, odf=site.settings.storage.odf, operator=gate))

    return placed(component, **{"storage": {"odf": {**ODF, "nodes": ["w-0", "w-1", "w-2"]}}, **changes})


@pytest.mark.row("S-033", "C-14")
def test_the_package_is_the_one_that_owns_the_pinned_version_and_its_companions_are_pinned_too() -> None:
    companions = ["ocs-operator.v4.20.0-rhodf", "mcg-operator.v4.20.0-rhodf"]
    operator = needed_operators(settings(storage={"odf": {**ODF, "companions": companions}}))[0]
    spec = validated(subscription(operator))["spec"]

    assert (operator.namespace, operator.own_namespace) == ("openshift-storage", True)
    assert operator.companions == tuple(companions)
    assert (spec["name"], spec["startingCSV"]) == ("odf-operator", "odf-operator.v4.20.0-rhodf")
    assert (spec["channel"], spec["installPlanApproval"]) == ("stable-4.20", "Manual")


@pytest.mark.row("S-034", "C-14")
def test_three_disks_of_the_asked_size_are_on_the_backing_class() -> None:
    spec = validated(storage_cluster(odf(deviceCount=2, profile="lean", portable=False)))["spec"]

    assert spec == {
        "resourceProfile": "lean",
        "storageDeviceSets": [
            {
                "name": "ocs-deviceset",
                "count": 2,
                "replica": 3,
                "portable": False,
                "dataPVCTemplate": {
                    "spec": {
                        "storageClassName": "gp3-csi",
                        "accessModes": ["ReadWriteOnce"],
                        "volumeMode": "Block",
                        "resources": {"requests": {"storage": "512Gi"}},
                    }
                },
            }
        ],
    }


def test_the_object_gateway_alone_has_no_disks_and_makes_no_shared_class() -> None:
    alone = Odf.model_validate({**ALONE, "objectOnly": True})

    assert validated(storage_cluster(alone))["spec"] == {
        "multiCloudGateway": {"reconcileStrategy": "standalone", "dbStorageClassName": "gp3-csi"}
    }
    assert storage_classes(alone) == ("openshift-storage.noobaa.io",)


@pytest.mark.row("S-034")
def test_the_nodes_are_labelled_first_and_nothing_else_of_them_is_touched() -> None:
    found = recording()
    patches = found.of(NODE)

    assert [one.inputs["metadata"]["name"] for one in patches] == ["w-0", "w-1", "w-2"]
    for one in patches:
        assert one.inputs["metadata"]["labels"] == {"cluster.ocs.openshift.io/openshift-storage": ""}
        assert "spec" not in one.inputs
    assert found.one(CLUSTER).dependencies == {found.urn("test:index:Gate"), *(one.urn for one in patches)}


@pytest.mark.row("S-034")
def test_others_wait_for_the_storage_and_then_for_each_class() -> None:
    found = recording(waits={"storageReadySeconds": 77})
    ready = found.one(GATE, "storage-ready")
    classes = {one.inputs["name"]: one for one in found.of(GATE) if one.inputs["kind"] == "StorageClass"}

    assert ready.dependencies == {found.urn(CLUSTER)}
    assert ready.inputs["conditions"] == ["status.phase=Ready"]
    assert ready.inputs["timeout_seconds"] == 77
    assert set(classes) == {"ocs-storagecluster-cephfs", "openshift-storage.noobaa.io"}
    assert all(one.dependencies == {ready.urn} for one in classes.values())


def test_the_default_limit_is_forty_minutes() -> None:
    assert recording().one(GATE, "storage-ready").inputs["timeout_seconds"] == 2400


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_in_production_the_storage_is_protected(environment: str) -> None:
    settings_of = settings(storage={"odf": ODF}).model_copy(update={"environment": environment})

    def component(site: Site, gate: pulumi.Resource) -> None:
        changed = dataclasses.replace(site, settings=settings_of)
        OdfStorage("storage", OdfStorageArgs(site=changed, odf=odf(), operator=gate))

    assert placed(component).one(CLUSTER).protect is (environment == "prod")
