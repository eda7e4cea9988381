"""The identity server and its realm for the developer portal."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, StringConstraints, Tag, model_validator

from components.config.identity_people import Group, Login, TestUser
from components.config.identity_providers import HttpsUrl, IdentityProvider
from components.config.identity_realm import BruteForce, Events, Lifetimes
from components.config.identity_server import IdentityDatabase, SecretName, ServerResources
from components.config.operators import OperatorChannel
from components.config.section import Certificates, DnsDomain, DnsLabel, Namespace, Section, Title, rule

ClientName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+$", max_length=255)]
"""Name of a client of a realm of ours."""

Instances = Annotated[int, Field(ge=1, le=10)]
"""Number of equal servers."""


class Identity(Section):
    """What every flavour has: a realm with the portal's client."""

    flavour: str = Field(default="rhbk", description="Which identity server it is.")
    realm: DnsLabel = Field(default="maas", description="Name of the realm. A change replaces it and loses its users.")
    display_name: Title = Field(default="Models as a Service", description="Title of the realm's login page.")
    client_id: ClientName = Field(default="3scale", description="Client of the developer portal in the realm.")
    org_attribute: ClientName = Field(
        default="email",
        description="User attribute that becomes the name of the developer's account. With `email` every user has an "
        "account of their own.",
    )
    redirect_uris: tuple[HttpsUrl, ...] = Field(
        default=(),
        description="Further addresses of the portal to which a sign-in may return; a `*` at the end stands for any "
        "rest. The portal's call-back is always one. Invitations need `https://<portal>/auth/invitations/*`.",
    )
    ssl_required: Literal["external", "all"] = Field(
        default="external",
        description="Who must use TLS: everybody but private addresses (`external`), or everybody (`all`).",
    )
    brute_force: BruteForce = Field(default=BruteForce(), description="What happens to somebody who guesses passwords.")


class MaintainedRealm(Identity):
    """A realm that this program keeps as declared, over the server's Admin API."""

    automation_client_id: ClientName = Field(
        default="maas-automation",
        description="Client with which this program signs in to the identity server; its secret is the stack secret "
        "`keycloakAdminClientSecret`. For `rhbk` the server's first administrator, in the realm `master`.",
    )
    lifetimes: Lifetimes = Field(
        default=Lifetimes(), description="How long tokens, codes and sessions of the realm are good for."
    )
    events: Events = Field(default=Events(), description="What the realm remembers.")
    providers: dict[DnsLabel, IdentityProvider] = Field(
        default={},
        description="Identity providers by name, which is also their alias in the realm. When left out, people have "
        "local passwords.",
    )
    groups: dict[DnsLabel, Group] = Field(default={}, description="Groups of the realm by name: who gets which plan.")
    test_users: dict[Login, TestUser] = Field(
        default={}, description="People for tests by login name; refused in production."
    )
    copy_client_secret: bool = Field(
        default=False,
        description="Whether the secret of the portal's client is also put into a Secret in 3scale's namespace, for "
        "people who check the sign-in by hand. 3scale gets it without.",
    )
    client_secret_rotation: Title | None = Field(
        default=None,
        description="Any text, such as a date; a change of it replaces the secret of the portal's client, in the realm "
        "and in 3scale. Sign-ins fail for the seconds in between.",
    )

    @property
    def signs_in_as(self) -> str:
        """The client with which the realm is maintained."""
        return self.automation_client_id


class Rhbk(OperatorChannel, MaintainedRealm):
    """Red Hat build of Keycloak 26, installed by this stack."""

    flavour: Literal["rhbk"] = Field(
        default="rhbk", description="`rhbk`: the Red Hat build of Keycloak 26, installed by this stack."
    )
    host_prefix: DnsLabel = Field(
        default="sso", description="First label of the identity server's host below `cluster.wildcardDomain`."
    )
    hostname: DnsDomain | None = Field(
        default=None,
        description="Whole host of the identity server, for one that is not below `cluster.wildcardDomain`. When left "
        "out, made from `hostPrefix`.",
    )
    tls_secret: SecretName | None = Field(
        default=None,
        description="Secret of type `kubernetes.io/tls` in the identity server's namespace, made by you: the server "
        "then has this certificate and the router passes TLS through. When left out, TLS ends at the router.",
    )
    ca_bundle: Certificates | None = Field(
        default=None,
        description="PEM certificates that sign the certificate of `tlsSecret`, beside those that sign the router's; "
        "also of a public authority, where the router's is private. When left out, only the router's.",
    )
    instances: Instances | None = Field(
        default=None,
        description="Number of servers; more than one need `database`. When left out, 2 in production and 1 elsewhere.",
    )
    resources: ServerResources | None = Field(
        default=None, description="Processor time and memory of each server. When left out, the operator's own."
    )
    database: IdentityDatabase | None = Field(
        default=None,
        description="External PostgreSQL database; required in production. When left out, each server keeps a file of "
        "its own, which is lost with its pod.",
    )
    permanent_client_id: ClientName | None = Field(
        default=None,
        description="Client of the realm `master` that takes the place of `automationClientId`, which the server "
        "counts as temporary and which is then deleted; its secret is the stack secret "
        "`keycloakPermanentClientSecret`. Required in production. It cannot be left out again: no other one "
        "is there by then.",
    )

    @property
    def signs_in_as(self) -> str:
        """The client with which the realm is maintained."""
        return self.permanent_client_id or self.automation_client_id


