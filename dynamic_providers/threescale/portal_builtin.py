"""Templates that 3scale makes itself: what to do when one of them is not there (porta, app/lib/simple_layout.rb)."""

import difflib
from collections.abc import Iterable

from dynamic_providers.threescale.errors import ThreescaleError

SWITCHES = {
    "applications/choose_service": "multiple_services",
    "applications/new": "multiple_applications",
    "services/index": "service_plans",
    "services/new": "service_plans",
}
"""Built-in page → the tenant's switch with which 3scale makes it, at once when it is turned on."""


def missing_builtin(key: str, there: Iterable[str]) -> ThreescaleError:
    """Return what is said about a built-in that a tenant does not have; `there` are the names of those it has."""
    kind, _, name = key.partition(" ")
    what = kind.replace("builtin_", "built-in ")
    known = sorted(there)
    asked, wrong = f"change {what} {name!r} of the developer portal", f"this tenant has no {what} of that name"
    if switch := SWITCHES.get(name):
        return ThreescaleError(
            asked,
            wrong,
            f"3scale makes it with the tenant's switch `{switch}`, and nobody else can",
            f"Turn `{switch}` on: the master account does it, in the tenant's switches. Or do not declare {key!r}",
        )
    like = difflib.get_close_matches(name, known, n=3) or known
    return ThreescaleError(
        asked, wrong, f"It has, among others, {', '.join(like)}", "Correct the name, or declare a page or partial"
    )
