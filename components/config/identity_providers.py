"""Who else may say who somebody is: identity providers of the realm, one form per kind."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from components.config.public_issuers import for_the_public
from components.config.section import DnsDomain, DnsLabel, Section, Title, rule

_PORT = "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
HttpsUrl = Annotated[
    str, StringConstraints(pattern=rf"^https://[A-Za-z0-9.-]+(:{_PORT})?(/[^?#\s]*)?$", max_length=255)
]
"""An address over TLS, without query, fragment or user info; Keycloak refuses plain HTTP but for loopback."""

ClientId = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]+$", max_length=255)]
"""An OAuth client's name (RFC 6749, appendix A.1), without spaces."""

FIRST_LOGIN_FLOW = "first broker login"
"""Keycloak's own flow for somebody who comes for the first time: an address that is known already joins nobody."""


class Provider(Section):
    """What every kind has in common."""

    kind: str = Field(description="Which kind of identity provider this is.")
    display_name: Title | None = Field(
        default=None, description="Title of the button on the realm's login page. When left out, the provider's key."
    )
    group: DnsLabel | None = Field(
        default=None, description="Group that people of this provider join, by its key in `identity.groups`."
    )
    first_login_flow: Title = Field(
        default=FIRST_LOGIN_FLOW,
        description="Authentication flow of the realm for somebody who comes for the first time.",
    )
    sync_mode: Literal["import", "force"] = Field(
        default="import",
        description="Whether names and address are taken over once (`import`) or at every sign-in (`force`).",
    )
    hidden: bool = Field(
        default=False, description="Whether the login page has no button; programs still name the provider."
    )
    link_only: bool = Field(
        default=False, description="Whether existing users link the provider, and nobody new comes by it."
    )

    @property
    def open_to_anyone(self) -> bool:
        """Whether somebody whom nobody of the organisation knows can sign in."""
        return False


class WithSecret(Provider):
    """A provider at which the realm is a client; its secret is the stack secret `identityProviderSecret.<key>`."""

    client_id: ClientId = Field(description="The realm's client at the provider.")


class Google(WithSecret):
    """Google accounts."""

    kind: Literal["google"] = Field(description="`google`: Google accounts; the provider's key must be `google`.")
    hosted_domain: DnsDomain | None = Field(
        default=None, description="The one Google Workspace domain whose accounts may sign in."
    )
    any_account: bool = Field(
        default=False, description="Opens the realm to every Google account, in place of `hostedDomain`."
    )
    trust_email: bool = Field(default=True, description="Whether an address counts as verified because Google says so.")

    @property
    def open_to_anyone(self) -> bool:
        """Without a domain every Google account can sign in."""
        return self.any_account and not self.link_only

    @model_validator(mode="after")
    def _somebody_in_particular(self) -> Self:
        if (self.hosted_domain is None) != self.any_account:
            both = self.any_account
            raise rule(
                given="hostedDomain and anyAccount: true were given" if both else "hostedDomain is missing",
                allowed="a hostedDomain, or anyAccount: true, with which every Google account may sign in",
                remedy="remove one of the two from {path}" if both else "add {path}.hostedDomain",
            )
        return self


class Github(WithSecret):
    """GitHub accounts."""

    kind: Literal["github"] = Field(description="`github`: GitHub accounts; the provider's key must be `github`.")
    server_url: HttpsUrl | None = Field(
        default=None,
        description="Address of a GitHub Enterprise Server of your own. When left out, github.com, which needs "
        "`anyAccount`: Keycloak cannot restrict it to an organisation.",
    )
    any_account: bool = Field(default=False, description="Opens the realm to every account of github.com.")
    trust_email: bool = Field(
        default=False,
        description="Whether an address counts as verified because GitHub hands it on; it may be private or wrong.",
    )

    @property
    def open_to_anyone(self) -> bool:
        """Everybody can have an account at github.com."""
        return self.any_account and not self.link_only

    @model_validator(mode="after")
    def _somebody_in_particular(self) -> Self:
        if (self.server_url is None) != self.any_account:
            both = self.any_account
            raise rule(
                given="serverUrl and anyAccount: true were given" if both else "neither serverUrl nor anyAccount",
                allowed="a serverUrl of your own, or anyAccount: true, with which every account of github.com may "
                "sign in; Keycloak has no restriction to an organisation",
                remedy="remove one of the two from {path}" if both else "add {path}.serverUrl, or {path}.anyAccount",
            )
        return self


