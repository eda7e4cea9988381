"""Sets how long the router waits for a model's gateways."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import pulumi

from components.config import Settings
from components.config.hosts import gateway_url
from components.site import Site
from dynamic_providers.cluster.route_annotation import RouteAnnotation, RouteAnnotationArgs

TIMEOUT = "haproxy.router.openshift.io/timeout"
"""Annotation with which a Route sets the time limit of the router, whose own is 30 s (OpenShift, route annotations)."""


@dataclass(frozen=True, kw_only=True)
class ModelRouteArgs:
    """Whose Routes, and after what they appear."""

    site: Site
    """The stack at work."""
    key: str
    """The model, by its key in the catalogue."""
    product: pulumi.Resource
    """Its product: zync writes the Routes when it appears, and removes them with it."""


class ModelRoute(pulumi.ComponentResource):
    """Both Routes of a model, staging and production, which zync writes; this stack adds the time limit alone."""

    def __init__(self, name: str, args: ModelRouteArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:threescale:ModelRoute", name, {}, opts)
        settings = args.site.settings
        line = args.site.routes
        line.joined(
            RouteAnnotation(
                f"{name}-route-timeout",
                RouteAnnotationArgs(
                    namespace=settings.namespaces.threescale,
                    hosts=gateway_hosts(settings, args.key),
                    annotation=TIMEOUT,
                    value=f"{settings.api_defaults.router_timeout_seconds}s",
                    timeout_seconds=settings.waits.gateway_route_seconds,
                ),
                line.behind(
                    pulumi.ResourceOptions(
                        parent=self, provider=args.site.gates, depends_on=[args.product], deleted_with=args.product
                    )
                ),
            )
        )
        self.register_outputs({})


def gateway_hosts(settings: Settings, key: str) -> list[str]:
    """Hosts of model `key` at the production and the staging gateway."""
    return [urlsplit(gateway_url(settings, key, stage)).netloc for stage in ("production", "staging")]
