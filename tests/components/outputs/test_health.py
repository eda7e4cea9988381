"""What each kind of gate tells."""

import pulumi
import pytest

from components.outputs.health import health
from dynamic_providers.cluster.condition_gate import ConditionGate, ConditionGateArgs
from dynamic_providers.cluster.node_pool_ready import NodePoolReady, NodePoolReadyArgs
from dynamic_providers.cluster.operator_ready import OperatorReady, OperatorReadyArgs
from dynamic_providers.cluster.route_ready import RouteReady, RouteReadyArgs
from dynamic_providers.keycloak.permanent_client import PermanentClient, PermanentClientArgs
from dynamic_providers.threescale.gate import Gate, GateArgs
from tests.support.recorder import recorded


def condition_gate(name: str, conditions: list[str]) -> ConditionGate:
    args = ConditionGateArgs(
        api_version="apps.3scale.net/v1alpha1", kind="APIManager", name=name, conditions=conditions, timeout_seconds=1
    )
    return ConditionGate(name, args)


def test_each_kind_of_gate_tells_what_it_met() -> None:
    def place() -> None:
        operator = OperatorReadyArgs(namespace="3scale", subscription="3scale-operator", csv="x.v1", timeout_seconds=1)
        pool = NodePoolReadyArgs(pool="a10g", selector={"maas/pool": "a10g"}, minimum=2, timeout_seconds=1)
        gates: dict[str, list[pulumi.Resource]] = {
            "several": [condition_gate("ready", ["Available", "Degraded=False"]), condition_gate("class", [])],
            "operator": [OperatorReady("operator", operator)],
            "nodes": [NodePoolReady("nodes", pool)],
            "answering": [Gate("admin-api", GateArgs(timeout_seconds=1))],
            "reached": [RouteReady("way", RouteReadyArgs(namespace="a", name="b", url="https://b", timeout_seconds=1))],
            "signing-in": [PermanentClient("client", PermanentClientArgs(client_id="maas", client_secret="s"))],
        }
        pulumi.export("health", health(gates))

    assert recorded(place).outputs["health"] == {
        "answering": "admin-api-id: answers",
        "nodes": "nodes-id: 2 or more nodes ready",
        "operator": "operator-id: x.v1 has succeeded",
        "reached": "way-id: answers",
        "several": "ready-id: Available, Degraded=False; class-id: exists",
        "signing-in": "client-id: answers",
    }


@pytest.mark.parametrize("kind", [pulumi.ComponentResource, pulumi.CustomResource])
def test_what_is_no_gate_is_a_mistake_of_the_program(
    kind: type[pulumi.ComponentResource | pulumi.CustomResource],
) -> None:
    def place() -> None:
        health({"part": [kind("test:index:Part", "part")]})

    with pytest.raises(TypeError, match=f"{kind.__name__} has no state of its own"):
        recorded(place)
