"""What the stack tells of its health: what each gate saw when it let the last `up` pass."""

from collections.abc import Mapping, Sequence

import pulumi

from dynamic_providers.cluster.condition_gate import ConditionGate
from dynamic_providers.cluster.job_gate import JobGate
from dynamic_providers.cluster.node_pool_ready import NodePoolReady
from dynamic_providers.cluster.operator_ready import OperatorReady
from dynamic_providers.cluster.route_ready import RouteReady
from dynamic_providers.keycloak.permanent_client import PermanentClient
from dynamic_providers.threescale.gate import Gate


def health(gates: Mapping[str, Sequence[pulumi.Resource]]) -> dict[str, pulumi.Output[str]]:
    """Part of the platform → object and what it met; unknown until its gates have passed.

    A gate that does not pass fails the `up`, and the output keeps what was last true. What has changed since is drift,
    which a refresh finds.
    """
    return {part: pulumi.Output.all(*map(_seen, gates[part])).apply("; ".join) for part in sorted(gates)}


def _seen(gate: pulumi.Resource) -> pulumi.Output[str]:
    match gate:
        case ConditionGate() | JobGate():
            return pulumi.Output.all(gate.id, gate.conditions).apply(lambda it: f"{it[0]}: {_met(it[1])}")
        case OperatorReady():
            return pulumi.Output.all(gate.id, gate.csv).apply(lambda it: f"{it[0]}: {it[1]} has succeeded")
        case NodePoolReady():
            return pulumi.Output.all(gate.id, gate.minimum).apply(lambda it: f"{it[0]}: {it[1]:g} or more nodes ready")
        case Gate() | PermanentClient() | RouteReady():
            return gate.id.apply(lambda it: f"{it}: answers")
    raise TypeError(f"{type(gate).__name__} has no state of its own to tell.")


def _met(conditions: Sequence[str]) -> str:
    return ", ".join(conditions) or "exists"
