"""What is permitted and will be missed: told at each preview, and refused nowhere."""

from collections.abc import Iterator

from components.config.gateway_metrics import TOKENS
from components.config.gateway_policy import SEED_VERSION
from components.config.naming import metric_of
from components.config.settings import Settings
from components.config.token_chain import adopted_faults, skipped, unrefusing_limits


def hints(settings: Settings) -> Iterator[str]:
    """One sentence per thing that is missing, with what to do."""
    yield from _mail(settings)
    yield from skipped(settings)
    yield from adopted_faults(settings)
    if settings.environment != "dev":
        yield from _tokens(settings)
        yield from _watching(settings)
        yield from _clear_text(settings)


def _mail(settings: Settings) -> Iterator[str]:
    threescale = settings.threescale
    by_password = settings.identity is None or bool(settings.portal.settings.signups_enabled)
    if threescale.smtp is None and by_password:
        yield (
            "threescale.smtp is not given, while developers sign in with passwords of the portal: nobody can confirm "
            "an address, accept an invitation or get a new password. Add threescale.smtp."
        )


def _tokens(settings: Settings) -> Iterator[str]:
    """Limits of tokens at which nobody looks before a call: all of them with the guides' policy."""
    plans = [key for key, plan in settings.plans.items() if any(metric_of(limit) in TOKENS for limit in plan.limits)]
    if not settings.threescale.gateway_policy.is_the_guides:
        yield from unrefusing_limits(settings)
    elif plans:
        yield (
            f"threescale.gatewayPolicy.version is {SEED_VERSION}, the guides' policy, while limits of "
            f"{', '.join(sorted(plans))} are of tokens: no call is refused by them. Remove threescale.gatewayPolicy, "
            "or limit hits."
        )


def _watching(settings: Settings) -> Iterator[str]:
    if settings.monitoring is None and settings.environment == "prod":
        yield (
            "monitoring is not given: nobody is told when a model is down, answers with errors or is not counted. Add "
            "`monitoring: {enabled: true}`, or `{enabled: false}` where others watch."
        )


def _clear_text(settings: Settings) -> Iterator[str]:
    databases = settings.threescale.external_databases
    if databases is not None and databases.tls is None:
        yield (
            "threescale.externalDatabases.tls is not given: 3scale's passwords, keys of developers and everything that "
            "is counted travel to the databases in the clear. Add it, with 3scale 2.16 or newer."
        )
