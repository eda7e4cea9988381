"""Places the realm, the portal's client and the claims the portal reads."""

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_keycloak as keycloak
from pulumi_keycloak import openid

from components.config.hosts import identity_host, issuer_url, portal_sso_callback_url, portal_url
from components.config.identity import Identity
from components.maas_realm.contract import PASSWORD_POLICY, WEEK_SECONDS, logout_uris, redirect_uris
from components.site import PortalLogin, Site

_CLIENT_TIMEOUT_SECONDS = 60
"""The plugin's own limit is 5 seconds and it does not repeat; making a realm takes about 2 on an idle server."""


@dataclass(frozen=True, kw_only=True)
class MaasRealmArgs:
    """What to place, and after what."""

    site: Site
    """The stack at work."""
    identity: Identity
    """Its identity server and realm."""
    server: pulumi.Resource
    """Gate of the server."""


class MaasRealm(pulumi.ComponentResource):
    """Realm with its event settings, the client of the portal, and two mappers."""

    realm: keycloak.Realm
    """The realm; everything in it goes with it."""
    login: PortalLogin
    """What the portal needs of it."""

    def __init__(self, name: str, args: MaasRealmArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:identity:MaasRealm", name, {}, opts)
        provider = self._administrator(name, args)
        self.realm = _realm(name, args.identity, pulumi.ResourceOptions(parent=self, provider=provider))
        # The realm takes them along, and the server answers 404 to the deletion of what is gone.
        inside = pulumi.ResourceOptions(parent=self, provider=provider, deleted_with=self.realm)
        keycloak.RealmEvents(
            f"{name}-events",
            realm_id=self.realm.id,
            events_enabled=True,
            events_expiration=WEEK_SECONDS,
            events_listeners=["jboss-logging"],
            admin_events_enabled=True,
            admin_events_details_enabled=False,
            opts=inside,
        )
        client = _client(name, args, self.realm, inside)
        _mappers(name, args.identity, client, self.realm, inside)
        self.login = PortalLogin(
            realm=self,
            issuer_url=issuer_url(args.site.settings, args.identity),
            client_id=client.client_id,
            client_secret=pulumi.Output.secret(client.client_secret),
        )
        self.register_outputs({})

    def _administrator(self, name: str, args: MaasRealmArgs) -> keycloak.Provider:
        # Every input is known before the server exists and nobody logs in early: the first preview checks the realm.
        return keycloak.Provider(
            f"{name}-admin",
            url=f"https://{identity_host(args.site.settings, args.identity)}",
            realm="master",
            client_id=args.identity.automation_client_id,
            client_secret=args.site.secrets.keycloak_admin_client_secret,
            initial_login=False,
            client_timeout=_CLIENT_TIMEOUT_SECONDS,
            root_ca_certificate=args.site.ca_bundle or None,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.server]),
        )


def _realm(name: str, settings: Identity, opts: pulumi.ResourceOptions) -> keycloak.Realm:
    return keycloak.Realm(
        name,
        realm=settings.realm,
        enabled=True,
        display_name=settings.display_name,
        # Left out, each of these eight would be written as false (seen on 26.4), which is right for only some of them.
        registration_allowed=False,
        registration_email_as_username=False,
        edit_username_allowed=False,
        reset_password_allowed=False,
        remember_me=False,
        verify_email=False,
        login_with_email_allowed=True,
        duplicate_emails_allowed=False,
        ssl_required="external",
        password_policy=PASSWORD_POLICY,
        access_token_lifespan="5m0s",  # noqa: S106 - a duration
        access_code_lifespan="1m0s",
        access_code_lifespan_login="30m0s",
        access_code_lifespan_user_action="5m0s",
        sso_session_idle_timeout="30m0s",
        sso_session_max_lifespan="10h0m0s",
        revoke_refresh_token=True,
        refresh_token_max_reuse=0,
        security_defenses=_defenses(),
        opts=opts,
    )


def _defenses() -> keycloak.RealmSecurityDefensesArgs:
    """Brute-force detection on; left out, every update would switch it off."""
    return keycloak.RealmSecurityDefensesArgs(
        brute_force_detection=keycloak.RealmSecurityDefensesBruteForceDetectionArgs(
            max_login_failures=5,
            wait_increment_seconds=60,
            max_failure_wait_seconds=900,
            failure_reset_time_seconds=43_200,
        ),
        headers=keycloak.RealmSecurityDefensesHeadersArgs(
            x_frame_options="DENY",
            content_security_policy="frame-src 'self'; frame-ancestors 'self'; object-src 'none';",
            x_content_type_options="nosniff",
            x_robots_tag="none",
            referrer_policy="no-referrer",
            strict_transport_security="max-age=31536000; includeSubDomains",
        ),
    )


def _client(name: str, args: MaasRealmArgs, realm: keycloak.Realm, opts: pulumi.ResourceOptions) -> openid.Client:
    """The portal's client.

    porta sends no PKCE challenge, so none is enforced; it checks neither issuer nor session state in the redirect, so
    neither is sent.
    """
    portal = portal_url(args.site.settings)
    return openid.Client(
        f"{name}-portal",
        realm_id=realm.id,
        client_id=args.identity.client_id,
        name="3scale developer portal",
        access_type="CONFIDENTIAL",
        standard_flow_enabled=True,
        implicit_flow_enabled=False,
        direct_access_grants_enabled=False,
        service_accounts_enabled=False,
        full_scope_allowed=False,
        use_refresh_tokens=False,
        access_token_lifespan="60",  # noqa: S106 - seconds
        web_origins=[],
        valid_redirect_uris=redirect_uris(
            portal_sso_callback_url(args.site.settings), anywhere=args.site.settings.compat.wildcard_redirect_uri
        ),
        valid_post_logout_redirect_uris=logout_uris(portal),
        exclude_issuer_from_auth_response=True,
        exclude_session_state_from_auth_response=True,
        opts=opts,
    )


def _mappers(
    name: str, settings: Identity, client: openid.Client, realm: keycloak.Realm, opts: pulumi.ResourceOptions
) -> None:
    """Claims beyond the default scopes. The type of `email_verified` matters: porta takes the text "false" for true."""
    where: dict[str, Any] = {"realm_id": realm.id, "client_id": client.id, "opts": opts}
    openid.UserPropertyProtocolMapper(
        f"{name}-email-verified",
        name="email verified",
        user_property="emailVerified",
        claim_name="email_verified",
        claim_value_type="boolean",
        add_to_id_token=True,
        add_to_access_token=False,
        add_to_userinfo=True,
        **where,
    )
    openid.UserAttributeProtocolMapper(
        f"{name}-org-name",
        name="org_name",
        user_attribute=settings.org_attribute,
        claim_name="org_name",
        claim_value_type="String",
        multivalued=False,
        aggregate_attributes=False,
        add_to_id_token=True,
        add_to_access_token=False,
        add_to_userinfo=True,
        **where,
    )
