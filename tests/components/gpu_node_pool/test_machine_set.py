"""A pool's MachineSet is the worker's in everything that belongs to the place, and its own in the rest."""

import copy
import re
from dataclasses import replace
from typing import Any

import pytest

from components.custom_resources import validated
from components.gpu_node_pool.machine_set import Machines, left_alone, machine_autoscaler, machine_set
from components.gpu_node_pool.provider_spec import copied, derived
from tests.components.config.test_validation import settings
from tests.support.node_pools import CLUSTER, PREREQS, aws_value, gpu_pool, worker_machine_set

VALUE = "spec.template.spec.providerSpec.value"
AZURE = {
    "kind": "AzureMachineProviderSpec",
    "vmSize": "Standard_D4s_v3",
    "image": {"resourceID": "/resourceGroups/x"},
    "osDisk": {"diskSizeGB": 128, "managedDisk": {"storageAccountType": "Premium_LRS"}, "osType": "Linux"},
    "subnet": "worker-subnet",
    "zone": "2",
}
GCP = {
    "kind": "GCPMachineProviderSpec",
    "machineType": "n2-standard-4",
    "disks": [{"boot": True, "image": "projects/rhcos", "sizeGb": 128, "type": "pd-ssd"}],
    "networkInterfaces": [{"network": "net", "subnetwork": "worker"}],
    "zone": "us-central1-a",
}
VSPHERE = {
    "kind": "VSphereMachineProviderSpec",
    "diskGiB": 120,
    "memoryMiB": 16384,
    "numCPUs": 4,
    "numCoresPerSocket": 2,
    "template": "rhcos",
    "workspace": {"datacenter": "dc1"},
}


def machines(**changes: object) -> Machines:
    pool = settings(gpu={"pools": {"a10g": gpu_pool(**changes)}}, prereqs=PREREQS).gpu.pool("a10g")
    platform, source = pool.settings.platform, pool.settings.machine_set
    assert platform.kind != "bareMetal"
    assert source is not None
    return Machines(
        name="a10g",
        pool=pool.settings,
        platform=platform,
        worker=source.manifest or {},
        gpus=pool.resources_per_node,
        labels=pool.node_labels,
        taint=pool.taint,
    )


def read(worker: dict[str, Any] | None = None, **changes: object) -> Machines:
    """The same from a worker that is read from the cluster."""
    pool = settings(
        cluster={"offline": False},
        gpu={"pools": {"a10g": gpu_pool(**{"machineSet": {"from": "worker-2a"}, **changes})}},
    ).gpu.pool("a10g")
    return replace(machines(), pool=pool.settings, worker=worker or worker_machine_set())


def value_of(found: Machines) -> dict[str, Any]:
    value: dict[str, Any] = validated(machine_set(found))["spec"]["template"]["spec"]["providerSpec"]["value"]
    return value


@pytest.mark.row("S-023")
def test_zone_image_subnet_and_credentials_are_the_workers() -> None:
    value, worker = value_of(machines()), aws_value()

    own = {
        "instanceType": "g5.2xlarge",
        "blockDevices": [{"ebs": {**worker["blockDevices"][0]["ebs"], "volumeSize": 200}}],
    }
    assert value == {**worker, "metadata": {}, **own}


def test_labels_of_set_machine_and_node_agree() -> None:
    pool = machines()
    found, name = validated(machine_set(pool)), pool.machine_set_name
    select = {
        "machine.openshift.io/cluster-api-cluster": CLUSTER,
        "machine.openshift.io/cluster-api-machineset": name,
    }
    role = {
        "machine.openshift.io/cluster-api-machine-role": "worker",
        "machine.openshift.io/cluster-api-machine-type": "worker",
    }

    assert (found["metadata"]["name"], found["metadata"]["namespace"]) == (name, "openshift-machine-api")
    assert found["spec"]["selector"]["matchLabels"] == select
    assert found["spec"]["template"]["metadata"]["labels"] == {**select, **role}
    assert re.fullmatch(f"{CLUSTER}-a10g-[0-9a-f]{{5}}", name)
    node = found["spec"]["template"]["spec"]["metadata"]["labels"]
    assert pool.selector == {"maas/pool": "a10g", "maas/machines": name[-5:]}
    assert pool.selector.items() <= node.items()
    assert found["spec"]["template"]["spec"]["taints"] == [
        {"key": "nvidia.com/gpu", "value": "NVIDIA-A10G", "effect": "NoSchedule"}
    ]
    assert found["spec"]["replicas"] == 2


