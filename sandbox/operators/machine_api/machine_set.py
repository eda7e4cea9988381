"""MachineSet: as many Machines as it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.operators.kinds import MACHINE, NODE
from sandbox.operators.machine_api.cloud import instance_type
from sandbox.operators.reconcile import Outcome, deleted, is_true, owner, suffix

if TYPE_CHECKING:
    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest

OF_SET = "machine.openshift.io/cluster-api-machineset"
DELETE_FIRST = "machine.openshift.io/delete-machine"
"""Annotation of a Machine that goes before the others (machine-api-operator, delete policy)."""
_MIB = 1024


def reconcile(machine_set: Manifest, view: View) -> Outcome:
    """Make missing Machines and delete surplus ones; the status counts nodes, the annotations tell the autoscaler."""
    if deleted(machine_set):
        return Outcome()
    machines = machines_of(machine_set, view)
    alive = [machine for machine in machines if not deleted(machine)]
    wanted = machine_set["spec"].get("replicas", 1)
    taken = {machine["metadata"]["name"] for machine in machines}
    return Outcome(
        patch=_capacity(machine_set),
        create=tuple(_machine(machine_set, name) for name in _free_names(machine_set, taken, wanted - len(alive))),
        delete=tuple(sorted(alive, key=lambda one: _worth(one, view))[: max(0, len(alive) - wanted)]),
        status=_status(machine_set, alive, view),
    )


def machines_of(machine_set: Manifest, view: View) -> list[Manifest]:
    """The Machines with the set's own label, whoever made them."""
    name, namespace = machine_set["metadata"]["name"], machine_set["metadata"]["namespace"]
    found = view.store.objects(MACHINE, namespace)
    return [machine for machine in found if machine["metadata"].get("labels", {}).get(OF_SET) == name]


def node_of(machine: Manifest, view: View) -> Manifest | None:
    """The node that a Machine has become, or None."""
    name = machine.get("status", {}).get("nodeRef", {}).get("name", "")
    return view.store.get(NODE, "", name) if name else None


def _worth(machine: Manifest, view: View) -> tuple[bool, bool, str]:
    """What is deleted first: a Machine that was chosen, then one without a ready node, then by name."""
    chosen = DELETE_FIRST in machine["metadata"].get("annotations", {})
    return not chosen, is_true(node_of(machine, view), "Ready"), machine["metadata"]["name"]


def _free_names(machine_set: Manifest, taken: set[str], count: int) -> list[str]:
    metadata = machine_set["metadata"]
    names: list[str] = []
    number = 0
    while len(names) < count:
        name = f"{metadata['name']}-{suffix(metadata['uid'], str(number))}"
        number += 1
        if name not in taken:
            names.append(name)
    return names


def _machine(machine_set: Manifest, name: str) -> Manifest:
    template = machine_set["spec"]["template"]
    metadata = {
        "name": name,
        "namespace": machine_set["metadata"]["namespace"],
        "labels": dict(template["metadata"]["labels"]),
        "ownerReferences": [owner(machine_set)],
    }
    return {"apiVersion": MACHINE.api_version, "kind": MACHINE.kind, "metadata": metadata, "spec": template["spec"]}


def _capacity(machine_set: Manifest) -> tuple[tuple[Manifest, Manifest], ...]:
    """What the autoscaler must know of a set without a machine (machine-api-provider-aws, machineset controller)."""
    value = machine_set["spec"]["template"]["spec"].get("providerSpec", {}).get("value", {})
    kind = instance_type(value.get("instanceType", ""))
    if kind is None:
        return ()
    wanted = {
        "machine.openshift.io/vCPU": str(kind.cpus),
        "machine.openshift.io/memoryMb": str(kind.memory_gib * _MIB),
        "machine.openshift.io/GPU": str(kind.cards),
    }
    present = machine_set["metadata"].get("annotations", {})
    if all(present.get(name) == text for name, text in wanted.items()):
        return ()
    return ((machine_set, {"metadata": {"annotations": wanted}}),)


def _status(machine_set: Manifest, alive: list[Manifest], view: View) -> Manifest:
    ready = sum(is_true(node_of(machine, view), "Ready") for machine in alive)
    counts = {"replicas": len(alive), "fullyLabeledReplicas": len(alive)}
    # A set without ready machines has no such fields at all.
    counts |= {"readyReplicas": ready, "availableReplicas": ready} if ready else {}
    return {**counts, "observedGeneration": machine_set["metadata"].get("generation", 1)}