class Rhsso(OperatorChannel, Identity):
    """Red Hat Single Sign-On 7.6 through its operator, which is past its end of maintenance.

    Its operator applies a realm once and never again, and would take the secrets of identity providers and the
    passwords of users in plain text: so it has neither (keycloak-operator 19, KeycloakRealm).
    """

    flavour: Literal["rhsso"] = Field(
        description="`rhsso`: Red Hat Single Sign-On 7.6, for clusters that still have it. Its operator makes the "
        "realm once; providers, groups and users are then made in its console."
    )
    # The operator's objects are named after it.
    client_id: Namespace = Field(default="3scale", description="Client of the developer portal in the realm.")
    instances: Instances | None = Field(
        default=None,
        description="Number of servers; more than one need `database`. When left out, 2 in production and 1 elsewhere.",
    )
    database: IdentityDatabase | None = Field(
        default=None,
        description="External PostgreSQL database; required in production. When left out, the operator runs one.",
    )


class External(MaintainedRealm):
    """A Keycloak 26 that somebody else runs."""

    flavour: Literal["external"] = Field(description="`external`: a Keycloak 26 that somebody else runs.")
    url: HttpsUrl = Field(
        description="Address of the server, with the path below which it serves, without `/realms`. Browsers, 3scale "
        "and this program must reach it under this one."
    )
    admin_realm: DnsLabel = Field(
        default="master",
        description="Realm of `automationClientId`. In `master` the client needs the role `create-realm`. In the realm "
        "itself, which needs `ownsRealm: false`, it needs the roles `manage-clients`, `view-realm`, "
        "`manage-identity-providers` and `manage-users` of `realm-management`.",
    )
    owns_realm: bool = Field(
        default=True,
        description="Whether this program makes the realm and keeps its settings. `false` for a realm that somebody "
        "else made, which it then only fills. Changed to `false` in a stack that made the realm, **the next `up` "
        "deletes it with everybody in it**: see `docs/identity.md`, A realm that changes hands.",
    )
    ca_bundle: Certificates | None = Field(
        default=None,
        description="PEM certificates that sign the server's certificate. When left out, the system's authorities.",
    )

    @model_validator(mode="after")
    def _made_from_outside(self) -> Self:
        if self.owns_realm and self.admin_realm == self.realm:
            raise rule(
                given=f'adminRealm is "{self.admin_realm}", the realm itself, while ownsRealm is true',
                allowed="adminRealm: master for a realm of this program, ownsRealm: false for one that is there",
                remedy="remove {path}.adminRealm, or add {path}.ownsRealm: false, with which a stack that made the "
                "realm deletes it with everybody in it",
            )
        return self


def authorities(identity: MaintainedRealm, router: str) -> str:
    """PEM certificates that sign the server's certificate, where `router` signs the router's.

    Empty for the system's own. The program of the realm trusts these and no others (terraform-provider-keycloak,
    `root_ca_certificate`).
    """
    if isinstance(identity, External):
        return identity.ca_bundle or ""
    own = identity.ca_bundle if isinstance(identity, Rhbk) else None
    return router if own is None else "\n".join(filter(None, (router.strip(), own.strip()))) + "\n"


def instances(identity: Rhbk | Rhsso, environment: str) -> int:
    """Number of servers: as declared, else two in production and one elsewhere."""
    return identity.instances or (2 if environment == "prod" else 1)


def flavour(value: Any) -> str:  # noqa: ANN401 - whatever the stack file has there
    """The flavour that is meant; `rhbk` where none is named."""
    if isinstance(value, Mapping):
        return str(value.get("flavour", "rhbk"))
    return str(getattr(value, "flavour", "rhbk"))


AnyIdentity = Annotated[
    Annotated[Rhbk, Tag("rhbk")] | Annotated[Rhsso, Tag("rhsso")] | Annotated[External, Tag("external")],
    Discriminator(flavour),
]
"""One identity server; `flavour` says which of the forms it has."""
