"""Places one model's server and waits until its weights are loaded."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.custom_resources import digest
from components.model_server.manifests import ServedModel, callers, inference_service, serving_runtime
from components.site import Site
from dynamic_providers.cluster.condition_gate import ConditionGate, ConditionGateArgs

_MEASURING = ("openshift-user-workload-monitoring", "redhat-ods-applications")
"""Namespaces whose pods read metrics and health: without them monitoring and dashboard break."""


@dataclass(frozen=True, kw_only=True)
class ModelServerArgs:
    """What to place, and after what."""

    site: Site
    """The stack at work."""
    model: ServedModel
    """The model and its server."""
    after: Sequence[pulumi.Resource]
    """Namespace of the server, and the gate of what serves models."""


class ModelServer(pulumi.ComponentResource):
    """ServingRuntime, InferenceService, NetworkPolicy, and the gate."""

    ready: pulumi.Resource
    """The gate: the server answers."""

    def __init__(self, name: str, args: ModelServerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:serving:ModelServer", name, {}, opts)
        first = pulumi.ResourceOptions(parent=self, depends_on=args.after)
        runtime, service = serving_runtime(args.model), inference_service(args.model)
        policy = args.site.place(f"{name}-callers", callers(args.model, _callers(args.site)), first)
        placed_runtime = args.site.place(f"{name}-runtime", runtime, first)
        placed_service = args.site.place(
            name, service, pulumi.ResourceOptions(parent=self, depends_on=[placed_runtime, policy])
        )
        self.ready = ConditionGate(
            f"{name}-ready",
            ConditionGateArgs(
                api_version=service["apiVersion"],
                kind=service["kind"],
                name=args.model.name,
                namespace=args.model.namespace,
                conditions=["Ready"],
                fields={},
                timeout_seconds=args.site.settings.waits.model_ready_seconds,
                trigger=digest(runtime, service),
            ),
            pulumi.ResourceOptions(parent=self, provider=args.site.gates, depends_on=[placed_service]),
        )
        self.register_outputs({})


def _callers(site: Site) -> tuple[str, ...]:
    return (site.settings.namespaces.threescale, *_MEASURING)
