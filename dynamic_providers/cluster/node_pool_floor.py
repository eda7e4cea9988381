"""NodePoolFloor: a MachineSet with limits asks for no fewer machines than its lower one.

The autoscaler does not go below a minimum, and does not climb to one that was raised: it adds machines for pods alone.
OpenShift sets `--enforce-node-group-min-size` in no release up to 4.21, and later only where it is asked to
(cluster-autoscaler-operator, pkg/controller/clusterautoscaler).
"""

from dataclasses import dataclass
from typing import Annotated

from pulumi import Input, ResourceOptions
from pulumi.dynamic import ReadResult
from pydantic import Field

from dynamic_providers.cluster.gate import GateProvider, pass_when
from dynamic_providers.declared import DeclaredResource, Props
from dynamic_providers.json_object import Json
from dynamic_providers.waiting import Wait

MACHINE_SETS = "/apis/machine.openshift.io/v1beta1/namespaces/openshift-machine-api/machinesets"
WRITE_SECONDS = 60.0
"""The autoscaler writes the same field: a write that comes between is repeated."""


@dataclass(frozen=True, kw_only=True)
class NodePoolFloorArgs:
    """What a caller declares."""

    machine_set: Input[str]
    """Name of the MachineSet."""
    least: Input[int]
    """Fewest machines that it asks for."""


class NodePoolFloorProps(Props):
    """The same fields, resolved."""

    machine_set: Annotated[str, Field(min_length=1)]
    least: Annotated[int, Field(ge=1)]


class NodePoolFloorProvider(GateProvider):
    """Raises `spec.replicas` once; from there on it is the autoscaler's, so there is nothing to delete."""

    props = NodePoolFloorProps
    replace_on = frozenset({"machine_set"})

    def _id(self, wanted: Json) -> str:
        return str(wanted["machine_set"])

    def read(self, id_: str, props: Json) -> ReadResult:
        """Return a smaller floor when the MachineSet is below it; no id when it is gone."""
        known = self.canonical(props)
        found = self.cluster.get(_path(known))
        if found is None:
            return ReadResult(None, {})
        seen = known | {"least": min(known["least"], max(1, _size(found)))}
        return ReadResult(id_, seen, seen)

    def _pass(self, wanted: Json) -> None:
        cluster, path = self.cluster, _path(wanted)

        def look() -> str:
            found = cluster.get(path)
            if found is None:
                return f"MachineSet {wanted['machine_set']} does not exist yet"
            if _size(found) < wanted["least"]:
                # The version makes the server refuse a write that would undo the autoscaler's.
                version = {"resourceVersion": found["metadata"].get("resourceVersion", "")}
                cluster.patch(path, {"metadata": version, "spec": {"replicas": wanted["least"]}})
            return ""

        remedy = "See who else writes this MachineSet, then run `pulumi up` again."
        pass_when(look, Wait(f"size of {wanted['machine_set']}", WRITE_SECONDS, remedy=remedy), lambda: "")


def _path(known: Json) -> str:
    return f"{MACHINE_SETS}/{known['machine_set']}"


def _size(machine_set: Json) -> int:
    return int((machine_set.get("spec") or {}).get("replicas", 0))


class NodePoolFloor(DeclaredResource, module="cluster", name="NodePoolFloor"):
    """The fewest machines of a pool whose size moves."""

    def __init__(self, name: str, args: NodePoolFloorArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(NodePoolFloorProvider(), name, args, opts)
