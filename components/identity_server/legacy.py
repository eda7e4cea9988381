"""Places Red Hat Single Sign-On 7.6 and waits until it is ready."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.config.identity import Rhsso, instances
from components.config.identity_server import IdentityDatabase
from components.identity_server.gate import until
from components.identity_server.legacy_manifests import (
    AUTHORITY_ENTRY,
    DATABASE_AUTHORITY,
    DATABASE_SECRET,
    database_entries,
    legacy_keycloak,
)
from components.site import Site, secret_data
from dynamic_providers.cluster.condition_gate import ConditionGate


@dataclass(frozen=True, kw_only=True)
class LegacyIdentityServerArgs:
    """What to place, and after what."""

    site: Site
    """The stack at work."""
    identity: Rhsso
    """Its identity server."""
    operator: pulumi.Resource
    """Gate of the operator."""


class LegacyIdentityServer(pulumi.ComponentResource):
    """Keycloak of the legacy operator, its database's Secret, and the gate."""

    ready: pulumi.Resource
    """The gate: realms can be made."""

    def __init__(self, name: str, args: LegacyIdentityServerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:identity:LegacyIdentityServer", name, {}, opts)
        settings, database = args.site.settings, args.identity.database
        before: list[pulumi.Resource] = [args.operator]
        if database is not None:
            before.append(self._database(name, args, database))
        if database is not None and database.ca_bundle is not None:
            entries: dict[str, pulumi.Input[str]] = {AUTHORITY_ENTRY: database.ca_bundle}
            before.append(self._secret(f"{name}-database-authority", args, DATABASE_AUTHORITY, entries))
        manifest = legacy_keycloak(
            settings.namespaces.identity,
            instances(args.identity, settings.environment),
            external_database=database is not None,
        )
        server = args.site.place(name, manifest, pulumi.ResourceOptions(parent=self, depends_on=before))
        gate = until("status.ready=True", args.site, manifest, database)
        after = pulumi.ResourceOptions(parent=self, provider=args.site.gates, depends_on=[server])
        self.ready = ConditionGate(f"{name}-ready", gate, after)
        self.register_outputs({})

    def _database(self, name: str, args: LegacyIdentityServerArgs, database: IdentityDatabase) -> core.Secret:
        secrets = args.site.secrets
        values: dict[str, pulumi.Input[str]] = {
            **database_entries(database),
            "POSTGRES_USERNAME": secrets.identity_database_username or "",
            "POSTGRES_PASSWORD": secrets.identity_database_password or "",
        }
        return self._secret(f"{name}-database", args, DATABASE_SECRET, values)

    def _secret(
        self, name: str, args: LegacyIdentityServerArgs, title: str, entries: Mapping[str, pulumi.Input[str]]
    ) -> core.Secret:
        return core.Secret(
            name,
            metadata={"name": title, "namespace": args.site.settings.namespaces.identity},
            data=secret_data(entries),
            opts=pulumi.ResourceOptions(parent=self, provider=args.site.kubernetes, depends_on=[args.operator]),
        )
