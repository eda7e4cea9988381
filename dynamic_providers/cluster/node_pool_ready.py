"""NodePoolReady: a pool has its nodes, and they offer the GPUs that the pool says.

A machine that takes part in nothing yet has no status that one condition could tell: what is missing may be the
machine, the node, a label, or a pod of NVIDIA's operator. This gate finds out which, and fails at once where waiting is
in vain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pulumi import Input, Output, ResourceOptions
from pulumi.dynamic import ReadResult
from pydantic import Field

from dynamic_providers.cluster.gate import NOT_READY, GateProvider, pass_when
from dynamic_providers.declared import DeclaredResource, Props
from dynamic_providers.json_object import Json
from dynamic_providers.waiting import Wait

if TYPE_CHECKING:
    from dynamic_providers.cluster.node_pool import NodePool

Name = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, kw_only=True)
class NodePoolReadyArgs:
    """What a caller declares."""

    pool: Input[str]
    selector: Input[Mapping[str, Input[str]]]
    """Labels of the pool's nodes."""
    minimum: Input[int]
    """So many nodes have to be ready; 0 for a pool that the autoscaler fills when somebody needs it."""
    timeout_seconds: Input[int]
    machine_set: Input[str] = ""
    """The MachineSet that makes the nodes; empty when they are there already."""
    resource: Input[str] = ""
    """What each node has to offer, such as `nvidia.com/gpu`; empty for nodes without GPUs."""
    per_node: Input[int] = 1
    """How many of it."""
    product: Input[str] = ""
    """Value of the nodes' label `nvidia.com/gpu.product`; empty for any."""
    namespaces: Input[Sequence[Input[str]]] = ()
    """Namespaces whose pods make the GPUs usable; their troubles are quoted."""
    trigger: Input[str] = ""
    """A change waits again: give what the pool was made from."""


class NodePoolReadyProps(Props):
    """The same fields, resolved."""

    pool: Name
    selector: dict[Name, str]
    minimum: Annotated[int, Field(ge=0)]
    timeout_seconds: Annotated[int, Field(gt=0)]
    machine_set: str = ""
    resource: str = ""
    per_node: Annotated[int, Field(ge=1)] = 1
    product: str = ""
    namespaces: list[Name] = Field(default_factory=list)
    trigger: str = ""


class NodePoolReadyProvider(GateProvider):
    """Reads nodes, machines and NVIDIA's policy; makes nothing, so there is nothing to delete."""

    props = NodePoolReadyProps
    replace_on = frozenset({"pool", "machine_set"})

    def _id(self, wanted: Json) -> str:
        return str(wanted["pool"])

    def read(self, id_: str, props: Json) -> ReadResult:
        """Return another trigger when the pool is not ready; no id when its MachineSet is gone."""
        from dynamic_providers.cluster.errors import Failed  # noqa: PLC0415 - as in `gate`

        known = self.canonical(props)
        pool = self._pool(known)
        if known["machine_set"] and pool.machine_set() is None:
            return ReadResult(None, {})
        try:
            missing = pool.look()
        except Failed as failed:
            missing = failed.wrong
        inputs = known | ({"trigger": NOT_READY + missing} if missing else {})
        return ReadResult(id_, inputs, inputs)

    def _pass(self, wanted: Json) -> None:
        pool = self._pool(wanted)
        title = f"node pool {wanted['pool']}"
        remedy = "Repair what the last phase names, or allow more time, then run `pulumi up` again."
        pass_when(pool.look, Wait(title, wanted["timeout_seconds"], remedy=remedy), pool.evidence)

    def _pool(self, known: Json) -> "NodePool":
        from dynamic_providers.cluster.node_pool import NodePool  # noqa: PLC0415 - as in `gate`

        return NodePool(self.cluster, known)


class NodePoolReady(DeclaredResource, module="cluster", name="NodePoolReady"):
    """A pool whose nodes can take pods."""

    minimum: Output[int]

    def __init__(self, name: str, args: NodePoolReadyArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(NodePoolReadyProvider(), name, args, opts)
