"""The developer portal's client, and the claims it reads."""

from typing import Any

import pulumi
from pulumi_keycloak import openid

from components.config import Settings
from components.config.hosts import portal_sso_callback_url, portal_url
from components.config.identity import MaintainedRealm
from components.config.identity_people import TIER_ATTRIBUTE
from components.maas_realm.contract import DEFAULT_SCOPES, logout_uris, redirect_uris


def portal_client(
    name: str, settings: Settings, identity: MaintainedRealm, realm_id: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> openid.Client:
    """The client, which can do the code flow and nothing else.

    porta sends no PKCE challenge, so none is enforced; it checks neither issuer nor session state in the redirect, so
    neither is sent.
    """
    rotation, anywhere = identity.client_secret_rotation, settings.compat.wildcard_redirect_uri
    return openid.Client(
        f"{name}-portal",
        realm_id=realm_id,
        client_id=identity.client_id,
        name="3scale developer portal",
        access_type="CONFIDENTIAL",
        standard_flow_enabled=True,
        implicit_flow_enabled=False,
        direct_access_grants_enabled=False,
        service_accounts_enabled=False,
        full_scope_allowed=False,
        use_refresh_tokens=False,
        access_token_lifespan=str(identity.lifetimes.portal_token_seconds),
        web_origins=[],
        valid_redirect_uris=redirect_uris(portal_sso_callback_url(settings), identity.redirect_uris, anywhere=anywhere),
        valid_post_logout_redirect_uris=logout_uris(portal_url(settings)),
        exclude_issuer_from_auth_response=True,
        exclude_session_state_from_auth_response=True,
        client_secret_regenerate_when_changed=None if rotation is None else {"rotation": rotation},
        opts=opts,
    )


def claims(
    name: str,
    identity: MaintainedRealm,
    client: openid.Client,
    realm_id: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> None:
    """What userinfo tells: exactly what porta reads.

    The type of `email_verified` matters: porta takes the text "false" for true.
    """
    where: dict[str, Any] = {"realm_id": realm_id, "client_id": client.id, "opts": opts}
    openid.ClientDefaultScopes(f"{name}-scopes", default_scopes=list(DEFAULT_SCOPES), **where)
    _of_property(f"{name}-email-verified", "email verified", ("emailVerified", "email_verified", "boolean"), where)
    _of_property(f"{name}-username", "username", ("username", "preferred_username", "String"), where)
    _of_attribute(f"{name}-org-name", identity.org_attribute, "org_name", where, for_portal=True)
    if identity.groups:
        # What the user has not is looked for in the user's groups (keycloak, KeycloakModelUtils).
        _of_attribute(f"{name}-tier", TIER_ATTRIBUTE, TIER_ATTRIBUTE, where, for_portal=False)


def _of_attribute(name: str, attribute: str, claim: str, where: dict[str, Any], *, for_portal: bool) -> None:
    """A mapper of a user's attribute: the portal reads userinfo, everybody else the access token."""
    openid.UserAttributeProtocolMapper(
        name,
        name=claim,
        user_attribute=attribute,
        claim_name=claim,
        claim_value_type="String",
        multivalued=False,
        aggregate_attributes=False,
        add_to_id_token=for_portal,
        add_to_access_token=not for_portal,
        add_to_userinfo=for_portal,
        **where,
    )


def _of_property(name: str, title: str, claim: tuple[str, str, str], where: dict[str, Any]) -> None:
    """A mapper of a user's property, a claim and its type."""
    user_property, claim_name, kind = claim
    openid.UserPropertyProtocolMapper(
        name,
        name=title,
        user_property=user_property,
        claim_name=claim_name,
        claim_value_type=kind,
        add_to_id_token=True,
        add_to_access_token=False,
        add_to_userinfo=True,
        **where,
    )
