"""Places the identity server and waits until it is ready."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.config.hosts import identity_host
from components.config.identity import Rhbk, instances
from components.config.identity_names import AUTOMATION_SECRET
from components.config.identity_server import IdentityDatabase
from components.identity_server.address import answering
from components.identity_server.administrator import permanent_client
from components.identity_server.gate import until
from components.identity_server.manifests import (
    AUTHORITY_ENTRY,
    DATABASE_AUTHORITY,
    DATABASE_SECRET,
    disruption_budget,
    keycloak,
    route,
)
from components.site import Site, secret_data
from dynamic_providers.cluster.condition_gate import ConditionGate


@dataclass(frozen=True, kw_only=True)
class IdentityServerArgs:
    """What to place, and after what."""

    site: Site
    """The stack at work."""
    identity: Rhbk
    """Its identity server."""
    operator: pulumi.Resource
    """Gate of the operator."""


class IdentityServer(pulumi.ComponentResource):
    """Administrator's Secret, Keycloak, Route, the gate, and where declared what stands in the first one's place."""

    server: pulumi.CustomResource
    """The Keycloak object; what lives in the server goes with it."""
    ready: pulumi.Resource
    """The last gate: realms can be made."""
    gates: Sequence[pulumi.Resource]
    """All of them: the server, its public address, and who stands in the first administrator's place."""

    def __init__(self, name: str, args: IdentityServerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:identity:IdentityServer", name, {}, opts)
        namespace, host = args.site.settings.namespaces.identity, identity_host(args.site.settings, args.identity)
        wanted = instances(args.identity, args.site.settings.environment)
        first = pulumi.ResourceOptions(parent=self, depends_on=[args.operator])
        before: list[pulumi.Resource] = [args.operator, self._automation(name, args, namespace)]
        if (database := args.identity.database) is not None:
            before += self._database(name, args, namespace, database)
        if wanted > 1:
            args.site.place(f"{name}-disruption", disruption_budget(namespace), first)
        manifest = keycloak(namespace, host, wanted, args.identity)
        self.server = args.site.place(name, manifest, pulumi.ResourceOptions(parent=self, depends_on=before))
        address = route(namespace, host, passthrough=args.identity.tls_secret is not None)
        public = args.site.place(f"{name}-route", address, first)
        wanted_gate = until("Ready", args.site, manifest, args.identity.database)
        after = pulumi.ResourceOptions(parent=self, provider=args.site.gates, depends_on=[self.server, public])
        gate = ConditionGate(f"{name}-ready", wanted_gate, after)
        behind = pulumi.ResourceOptions(parent=self, depends_on=[gate])
        answers = answering(name, args.site, args.identity, (manifest, address), behind)
        last = pulumi.ResourceOptions(parent=self, depends_on=[answers], deleted_with=self.server)
        client = permanent_client(name, args.site, args.identity, last)
        self.gates = (gate, answers) if client is None else (gate, answers, client)
        self.ready = self.gates[-1]
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

    def _database(
        self, name: str, args: IdentityServerArgs, namespace: str, database: IdentityDatabase
    ) -> Iterator[core.Secret]:
        """The credentials, and what signs the database's certificate where the stack says so."""
        secrets = args.site.secrets
        options = pulumi.ResourceOptions(parent=self, provider=args.site.kubernetes, depends_on=[args.operator])
        credentials: dict[str, pulumi.Input[str]] = {
            "username": secrets.identity_database_username or "",
            "password": secrets.identity_database_password or "",
        }
        yield core.Secret(
            f"{name}-database",
            metadata={"name": DATABASE_SECRET, "namespace": namespace},
            data=secret_data(credentials),
            opts=options,
        )
        if database.ca_bundle is not None:
            yield core.Secret(
                f"{name}-database-authority",
                metadata={"name": DATABASE_AUTHORITY, "namespace": namespace},
                data=secret_data({AUTHORITY_ENTRY: database.ca_bundle}),
                opts=options,
            )
