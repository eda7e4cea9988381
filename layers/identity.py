"""Where people sign in: the identity server and its realm."""

import pulumi

from components.config.identity import MaintainedRealm, Rhbk, Rhsso
from components.identity_server import (
    IdentityServer,
    IdentityServerArgs,
    LegacyIdentityServer,
    LegacyIdentityServerArgs,
)
from components.maas_realm import LegacyRealm, LegacyRealmArgs, MaasRealm, MaasRealmArgs
from components.site import PortalLogin, Site
from layers.cluster import Cluster


def place(site: Site, cluster: Cluster) -> PortalLogin | None:
    """Place the layer; returns what the portal signs people in with, or nothing without an identity server."""
    identity = site.settings.identity
    if identity is None:
        return None
    if isinstance(identity, Rhsso):
        return _legacy(site, cluster, identity)
    if not isinstance(identity, Rhbk):
        return _maintained(site, cluster, identity, None)
    operator = cluster.operators["keycloak"]
    server = IdentityServer("identity", IdentityServerArgs(site=site, identity=identity, operator=operator))
    site.watch("identity", *server.gates)
    return _maintained(site, cluster, identity, server.ready)


def _maintained(site: Site, cluster: Cluster, identity: MaintainedRealm, server: pulumi.Resource | None) -> PortalLogin:
    args = MaasRealmArgs(
        site=site,
        identity=identity,
        server=server,
        consumers=cluster.namespaces.consumers,
        threescale=cluster.operators["threescale"],
    )
    return MaasRealm("maas", args).login


def _legacy(site: Site, cluster: Cluster, identity: Rhsso) -> PortalLogin:
    operator = cluster.operators["keycloak"]
    server = LegacyIdentityServer("identity", LegacyIdentityServerArgs(site=site, identity=identity, operator=operator))
    site.watch("identity", server.ready)
    return LegacyRealm("maas", LegacyRealmArgs(site=site, identity=identity, server=server.ready)).login