def test_nothing_of_the_workers_object_itself_is_taken_over() -> None:
    found = machine_set(machines())

    assert "status" not in found
    assert set(found["metadata"]) == {"name", "namespace", "labels"}


def test_what_was_copied_is_left_alone_later_and_the_size_of_a_moving_pool_too() -> None:
    moving, fixed = left_alone(read()), left_alone(read(min=None, max=None, replicas=2))

    assert f"{VALUE}.ami" in moving
    assert f"{VALUE}.subnet" in moving
    assert f"{VALUE}.blockDevices[0].ebs.encrypted" in moving
    assert not [path for path in moving if path.endswith((".instanceType", ".volumeSize"))]
    assert set(moving) - set(fixed) == {"spec.replicas"}


def test_a_size_that_happens_to_be_the_workers_is_still_ours() -> None:
    worker = worker_machine_set(aws_value() | {"blockDevices": [{"ebs": {"volumeSize": 200}}]})
    paths = left_alone(read(worker))

    assert paths
    assert not [path for path in paths if "blockDevices" in path]


def test_the_same_worker_gives_the_same_machine_set_and_is_not_changed() -> None:
    worker = worker_machine_set()
    before = copy.deepcopy(worker)
    first, second = (machine_set(machines(machineSet={"manifest": worker})) for _ in range(2))

    assert first == second
    assert worker == before


def test_spot_and_reservations_of_amazon() -> None:
    value = value_of(
        machines(platform={"kind": "aws", "spot": True, "capacityReservationId": "cr-1", "volumeGiB": 500})
    )

    assert value["spotMarketOptions"] == {}
    assert value["capacityReservationId"] == "cr-1"
    assert value["blockDevices"][0]["ebs"]["volumeSize"] == 500


def test_an_offer_of_the_worker_is_not_taken_over() -> None:
    worker = worker_machine_set(aws_value() | {"spotMarketOptions": {}, "capacityReservationId": "cr-workers"})
    value = value_of(machines(machineSet={"manifest": worker}))

    assert "spotMarketOptions" not in value
    assert "capacityReservationId" not in value


def test_a_worker_without_a_disk_gets_one() -> None:
    worker = aws_value()
    del worker["blockDevices"]

    assert value_of(machines(machineSet={"manifest": worker_machine_set(worker)}))["blockDevices"] == [
        {"ebs": {"volumeSize": 200}}
    ]


def test_azure() -> None:
    found = machines(
        machineType="Standard_NC8as_T4_v3",
        product="T4",
        platform={"kind": "azure", "spot": True, "capacityReservationGroupId": "/groups/1"},
        machineSet={"manifest": worker_machine_set(AZURE)},
    )

    assert value_of(found) == {
        **AZURE,
        "vmSize": "Standard_NC8as_T4_v3",
        "osDisk": {**AZURE["osDisk"], "diskSizeGB": 200},  # type: ignore[dict-item]  # it is a mapping
        "spotVMOptions": {},
        "capacityReservationGroupID": "/groups/1",
    }


def test_google() -> None:
    found = machines(
        machineType="n1-standard-8",
        product="T4",
        platform={"kind": "gcp", "accelerator": {"type": "nvidia-tesla-t4", "count": 2}, "spot": True},
        machineSet={"manifest": worker_machine_set(GCP)},
    )
    value = value_of(found)

    assert value["gpus"] == [{"type": "nvidia-tesla-t4", "count": 2}]
    # Machines with GPUs cannot move while they run; "cannot be Always with preemptible instances" (openshift/api).
    assert (value["onHostMaintenance"], value["restartPolicy"], value["preemptible"]) == ("Terminate", "Never", True)
    assert value["disks"] == [{**GCP["disks"][0], "sizeGb": 200}]  # type: ignore[dict-item]  # it is a mapping
    assert value["zone"] == "us-central1-a"


