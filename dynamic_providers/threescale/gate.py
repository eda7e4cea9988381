"""Gate: 3scale's Admin API answers, and the tenant has what a new one is seeded with in the background.

Everything else of a tenant depends on this resource, so that there is one place that waits, with one limit and one
message. It has a provider instance of its own: a waiting gate occupies one of four workers (pulumi.dynamic).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pulumi import Input, ResourceOptions
from pulumi.dynamic import CreateResult, UpdateResult
from pydantic import Field

from dynamic_providers.declared import Props
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.entity import EntityResource, TenantProvider
from dynamic_providers.threescale.errors import NotFound, ThreescaleError, Unauthorized, Unavailable
from dynamic_providers.waiting import Wait

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

SEEDED = {"account_plans": "plans", "services": "services"}
"""List → envelope of what a tenant is seeded with in the background (porta, app/lib/logic/provider_signup.rb)."""
APPROVAL_SECONDS = 120.0
"""For so long, within the gate's own limit, a 403 without a body is waited for.

3scale answers so when it knows the token and the token's tenant is not approved: one that is still being set up, or one
that somebody suspended (porta, app/lib/api_authentication/suspended_account.rb). A wrong token never gets this answer
but `{"error": "Access denied"}` (porta, app/lib/filters/provider_required.rb), so nobody waits for one. The first of
the two cases is over in moments and the second never is by itself: hence a while, and not the whole limit."""

UNAPPROVED = "3scale answers 403 without a body: the token is known, but the tenant is not approved yet, or suspended"


@dataclass(frozen=True, kw_only=True)
class GateArgs:
    """What a caller declares."""

    timeout_seconds: Input[int] = 1800


class GateProps(Props):
    """The same fields, resolved."""

    timeout_seconds: Annotated[int, Field(gt=0)] = 1800


class GateProvider(TenantProvider):
    """`/admin/api/provider`, `/admin/api/account_plans` and `/admin/api/services`, until all three answer well."""

    props = GateProps

    def create(self, props: Json) -> CreateResult:
        """Wait until the tenant can be configured.

        A token that is refused or a certificate that is not trusted will not become better by waiting and fails at
        once; a tenant that is not approved is given APPROVAL_SECONDS.
        """
        from dynamic_providers.threescale.client import IMPATIENT, admin_api  # noqa: PLC0415 - as in `entity`

        wanted = self.canonical(props)
        api = admin_api(self.settings, IMPATIENT)
        remedy = "See whether the route of the admin portal exists and the pods of 3scale (system-app) are ready."
        wait = Wait(f"3scale at {api.admin_url}", wanted["timeout_seconds"], remedy=remedy)
        unapproved_at: float | None = None
        while missing := _missing(api):
            if missing != UNAPPROVED:
                unapproved_at = None
            elif unapproved_at is None:
                unapproved_at = wait.elapsed_seconds
            elif wait.elapsed_seconds - unapproved_at > APPROVAL_SECONDS:
                raise _not_approved(api.admin_url)
            wait.pause(missing)
        wait.say("ready")
        return CreateResult(api.admin_url, wanted)

    def update(self, _id: str, _olds: Json, _news: Json) -> UpdateResult:
        """Take the new time limit; a gate that was passed is not passed again."""
        return UpdateResult(self.canonical(_news))


def _missing(api: "AdminApi") -> str:
    """Return what is not there yet; "" when the tenant can be configured."""
    try:
        api.call("GET", "provider")
        empty = [path for path, collection in SEEDED.items() if not next(api.pages(path, collection), None)]
    except Unauthorized as refusal:
        if refusal.unexplained:
            return UNAPPROVED
        raise
    except (NotFound, Unavailable) as absent:
        if isinstance(absent, Unavailable) and absent.hopeless:
            raise
        return f"does not answer yet ({absent.wrong})"
    return f"is being seeded, no {' and no '.join(empty)} yet" if empty else ""


def _not_approved(admin_url: str) -> ThreescaleError:
    return ThreescaleError(
        f"wait for 3scale at {admin_url}",
        f"{UNAPPROVED}, and that did not change in {APPROVAL_SECONDS:.0f} s",
        "Only an approved tenant can be configured",
        "Approve or resume the tenant in the master portal (Accounts), then run again; if it is approved there, see "
        "what stands between here and 3scale and may refuse the request itself",
    )


class Gate(EntityResource, module="threescale", name="Gate"):
    """Passed when the Admin API can be used."""

    def __init__(self, name: str, args: GateArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(GateProvider(), name, args, opts)
