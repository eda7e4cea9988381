"""MachineSet → Machine → node, and what the simulated cloud refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.operators.kinds import MACHINE, MACHINE_SET, NODE, POD
from sandbox.operators.machine_api import machine, machine_set
from sandbox.operators.machine_api.cloud import instance_type
from sandbox.operators.machine_api.node import node_manifest, node_name
from tests.sandbox.operators.picture import NOW, after, condition, named, view, written

if TYPE_CHECKING:
    from sandbox.operators.store import Manifest

SPACE = "openshift-machine-api"
LABEL = "machine.openshift.io/cluster-api-machineset"
TAINT = {"key": "nvidia.com/gpu", "value": "NVIDIA-A10G", "effect": "NoSchedule"}


def template(kind: str = "g5.2xlarge") -> Manifest:
    value = {
        "kind": "AWSMachineProviderConfig",
        "instanceType": kind,
        "placement": {"availabilityZone": "us-east-2a", "region": "us-east-2"},
    }
    spec = {"metadata": {"labels": {"maas/pool": "a10g"}}, "taints": [TAINT], "providerSpec": {"value": value}}
    return {"metadata": {"labels": {LABEL: "c-a10g"}}, "spec": spec}


def a_set(replicas: int = 2, kind: str = "g5.2xlarge", **fields: Any) -> Manifest:  # noqa: ANN401 - the fields of any kind
    return named(MACHINE_SET, "c-a10g", SPACE, spec={"replicas": replicas, "template": template(kind)}, **fields)


def a_machine(name: str = "c-a10g-x", kind: str = "g5.2xlarge", **fields: Any) -> Manifest:  # noqa: ANN401 - likewise
    metadata = {"labels": {LABEL: "c-a10g"}, **fields.pop("metadata", {})}
    spec = template(kind)["spec"] | fields.pop("spec", {})
    return named(MACHINE, name, SPACE, spec=spec, metadata=metadata, **fields)


def a_node(owner: Manifest, *, ready: bool = True) -> Manifest:
    size = instance_type("g5.2xlarge")
    assert size is not None
    found = node_manifest(owner, size, NOW)
    found["metadata"]["uid"] = "uid-node"
    found["status"]["conditions"][0]["status"] = str(ready)
    return found


def test_a_set_makes_the_machines_it_lacks_and_counts_ready_nodes() -> None:
    first = machine_set.reconcile(a_set(), view(a_set()))
    names = [made["metadata"]["name"] for made in first.create]

    assert len(set(names)) == 2
    assert first.create[0]["metadata"]["labels"] == {LABEL: "c-a10g"}
    assert first.create[0]["metadata"]["ownerReferences"][0]["name"] == "c-a10g"
    # A set without ready machines has no such field.
    assert "readyReplicas" not in written(first)

    running = a_machine(names[0])
    running["status"] = {"phase": "Running", "nodeRef": {"name": node_name(running)}}
    second = machine_set.reconcile(a_set(), view(a_set(), running, a_node(running)))
    assert [made["metadata"]["name"] for made in second.create] == names[1:]
    assert written(second)["readyReplicas"] == 1


def test_a_set_tells_the_autoscaler_what_its_machines_would_have() -> None:
    [(_, patch)] = machine_set.reconcile(a_set(0), view(a_set(0))).patch

    assert patch["metadata"]["annotations"] == {
        "machine.openshift.io/vCPU": "8",
        "machine.openshift.io/memoryMb": "32768",
        "machine.openshift.io/GPU": "1",
    }


def test_surplus_machines_go_the_chosen_one_first() -> None:
    chosen = a_machine("c-a10g-z", metadata={"annotations": {"machine.openshift.io/delete-machine": "true"}})
    others = [a_machine("c-a10g-a"), a_machine("c-a10g-b")]
    outcome = machine_set.reconcile(a_set(2), view(a_set(2), chosen, *others))

    assert [gone["metadata"]["name"] for gone in outcome.delete] == ["c-a10g-z"]


def test_a_machine_becomes_a_node_phase_by_phase() -> None:
    started = a_machine()
    first = machine.reconcile(started, view(started))
    assert written(first)["phase"] == "Provisioning"
    assert first.patch[0][1]["metadata"]["finalizers"] == ["machine.machine.openshift.io"]
    assert condition(first.status, "InstanceExists")["status"] == "False"

    waiting = after(started, first)
    assert machine.reconcile(waiting, view(waiting, early={"Provisioning"})).again
    second = machine.reconcile(waiting, view(waiting))
    assert written(second)["phase"] == "Provisioned"
    assert second.patch[0][1]["spec"]["providerID"].startswith("aws:///us-east-2a/i-0")

    provisioned = after(waiting, second)
    [node] = machine.reconcile(provisioned, view(provisioned)).create
    assert node["metadata"]["labels"]["maas/pool"] == "a10g"
    assert node["spec"]["taints"] == [TAINT]
    assert node["status"]["conditions"][0]["reason"] == "KubeletNotReady"
    assert "nvidia.com/gpu" not in node["status"]["allocatable"]

    down, up = a_node(provisioned, ready=False), a_node(provisioned)
    [(_, patch)] = machine.reconcile(provisioned, view(provisioned, down)).status_patch
    assert patch["conditions"][0]["status"] == "True"
    last = written(machine.reconcile(provisioned, view(provisioned, up)))
    assert (last["phase"], last["nodeRef"]["name"]) == ("Running", node_name(provisioned))


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("g5.huge", "error launching instance: Invalid value 'g5.huge' for InstanceType."),
        ("p5.48xlarge", "You have requested more vCPU capacity than your current vCPU limit of 768 allows"),
    ],
)
def test_what_the_cloud_refuses_fails_for_good(kind: str, told: str) -> None:
    asked = a_machine(kind=kind, status={"phase": "Provisioning"})
    others = [a_machine(f"o{n}", "p5.48xlarge", spec={"providerID": f"aws:///a/i-{n}"}) for n in range(4)]
    outcome = machine.reconcile(asked, view(asked, *others))
    status = written(outcome)

    assert (status["phase"], status["errorReason"]) == ("Failed", "InvalidConfiguration")
    assert told in status["errorMessage"]
    assert condition(status["providerStatus"], "MachineCreation")["reason"] == "MachineCreationFailed"
    assert outcome.create[0]["reason"] == "FailedCreate"
    failed = after(asked, outcome)
    assert machine.reconcile(failed, view(failed)).status is None


def test_machines_asked_for_at_the_same_time_share_what_the_account_may_have() -> None:
    asked = [a_machine(f"m{n}", "p5.48xlarge", status={"phase": "Provisioning"}) for n in range(6)]
    phases = [written(machine.reconcile(one, view(*asked)))["phase"] for one in asked]

    # 768 virtual processors are four machines of 192.
    assert phases == ["Provisioned"] * 4 + ["Failed"] * 2


def test_a_machine_that_is_deleted_takes_its_node_and_its_pods_with_it() -> None:
    gone = a_machine(metadata={"deletionTimestamp": NOW, "finalizers": ["machine.machine.openshift.io"]})
    gone["status"] = {"phase": "Running", "nodeRef": {"name": node_name(gone)}}
    pod = named(POD, "model", "llm", spec={"nodeName": node_name(gone)})
    outcome = machine.reconcile(gone, view(gone, a_node(gone), pod))

    assert [one["kind"] for one in outcome.delete] == [NODE.kind, POD.kind]
    assert written(outcome)["phase"] == "Deleting"
    [(_, patch)] = machine.reconcile(gone, view(gone)).patch
    assert patch["metadata"]["finalizers"] == []
