"""Machine: an instance of the cloud that becomes a node, or is refused."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sandbox.operators.kinds import EVENT, MACHINE, NODE, POD
from sandbox.operators.machine_api.cloud import instance_type
from sandbox.operators.machine_api.node import joined, node_manifest, node_name
from sandbox.operators.reconcile import (
    Outcome,
    condition,
    deleted,
    finalized,
    is_true,
    released,
    suffix,
    timed,
)

if TYPE_CHECKING:
    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest

_FINALIZER = "machine.machine.openshift.io"
_PROVIDER = "AWSMachineProviderConfig"


def reconcile(machine: Manifest, view: View) -> Outcome:
    """Provisioning, Provisioned, Running; Failed for ever where the cloud refuses (machine-api-operator, phases)."""
    if deleted(machine):
        return _removed(machine, view)
    phase = machine.get("status", {}).get("phase", "")
    if phase == "Failed":
        return Outcome()
    patch = finalized(machine, _FINALIZER)
    if phase == "":
        return Outcome(patch=patch, status=_status(machine, "Provisioning", view), again=True)
    steps = {"Provisioning": _launch, "Provisioned": _join, "Running": _watch_over}
    return steps[phase](machine, view) if phase in steps else Outcome(patch=patch)


def _launch(machine: Manifest, view: View) -> Outcome:
    if not view.due("Provisioning"):
        return Outcome(again=True)
    if refusal := _refusal(machine, view):
        message = f"error launching instance: {refusal}"
        failed = {"errorReason": "InvalidConfiguration", "errorMessage": message}
        status = {**_status(machine, "Failed", view, problem=message), **failed}
        return Outcome(status=status, create=(_event(machine, message, view),))
    zone = _value(machine)["placement"]["availabilityZone"]
    spec = {"providerID": f"aws:///{zone}/{_instance(machine)}"}
    return Outcome(patch=((machine, {"spec": spec}),), status=_status(machine, "Provisioned", view), again=True)


def _join(machine: Manifest, view: View) -> Outcome:
    """The kubelet registers the node, and says a little later that it is ready."""
    if not view.due("Provisioned"):
        return Outcome(again=True)
    node = view.store.get(NODE, "", node_name(machine))
    kind = instance_type(_value(machine)["instanceType"])
    if node is None and kind is not None:
        return Outcome(create=(node_manifest(machine, kind, view.now),), again=True)
    if node is None or not view.due("joining"):
        return Outcome(again=True)
    if not is_true(node, "Ready"):
        return Outcome(status_patch=((node, joined(node, view.now)),), again=True)
    reference = {"kind": "Node", "name": node["metadata"]["name"], "uid": node["metadata"]["uid"]}
    return Outcome(status={**_status(machine, "Running", view), "nodeRef": reference})


def _watch_over(_machine: Manifest, _view: View) -> Outcome:
    return Outcome()


def _removed(machine: Manifest, view: View) -> Outcome:
    """The node goes with its pods, then the instance."""
    name = machine.get("status", {}).get("nodeRef", {}).get("name") or node_name(machine)
    node = view.store.get(NODE, "", name)
    pods = tuple(pod for pod in view.store.objects(POD) if pod["spec"].get("nodeName") == name and not deleted(pod))
    if node is not None or pods:
        gone = () if node is None or deleted(node) else (node,)
        return Outcome(status=_status(machine, "Deleting", view), delete=(*gone, *pods), again=True)
    return Outcome(patch=released(machine, _FINALIZER)) if view.due("deleting") else Outcome(again=True)


def _refusal(machine: Manifest, view: View) -> str:
    """Why the cloud starts no instance, in its own words; "" when it does."""
    value = _value(machine)
    if value.get("kind") != _PROVIDER:
        return f"the simulated cloud is Amazon's and cannot read a {value.get('kind')}"
    kind = instance_type(value.get("instanceType", ""))
    if kind is None:
        return f"Invalid value '{value.get('instanceType')}' for InstanceType."
    used = sum(_cpus(one) for one in view.store.objects(MACHINE) if _comes_first(one, machine))
    limit = view.settings.cloud_vcpus
    if used + kind.cpus > limit:
        return (
            f"You have requested more vCPU capacity than your current vCPU limit of {limit} allows for the instance "
            "bucket that the specified instance type belongs to. Please visit "
            "http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit."
        )
    return ""


def _comes_first(other: Manifest, machine: Manifest) -> bool:
    """Whether the other one has its instance, or asks for it at the same time and is served before."""
    if other["metadata"]["uid"] == machine["metadata"]["uid"]:
        return False
    if other.get("spec", {}).get("providerID"):
        return True
    asks = other.get("status", {}).get("phase") == "Provisioning" and not deleted(other)
    return asks and other["metadata"]["name"] < machine["metadata"]["name"]


def _cpus(machine: Manifest) -> int:
    kind = instance_type(_value(machine).get("instanceType", ""))
    return kind.cpus if kind is not None else 0


def _value(machine: Manifest) -> Manifest:
    value: Manifest = machine["spec"].get("providerSpec", {}).get("value", {})
    return value


def _instance(machine: Manifest) -> str:
    return "i-0" + hashlib.sha256(machine["metadata"]["uid"].encode()).hexdigest()[:16]


def _status(machine: Manifest, phase: str, view: View, *, problem: str = "") -> Manifest:
    old = machine.get("status", {})
    exists = phase in ("Provisioned", "Running", "Deleting") and not problem
    conditions = [
        condition("Drainable", True),
        condition(
            "InstanceExists", exists, *(() if exists else ("InstanceNotCreated", "Instance has not been created"))
        ),
        condition("Terminable", True),
    ]
    created = condition(
        "MachineCreation",
        exists,
        "MachineCreationSucceeded" if exists else "MachineCreationFailed",
        "Machine successfully created" if exists else problem,
    )
    provider: Manifest = {"apiVersion": "machine.openshift.io/v1beta1", "kind": "AWSMachineProviderStatus"}
    if exists:
        provider |= {"instanceId": _instance(machine), "instanceState": "running"}
    if exists or problem:
        before = old.get("providerStatus", {}).get("conditions", ())
        provider["conditions"] = timed(before, [created], view.now)
    found = {
        "phase": phase,
        "lastUpdated": view.now if old.get("phase") != phase else old.get("lastUpdated", view.now),
        "conditions": timed(old.get("conditions", ()), conditions, view.now),
        "providerStatus": provider,
    }
    kept = {key: old[key] for key in ("nodeRef", "addresses") if key in old}
    return {**kept, **found}


def _event(machine: Manifest, message: str, view: View) -> Manifest:
    metadata = machine["metadata"]
    about = {"apiVersion": MACHINE.api_version, "kind": MACHINE.kind, "name": metadata["name"], "uid": metadata["uid"]}
    return {
        "apiVersion": EVENT.api_version,
        "kind": EVENT.kind,
        "metadata": {
            "name": f"{metadata['name']}.{suffix(metadata['uid'], message)}",
            "namespace": metadata["namespace"],
        },
        "involvedObject": {**about, "namespace": metadata["namespace"]},
        "type": "Warning",
        "reason": "FailedCreate",
        "message": message,
        "source": {"component": "aws-controller"},
        "firstTimestamp": view.now,
        "lastTimestamp": view.now,
        "count": 1,
    }