@pytest.mark.parametrize(("spot", "policy"), [(True, "Never"), (False, "Always")])
def test_a_machine_of_google_that_may_be_ended_is_not_started_again(*, spot: bool, policy: str) -> None:
    worker = {**GCP, "restartPolicy": "Always", "provisioningModel": "Spot"}
    declared = {
        "machineType": "n2-standard-16",
        "replicas": 3,
        "platform": {"kind": "gcp", "spot": spot},
        "machineSet": {"manifest": worker_machine_set(worker)},
    }
    pool = settings(nodes={"workers": {"storage": declared}}).nodes.workers["storage"]
    value = derived(worker, pool, pool.platform, gpus=False)

    assert value["restartPolicy"] == policy
    # The newer spelling of the offer is refused beside the older one.
    assert "provisioningModel" not in value


def test_vsphere() -> None:
    found = machines(
        machineType=None,
        gpusPerNode=1,
        platform={"kind": "vsphere", "template": "rhcos-a10g", "cpus": 16, "memoryGiB": 64},
        machineSet={"manifest": worker_machine_set(VSPHERE)},
    )

    assert value_of(found) == {**VSPHERE, "template": "rhcos-a10g", "numCPUs": 16, "memoryMiB": 65536, "diskGiB": 200}
    # Its controller does not know of GPUs, and no machine would ever come for a pod that asks for one.
    assert machine_set(found)["metadata"]["annotations"] == {
        "machine.openshift.io/vCPU": "16",
        "machine.openshift.io/memoryMb": "65536",
        "machine.openshift.io/GPU": "1",
    }


@pytest.mark.row("S-018")
def test_a_worker_pool_keeps_the_workers_disk() -> None:
    worker = {
        "machineType": "m6i.4xlarge",
        "replicas": 3,
        "platform": {"kind": "aws"},
        "machineSet": {"manifest": worker_machine_set()},
    }
    pool = settings(nodes={"workers": {"storage": worker}}).nodes.workers["storage"]

    value = derived(aws_value(), pool, pool.platform, gpus=False)
    assert value["blockDevices"][0]["ebs"]["volumeSize"] == 120
    assert ".placement" in copied(aws_value(), pool, pool.platform, gpus=False)


def test_the_limits_of_the_size() -> None:
    found = validated(machine_autoscaler(machines(min=0, max=3)))

    assert found["spec"] == {
        "minReplicas": 0,
        "maxReplicas": 3,
        "scaleTargetRef": {
            "apiVersion": "machine.openshift.io/v1beta1",
            "kind": "MachineSet",
            "name": machines(min=0, max=3).machine_set_name,
        },
    }


@pytest.mark.row("S-023")
@pytest.mark.parametrize(
    "changes",
    [
        {"machineType": "g5.4xlarge"},
        {"platform": {"kind": "aws", "volumeGiB": 500}},
        {"platform": {"kind": "aws", "spot": True}},
        {"sharing": {"strategy": "timeSlicing", "replicas": 4}},
        {"labels": {"team": "a"}},
        {"taint": {"value": "mine"}},
        {"taint": {"effect": "none"}},
        {"machineSet": {"manifest": worker_machine_set(aws_value() | {"subnet": {"id": "subnet-2b"}})}},
    ],
)
def test_another_template_is_another_machine_set(changes: dict[str, Any]) -> None:
    """A MachineSet does not touch the machines it has."""
    assert machines(**changes).machine_set_name != machines().machine_set_name


@pytest.mark.parametrize("changes", [{"min": 0}, {"max": 9}, {"pricePerHour": 2.0}])
def test_another_size_is_the_same_machine_set(changes: dict[str, Any]) -> None:
    assert machines(**changes).machine_set_name == machines().machine_set_name


def test_another_number_of_shares_is_the_same_machine_set() -> None:
    by_four, by_two = (machines(sharing={"strategy": "timeSlicing", "replicas": many}) for many in (4, 2))

    assert by_four.machine_set_name == by_two.machine_set_name


def test_a_worker_that_is_read_counts_by_its_name() -> None:
    """Another worker is another zone; another image of the same one rolls nothing."""
    updated = worker_machine_set(aws_value() | {"ami": {"id": "ami-1"}, "blockDevices": [{"ebs": {"volumeSize": 300}}]})

    assert read(updated).machine_set_name == read().machine_set_name
    assert read(machineSet={"from": "worker-2b"}).machine_set_name != read().machine_set_name
