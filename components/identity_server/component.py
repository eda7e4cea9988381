"""Places the identity server and waits until it is ready."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.config.hosts import identity_host
from components.config.identity import Identity
from components.custom_resources import Manifest, digest
from components.identity_server.manifests import AUTOMATION_SECRET, NAME, keycloak, route
from components.site import Site
from dynamic_providers.cluster.condition_gate import ConditionGate, ConditionGateArgs


@dataclass(frozen=True, kw_only=True)
class IdentityServerArgs:
    """What to place, and after what."""

    site: Site
    """The stack at work."""
    identity: Identity
    """Its identity server."""
    operator: pulumi.Resource
    """Gate of the operator."""


class IdentityServer(pulumi.ComponentResource):
    """Administrator's Secret, Keycloak, Route, and the gate."""

    ready: pulumi.Resource
    """The gate: realms can be made."""

    def __init__(self, name: str, args: IdentityServerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:identity:IdentityServer", name, {}, opts)
        namespace, host = args.site.settings.namespaces.identity, identity_host(args.site.settings, args.identity)
        first = pulumi.ResourceOptions(parent=self, depends_on=[args.operator])
        secret = self._automation(name, args, namespace)
        manifest = keycloak(namespace, host, args.identity.instances)
        server = args.site.place(
            name, manifest, pulumi.ResourceOptions(parent=self, depends_on=[args.operator, secret])
        )
        public = args.site.place(f"{name}-route", route(namespace, host), first)
        self.ready = self._gate(name, args, manifest, [server, public])
        self.register_outputs({})

    def _automation(self, name: str, args: IdentityServerArgs, namespace: str) -> core.Secret:
        return core.Secret(
            f"{name}-automation",
            metadata={"name": AUTOMATION_SECRET, "namespace": namespace},
            string_data={
                "client-id": args.identity.automation_client_id,
                "client-secret": args.site.secrets.keycloak_admin_client_secret,
            },
            opts=pulumi.ResourceOptions(parent=self, provider=args.site.kubernetes, depends_on=[args.operator]),
        )

    def _gate(
        self, name: str, args: IdentityServerArgs, manifest: Manifest, after: list[pulumi.Resource]
    ) -> ConditionGate:
        return ConditionGate(
            f"{name}-ready",
            ConditionGateArgs(
                api_version=manifest["apiVersion"],
                kind=manifest["kind"],
                name=NAME,
                namespace=args.site.settings.namespaces.identity,
                conditions=["Ready"],
                fields={},
                timeout_seconds=args.site.settings.waits.identity_ready_seconds,
                trigger=digest(manifest),
            ),
            pulumi.ResourceOptions(parent=self, provider=args.site.gates, depends_on=after),
        )