class Oidc(WithSecret):
    """Any OpenID Connect server, another Keycloak for example."""

    kind: Literal["oidc"] = Field(description="`oidc`: any OpenID Connect server.")
    issuer: HttpsUrl = Field(description="Its issuer, as its tokens name it. Never this realm itself.")
    any_account: bool = Field(
        default=False,
        description="Says that anybody can have an account there, and opens the realm to all of them. Needed for those "
        "that are known to be so, such as Google's or Microsoft's for several tenants.",
    )
    authorization_url: HttpsUrl | None = Field(
        default=None,
        description="Its authorization endpoint, as its `/.well-known/openid-configuration` tells it. When this and "
        "the three below are left out, those of a Keycloak realm; never only some of the four.",
    )
    token_url: HttpsUrl | None = Field(default=None, description="Its token endpoint.")
    user_info_url: HttpsUrl | None = Field(default=None, description="Its userinfo endpoint.")
    jwks_url: HttpsUrl | None = Field(default=None, description="Where its keys are; its tokens are always checked.")
    logout_url: HttpsUrl | None = Field(
        default=None,
        description="Its logout endpoint. When left out, that of a Keycloak realm, or none where the four above are "
        "given.",
    )
    scopes: Annotated[str, StringConstraints(pattern=r"^openid( [\x21-\x7e]+)*$")] = Field(
        default="openid email profile", description="Scopes the realm asks for, with blanks between them."
    )
    client_authentication: Literal["client_secret_post", "client_secret_basic"] = Field(
        default="client_secret_post", description="How the realm sends its secret."
    )
    trust_email: bool = Field(
        default=False,
        description="Whether an address counts as verified when the provider says nothing about it. For providers "
        "that verify addresses.",
    )

    @property
    def endpoints(self) -> dict[str, str | None]:
        """The four that make a sign-in, by their keys."""
        return {
            "authorizationUrl": self.authorization_url,
            "tokenUrl": self.token_url,
            "userInfoUrl": self.user_info_url,
            "jwksUrl": self.jwks_url,
        }

    @property
    def addresses(self) -> dict[str, str]:
        """Every address that is given, by its key."""
        given = {"issuer": self.issuer, **self.endpoints, "logoutUrl": self.logout_url}
        return {key: url for key, url in given.items() if url is not None}

    @property
    def open_to_anyone(self) -> bool:
        """Where anybody has an account, or can get one."""
        return self.any_account and not self.link_only

    @model_validator(mode="after")
    def _whole(self) -> Self:
        missing = [key for key, url in self.endpoints.items() if url is None]
        if 0 < len(missing) < len(self.endpoints):
            raise rule(
                given=f"{' and '.join(missing)} left out, and not all four",
                allowed="all four endpoints, or none for a Keycloak realm, whose endpoints follow from its issuer",
                remedy="add to {path} what is left out, as /.well-known/openid-configuration below the issuer tells it",
            )
        return self

    @model_validator(mode="after")
    def _somebody_in_particular(self) -> Self:
        # Keys are published in one place for all tenants of some providers, so they do not tell who may sign in.
        deciding = ("issuer", "authorizationUrl", "tokenUrl")
        public = [key for key, url in self.addresses.items() if key in deciding and for_the_public(url)]
        if public and not self.any_account:
            raise rule(
                given=f"{public[0]} {self.addresses[public[0]]} belongs to a provider at which anybody has an account",
                allowed="a provider of your organisation, or anyAccount: true, with which everybody there may sign in",
                remedy="use {path}.kind google with hostedDomain for a Google Workspace domain, or your own tenant's "
                "addresses, or add {path}.anyAccount",
            )
        return self


class Saml(Provider):
    """A SAML 2.0 identity provider. The realm checks its signatures; there is no secret."""

    kind: Literal["saml"] = Field(description="`saml`: a SAML 2.0 identity provider.")
    single_sign_on_url: HttpsUrl = Field(description="Where sign-ins are sent to.")
    single_logout_url: HttpsUrl | None = Field(default=None, description="Where logouts are sent to.")
    signing_certificate: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/=\s]+$", min_length=100)] = Field(
        description="Certificate with which the provider signs: base64 without the lines BEGIN and END. It is public."
    )
    name_id_format: Literal["Persistent", "Email", "Unspecified"] = Field(
        default="Persistent",
        description="What the provider's name of a person is; `Transient` would be another each time.",
    )
    email_attribute: Title = Field(default="email", description="Attribute of the assertion with the address.")
    first_name_attribute: Title = Field(default="givenName", description="Attribute with the first name.")
    last_name_attribute: Title = Field(default="surname", description="Attribute with the last name.")
    trust_email: bool = Field(
        default=False, description="Whether an address counts as verified. For providers that verify addresses."
    )


class Openshift(WithSecret):
    """Users of an OpenShift cluster, this one or another.

    It tells no address (keycloak, OpenshiftV4IdentityProvider), so that nobody's is ever verified by it.
    """

    kind: Literal["openshift"] = Field(
        description="`openshift`: users of an OpenShift cluster. It tells no address: people type theirs, and an "
        "administrator of the realm has to verify it before the portal lets them in."
    )
    api_url: HttpsUrl = Field(description="Address of the cluster's API server.")


IdentityProvider = Annotated[Google | Github | Oidc | Saml | Openshift, Field(discriminator="kind")]
"""One provider; `kind` says which of the forms it has."""

FIXED_ALIASES = {"google": "google", "github": "github"}
"""Kinds of which a realm has one, under this name (terraform-provider-keycloak, oidc google and github)."""
