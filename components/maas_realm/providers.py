"""Identity providers of the realm, one function per kind."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_keycloak as keycloak
from pulumi_keycloak import oidc, saml

from components.config.identity_providers import Github, Google, IdentityProvider, Oidc, Openshift, Saml, WithSecret
from components.maas_realm.place import Place

INHERIT = {"syncMode": "INHERIT"}
"""Mappers do as their provider does."""


def providers(place: Place, groups: Mapping[str, pulumi.Resource]) -> None:
    """Place every provider with its mappers; `groups` are those of the realm."""
    common = {"realm": place.realm_id, "opts": place.opts}
    for alias, settings in place.identity.providers.items():
        name = f"{place.name}-{alias}"
        made = _provider(name, alias, settings, place)
        if isinstance(settings, Saml):
            _attributes(name, made.alias, settings, common)
        if settings.group is not None:
            _membership(name, made.alias, settings.group, {**common, "opts": place.after(groups[settings.group])})


def _provider(name: str, alias: str, settings: IdentityProvider, place: Place) -> Any:  # noqa: ANN401 - one of five classes, each with `alias`
    given: dict[str, Any] = {
        "realm": place.realm_id,
        "display_name": settings.display_name or alias,
        "enabled": True,
        # What it issued is for the sign-in alone.
        "store_token": False,
        "add_read_token_role_on_create": False,
        "sync_mode": settings.sync_mode.upper(),
        "link_only": settings.link_only,
        "hide_on_login_page": settings.hidden,
        "first_broker_login_flow_alias": settings.first_login_flow,
        "opts": place.opts,
    }
    if isinstance(settings, WithSecret):
        secret = place.site.secrets.identity_providers[alias]
        given |= {"client_id": settings.client_id, "client_secret": secret}
    match settings:
        case Google():
            return _google(name, settings, given)
        case Github():
            return _github(name, settings, given)
        case Oidc():
            return _oidc(name, alias, settings, given)
        case Saml():
            return _saml(name, alias, settings, {**given, "entity_id": place.issuer_url})
        case Openshift():
            return _openshift(name, alias, settings, given)


def _google(name: str, settings: Google, given: dict[str, Any]) -> oidc.GoogleIdentityProvider:
    return oidc.GoogleIdentityProvider(
        name,
        hosted_domain=settings.hosted_domain,
        default_scopes="openid email profile",
        trust_email=settings.trust_email,
        **given,
    )


def _github(name: str, settings: Github, given: dict[str, Any]) -> oidc.GithubIdentityProvider:
    own = settings.server_url.rstrip("/") if settings.server_url is not None else None
    return oidc.GithubIdentityProvider(
        name,
        base_url=own,
        # GitHub Enterprise Server, "REST API": below /api/v3 of the server.
        api_url=None if own is None else f"{own}/api/v3",
        default_scopes="user:email",
        trust_email=settings.trust_email,
        **given,
    )


def _oidc(name: str, alias: str, settings: Oidc, given: dict[str, Any]) -> oidc.IdentityProvider:
    # A Keycloak realm's own endpoints (keycloak, OIDCLoginProtocolService); nobody else's are below the issuer.
    below = f"{settings.issuer.rstrip('/')}/protocol/openid-connect"
    logout = settings.logout_url or (f"{below}/logout" if settings.authorization_url is None else None)
    return oidc.IdentityProvider(
        name,
        alias=alias,
        issuer=settings.issuer,
        authorization_url=settings.authorization_url or f"{below}/auth",
        token_url=settings.token_url or f"{below}/token",
        user_info_url=settings.user_info_url or f"{below}/userinfo",
        jwks_url=settings.jwks_url or f"{below}/certs",
        logout_url=logout,
        default_scopes=settings.scopes,
        # Off by the plugin's own default; without it anybody's tokens would pass.
        validate_signature=True,
        backchannel_supported=False,
        trust_email=settings.trust_email,
        extra_config={
            "clientAuthMethod": settings.client_authentication,
            "pkceEnabled": "true",
            "pkceMethod": "S256",
        },
        **given,
    )


def _saml(name: str, alias: str, settings: Saml, given: dict[str, Any]) -> saml.IdentityProvider:
    return saml.IdentityProvider(
        name,
        alias=alias,
        single_sign_on_service_url=settings.single_sign_on_url,
        single_logout_service_url=settings.single_logout_url,
        signing_certificate="".join(settings.signing_certificate.split()),
        validate_signature=True,
        want_assertions_signed=True,
        post_binding_response=True,
        post_binding_authn_request=True,
        backchannel_supported=False,
        name_id_policy_format=settings.name_id_format,
        principal_type="SUBJECT",
        trust_email=settings.trust_email,
        **given,
    )


def _openshift(name: str, alias: str, settings: Openshift, given: dict[str, Any]) -> oidc.OpenshiftV4IdentityProvider:
    return oidc.OpenshiftV4IdentityProvider(
        name,
        alias=alias,
        base_url=settings.api_url,
        # The plugin's own default, user:full, would let the realm act as the user.
        default_scopes="user:info",
        **given,
    )


def _attributes(name: str, alias: pulumi.Input[str], settings: Saml, common: dict[str, Any]) -> None:
    """Place what takes address and names out of a SAML assertion."""
    wanted = {
        "email": settings.email_attribute,
        "firstName": settings.first_name_attribute,
        "lastName": settings.last_name_attribute,
    }
    for user_attribute, attribute in wanted.items():
        keycloak.AttributeImporterIdentityProviderMapper(
            f"{name}-{user_attribute}",
            name=user_attribute,
            identity_provider_alias=alias,
            attribute_name=attribute,
            user_attribute=user_attribute,
            extra_config=INHERIT,
            **common,
        )


def _membership(name: str, alias: pulumi.Input[str], group: str, common: dict[str, Any]) -> None:
    """Place what puts everybody who comes by the provider into a group."""
    keycloak.HardcodedGroupIdentityProviderMapper(
        f"{name}-group",
        name="group",
        identity_provider_alias=alias,
        group=f"/{group}",
        extra_config=INHERIT,
        **common,
    )
