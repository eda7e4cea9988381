"""Places the namespaces of the model servers and of the consumers' Secrets."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.config.storage import ObcStore
from components.site import Site

_SERVING_LABELS = {"modelmesh-enabled": "false", "opendatahub.io/dashboard": "true"}
"""Single-model serving by KServe, and the namespace shows in OpenShift AI's dashboard."""


@dataclass(frozen=True, kw_only=True)
class WorkNamespacesArgs:
    """What to place and where."""

    site: Site
    """The stack at work."""


class WorkNamespaces(pulumi.ComponentResource):
    """Two namespaces; operators bring their own."""

    models: core.Namespace
    """Holds the model servers."""
    consumers: core.Namespace
    """Holds the keys of declared applications."""

    def __init__(self, name: str, args: WorkNamespacesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:platform:WorkNamespaces", name, {}, opts)
        names = args.site.settings.namespaces
        child = pulumi.ResourceOptions(parent=self, provider=args.site.kubernetes)
        bucket = isinstance(args.site.settings.model_store, ObcStore)
        self.models = core.Namespace(
            f"{name}-models",
            metadata={"name": names.models, "labels": _SERVING_LABELS},
            # The claim on the bucket with the models is in it, and cannot outlast it.
            opts=args.site.keeping(child, on_deletion=True) if bucket else child,
        )
        self.consumers = core.Namespace(f"{name}-consumers", metadata={"name": names.consumers}, opts=child)
        self.register_outputs({})
