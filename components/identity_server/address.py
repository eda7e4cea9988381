"""Waits until the identity server answers where people and this program reach it."""

import pulumi

from components.config.hosts import identity_url
from components.config.identity import Rhbk, authorities
from components.custom_resources import Manifest, digest
from components.site import Site
from dynamic_providers.cluster.route_ready import RouteReady, RouteReadyArgs

_DISCOVERY = "/realms/master/.well-known/openid-configuration"
"""What every Keycloak answers without a sign-in (OpenID Connect Discovery 1.0, section 4)."""


def answering(
    name: str, site: Site, identity: Rhbk, manifests: tuple[Manifest, Manifest], opts: pulumi.ResourceOptions
) -> RouteReady:
    """The gate, placed with `opts`; `manifests` are the server and its Route."""
    public = manifests[1]["metadata"]
    return RouteReady(
        f"{name}-answers",
        RouteReadyArgs(
            namespace=public["namespace"],
            name=public["name"],
            url=f"{identity_url(site.settings, identity)}{_DISCOVERY}",
            timeout_seconds=site.settings.waits.identity_ready_seconds,
            # The same that Keycloak's plugin is given, so that what it would refuse is explained here.
            ca_bundle=authorities(identity, site.ca_bundle),
            authority="identity.caBundle",
            trigger=digest(*manifests),
        ),
        pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(provider=site.gates)),
    )
