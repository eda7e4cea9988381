"""Places realm and client through the legacy operator, and hands on the client's secret."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.config.hosts import issuer_url
from components.config.identity import Rhsso
from components.custom_resources import Manifest, digest
from components.maas_realm.legacy_manifests import CLIENT_ENTRY, client_secret_name, legacy_client, legacy_realm
from components.site import PortalLogin, Site
from dynamic_providers.cluster.condition_gate import ConditionGate, ConditionGateArgs

_READY = "status.ready=True"
"""What the legacy operator says of whatever it is done with."""


@dataclass(frozen=True, kw_only=True)
class LegacyRealmArgs:
    """What to place, and after what."""

    site: Site
    """The stack at work."""
    identity: Rhsso
    """Its identity server and realm."""
    server: pulumi.Resource
    """Gate of the server."""


class LegacyRealm(pulumi.ComponentResource):
    """Realm, the portal's client, and the gates between them."""

    login: PortalLogin
    """What the portal needs of it."""

    def __init__(self, name: str, args: LegacyRealmArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:identity:LegacyRealm", name, {}, opts)
        settings, identity = args.site.settings, args.identity
        # The operator deletes a realm in the server before it lets its object go: both have to be there still.
        after_server = pulumi.ResourceOptions(parent=self, depends_on=[args.server])
        # A realm has people in it, who come back to their accounts by nothing but it.
        kept = args.site.keeping(after_server)
        realm = self._placed(f"{name}-realm", args, legacy_realm(settings, identity), kept)
        after_realm = pulumi.ResourceOptions(parent=self, depends_on=[realm])
        client = self._placed(f"{name}-portal", args, legacy_client(settings, identity), after_realm)
        secret = self._secret(f"{name}-portal-secret", args, client)
        self.login = PortalLogin(
            realm=self,
            issuer_url=issuer_url(settings, identity),
            client_id=pulumi.Output.from_input(identity.client_id),
            client_secret=pulumi.Output.secret(secret.values.apply(_decoded)),
        )
        self.register_outputs({})

    def _placed(
        self, name: str, args: LegacyRealmArgs, manifest: Manifest, opts: pulumi.ResourceOptions
    ) -> pulumi.Resource:
        """The object and the gate behind which it is real."""
        made = args.site.place(name, manifest, opts)
        return ConditionGate(
            f"{name}-ready",
            ConditionGateArgs(
                api_version=manifest["apiVersion"],
                kind=manifest["kind"],
                name=manifest["metadata"]["name"],
                namespace=manifest["metadata"]["namespace"],
                conditions=[_READY],
                fields={},
                timeout_seconds=args.site.settings.waits.identity_ready_seconds,
                trigger=digest(manifest),
            ),
            pulumi.ResourceOptions(parent=self, provider=args.site.gates, depends_on=[made]),
        )

    def _secret(self, name: str, args: LegacyRealmArgs, client: pulumi.Resource) -> ConditionGate:
        """The Secret that the operator makes for the client; what it holds stays a secret here too."""
        return ConditionGate(
            name,
            ConditionGateArgs(
                api_version="v1",
                kind="Secret",
                name=client_secret_name(args.identity),
                namespace=args.site.settings.namespaces.identity,
                conditions=[],
                fields={"secret": f"data.{CLIENT_ENTRY}"},
                timeout_seconds=args.site.settings.waits.identity_ready_seconds,
            ),
            pulumi.ResourceOptions(
                parent=self,
                provider=args.site.gates,
                depends_on=[client],
                additional_secret_outputs=["values"],
            ),
        )


def _decoded(values: Mapping[str, str]) -> str:
    return base64.b64decode(values["secret"]).decode()
