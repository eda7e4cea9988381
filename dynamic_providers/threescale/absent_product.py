"""AbsentProduct: the sample product `API` of a new tenant, removed.

Its plans, its application and its ActiveDoc go with it. 3scale keeps the last product of a tenant, so this comes
after the first product that stays.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi import Input, Output, ResourceOptions

from dynamic_providers.json_object import Json
from dynamic_providers.threescale import last_product
from dynamic_providers.threescale.absent import AbsentProps, AbsentProvider
from dynamic_providers.threescale.absent_account import SAMPLE_APPLICATION
from dynamic_providers.threescale.entity import EntityResource
from dynamic_providers.threescale.errors import ThreescaleError
from dynamic_providers.threescale.product import ProductProvider
from dynamic_providers.threescale.shapes import SystemName, Title

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from dynamic_providers.threescale.client import AdminApi

SAMPLE_ACCOUNT = "Developer"
"""Organisation of the sample account, whose application the sample product comes with (porta, db/seeds.rb)."""
SIGN_UP = "API signup"
"""Name of an application that a sign-up through the API makes by itself on a product's default plan (porta,
app/lib/signup)."""


@dataclass(frozen=True, kw_only=True)
class AbsentProductArgs:
    """What a caller declares."""

    system_name: Input[str] = "api"
    """Permanent name of the sample."""
    name: Input[str] = "API"
    """Its title; a product of this name with another title is somebody's, and removing it is refused."""


class AbsentProductProps(AbsentProps):
    """The same fields, resolved."""

    system_name: SystemName = "api"
    name: Title = "API"


class AbsentProductProvider(AbsentProvider):
    """`/admin/api/services`."""

    props = AbsentProductProps
    replace_on = frozenset({"system_name"})
    title, key, label = "product", "system_name", "name"

    def held(self, api: "AdminApi", wanted: Json) -> Json | None:
        """Return the product of this system name."""
        products = api.pages("services", "services")
        return next((one for one in products if one["system_name"] == wanted["system_name"]), None)

    def uses(self, api: "AdminApi", item: Json, wanted: Json) -> "Sequence[str]":  # noqa: ARG002 - nothing else counts
        """Return the applications that somebody made or used, beside the one that the sample account came with."""
        applications = list(api.pages("applications", "applications", {"service_id": str(item["id"])}))
        if not applications:
            return []
        samples = {one["id"] for one in api.pages("accounts", "accounts") if one["org_name"] == SAMPLE_ACCOUNT}
        others = [one for one in applications if not (_is_sample(one, samples) or _made_at_sign_up(one))]
        return [f"application {one.get('name')!r} of account {one['account_id']}" for one in others]

    def erase(self, api: "AdminApi", item: Json, wanted: Json) -> None:
        """Delete the product, and wait until it is purged.

        Raises:
            ThreescaleError: it is the tenant's last product.
        """
        if last_product.is_last(api, str(item["id"])):
            raise ThreescaleError(
                f"remove the sample product {wanted['system_name']!r}",
                f"product {wanted['system_name']!r} is the only one, and 3scale keeps the last product of a tenant",
                "A product can be removed once another one exists",
                "Declare another product, let this resource depend on it (`depends_on`), then run again",
            )
        ProductProvider().remove(api, str(item["id"]), wanted)


def _is_sample(application: Json, accounts: "AbstractSet[int]") -> bool:
    """Tell whether this is the sample application; organisations are not unique, so the account alone says little."""
    return application["account_id"] in accounts and application.get("name") == SAMPLE_APPLICATION


def _made_at_sign_up(application: Json) -> bool:
    """Tell whether 3scale made this application itself for a new account, and nobody has used it since."""
    return (application.get("name"), application.get("first_traffic_at")) == (SIGN_UP, None)


class AbsentProduct(EntityResource, module="threescale", name="AbsentProduct"):
    """The absence of a sample product."""

    present: Output[bool]
    """True when a refresh found it there again."""

    def __init__(self, name: str, args: AbsentProductArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(AbsentProductProvider(), name, args, opts)
