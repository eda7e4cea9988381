"""What is left to do by hand, because no interface of 3scale, Keycloak or the cluster lets a program do it."""

from collections.abc import Iterator

from components.config import Settings, hosts
from components.config.identity import Identity, MaintainedRealm, Rhbk, Rhsso
from components.config.identity_providers import Openshift
from components.config.plans import Plan


def manual_steps(settings: Settings) -> list[str]:
    """One sentence per step, each with its place."""
    return [*_tenant(settings), *_gateways(settings), *_identity(settings)]


def _tenant(settings: Settings) -> Iterator[str]:
    """Settings of a tenant for which its Admin API has no call (porta, lib/api_docs/provider)."""
    admin = hosts.threescale_admin_url(settings)
    yield f"{admin}, Account Settings: set the organisation's name and time zone."
    yield f"{admin}, Audience, Legal Terms: set the terms under which developers sign up and subscribe."
    if any(_costs(plan) for plan in settings.plans.values()):
        yield f"{admin}, Audience, Billing: set the currency, switch on charging and name a payment gateway."


def _costs(plan: Plan) -> bool:
    return bool(plan.prices or plan.setup_fee or plan.cost_per_month)


def _gateways(settings: Settings) -> Iterator[str]:
    policy, namespace = settings.threescale.gateway_policy, settings.namespaces.threescale
    if policy.secret_name is not None:
        yield (
            f"Namespace {namespace}, while the first `up` waits for 3scale: make the Secret {policy.secret_name} with "
            f"the files of gateway policy llm-metrics {policy.version} and the label "
            "apimanager.apps.3scale.net/watched-by: apimanager."
        )
    held = [settings.system_name(key) for key in settings.models if not settings.promotion_of(key).production]
    if held:
        yield f"Promote to production, once staging is right: {', '.join(held)}."


def _identity(settings: Settings) -> Iterator[str]:
    identity = settings.identity
    if identity is None:
        return
    for alias, uri in hosts.broker_redirect_uris(settings, identity).items():
        yield f"Identity provider {alias}: register the redirect address {uri}."
    if isinstance(identity, Rhbk) and identity.tls_secret is not None:
        yield (
            f"Namespace {settings.namespaces.identity}, while the first `up` waits for the identity server: make the "
            f"Secret {identity.tls_secret} of type kubernetes.io/tls with the certificate of "
            f"{hosts.identity_host(settings, identity)}; 3scale's pods have to trust it too."
        )
    console = hosts.admin_console_url(settings, identity)
    unverified = _unverified(identity)
    if unverified:
        yield f"{console}, realm {identity.realm}: verify the address of everybody who comes from {unverified}."
    if isinstance(identity, Rhsso):
        yield f"{console}, realm {identity.realm}: add identity providers and users."


def _unverified(identity: Identity) -> str:
    """Names of the providers whose addresses nobody vouches for: the portal takes no unverified one."""
    if not isinstance(identity, MaintainedRealm):
        return ""
    # OpenShift tells no address at all (keycloak, OpenshiftV4IdentityProvider).
    doubted = (alias for alias, one in identity.providers.items() if isinstance(one, Openshift) or not one.trust_email)
    return ", ".join(sorted(doubted))
