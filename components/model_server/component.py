"""Places one model's server and waits until its weights are loaded."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.custom_resources import digest
from components.model_server.launch import KEY_SECRET
from components.model_server.manifests import (
    ServedModel,
    callers,
    inference_service,
    pod_annotations,
    predictor,
    serving_runtime,
)
from components.model_server.measuring import scaled_object, service_monitor
from components.site import Site, filled_in
from dynamic_providers.cluster.condition_gate import ConditionGate, ConditionGateArgs

_MEASURING = ("openshift-user-workload-monitoring", "redhat-ods-applications")
"""Namespaces whose pods read metrics and health: without them monitoring and dashboard break."""

_SERVERLESS = ("istio-system", "knative-serving")
"""Namespaces through which requests reach a server that Knative runs."""


@dataclass(frozen=True, kw_only=True)
class ModelServerArgs:
    """What to place, and after what."""

    site: Site
    """The stack at work."""
    model: ServedModel
    """The model and its server."""
    after: Sequence[pulumi.Resource]
    """Namespace of the server, and the gate of what serves models."""
    key: pulumi.Input[str] | None = None
    """Name of the Secret with the key, for a server that asks for one."""


class ModelServer(pulumi.ComponentResource):
    """ServingRuntime, InferenceService, NetworkPolicy, what measures and scales the server, and the gate."""

    ready: pulumi.Resource
    """The gate: the server answers, in the form that was asked for."""

    def __init__(self, name: str, args: ModelServerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:serving:ModelServer", name, {}, opts)
        self._args = args
        self._late = {KEY_SECRET: args.key} if args.key is not None else {}
        service = self._served(name)
        self._measured(name, args, service)
        self.ready = self._answers(name, service)
        self.register_outputs({})

    def _served(self, name: str) -> pulumi.Resource:
        """The InferenceService, after its runtime and its policy."""
        site, model = self._args.site, self._args.model
        first = pulumi.ResourceOptions(parent=self, depends_on=self._args.after)
        policy = site.place(f"{name}-callers", callers(model, _callers(site)), first)
        runtime = site.place(f"{name}-runtime", serving_runtime(model), first, self._late)
        then = pulumi.ResourceOptions(parent=self, depends_on=[runtime, policy])
        return site.place(name, inference_service(model), then, self._late)

    def _answers(self, name: str, service: pulumi.Resource) -> pulumi.Resource:
        """The gate. A status that says Ready may be that of the pods from before, so it looks at the pods too."""
        site, model = self._args.site, self._args.model
        manifest = inference_service(model)
        return site.listed.joined(
            ConditionGate(
                f"{name}-ready",
                ConditionGateArgs(
                    api_version=manifest["apiVersion"],
                    kind=manifest["kind"],
                    name=model.name,
                    namespace=model.namespace,
                    conditions=["Ready"],
                    fields={},
                    timeout_seconds=model.gate_seconds,
                    trigger=digest(serving_runtime(model), manifest),
                    # Knative's Deployments have other names with every revision.
                    deployment=None if model.serverless else predictor(model),
                    pod_annotations=None if model.serverless else filled_in(pod_annotations(model), self._late),
                ),
                site.listed.behind(
                    pulumi.ResourceOptions(parent=self, provider=site.listed_gates, depends_on=[service])
                ),
            )
        )

    def _measured(self, name: str, args: ModelServerArgs, service: pulumi.Resource) -> None:
        after = pulumi.ResourceOptions(parent=self, depends_on=[service])
        wanted = {"monitor": service_monitor(args.model), "scaling": scaled_object(args.model)}
        for suffix, manifest in wanted.items():
            if manifest is not None:
                args.site.place(f"{name}-{suffix}", manifest, after)


def _callers(site: Site) -> tuple[str, ...]:
    through = _SERVERLESS if site.settings.compat.serverless else ()
    return (site.settings.namespaces.threescale, *_MEASURING, *through)
