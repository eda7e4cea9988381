"""The realm itself, and what it remembers."""

import pulumi
import pulumi_keycloak as keycloak

from components.config.identity import MaintainedRealm
from components.config.identity_realm import BruteForce
from components.maas_realm.contract import DAY_SECONDS, PASSWORD_POLICY, go_duration


def realm(name: str, settings: MaintainedRealm, opts: pulumi.ResourceOptions) -> keycloak.Realm:
    """The realm, hardened."""
    lifetimes = settings.lifetimes
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
        ssl_required=settings.ssl_required,
        password_policy=PASSWORD_POLICY,
        access_token_lifespan=go_duration(lifetimes.access_token_seconds),
        access_code_lifespan=go_duration(lifetimes.code_seconds),
        access_code_lifespan_login=go_duration(lifetimes.login_seconds),
        access_code_lifespan_user_action=go_duration(lifetimes.action_seconds),
        sso_session_idle_timeout=go_duration(lifetimes.session_idle_seconds),
        sso_session_max_lifespan=go_duration(lifetimes.session_max_seconds),
        revoke_refresh_token=True,
        refresh_token_max_reuse=0,
        security_defenses=_defenses(settings.brute_force),
        opts=opts,
    )


def events(
    name: str, settings: MaintainedRealm, realm_id: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> keycloak.RealmEvents:
    """Sign-ins and changes by administrators are kept; the log stays a listener."""
    return keycloak.RealmEvents(
        name,
        realm_id=realm_id,
        events_enabled=True,
        events_expiration=settings.events.keep_days * DAY_SECONDS,
        events_listeners=["jboss-logging"],
        admin_events_enabled=True,
        admin_events_details_enabled=False,
        opts=opts,
    )


def _defenses(guard: BruteForce) -> keycloak.RealmSecurityDefensesArgs:
    """Brute-force detection on; left out, every update would switch it off."""
    return keycloak.RealmSecurityDefensesArgs(
        brute_force_detection=keycloak.RealmSecurityDefensesBruteForceDetectionArgs(
            max_login_failures=guard.max_failures,
            wait_increment_seconds=guard.wait_seconds,
            max_failure_wait_seconds=guard.max_wait_seconds,
            failure_reset_time_seconds=guard.reset_seconds,
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
