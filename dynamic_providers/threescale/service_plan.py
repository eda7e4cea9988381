"""ServicePlan: what an account subscribes to before it may have applications of a product. One per product is enough.

3scale makes a plan `Default` with each product; a plan of the declared name is taken over, as no harm comes of it. The
product's default plan subscribes everyone who signs up later; 3scale can set it and never unset it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi import Input, Output, ResourceOptions

from dynamic_providers.declared import Props
from dynamic_providers.json_object import Json
from dynamic_providers.threescale import plan_state
from dynamic_providers.threescale.entity import EntityResource
from dynamic_providers.threescale.errors import NotFound
from dynamic_providers.threescale.foreign import BEFORE
from dynamic_providers.threescale.owned import OwnedProvider
from dynamic_providers.threescale.product_service_plans import found, found_by, remove_or_say, say_it_stays
from dynamic_providers.threescale.shapes import Id, Title

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi


@dataclass(frozen=True, kw_only=True)
class ServicePlanArgs:
    """What a caller declares."""

    product_id: Input[str]
    name: Input[str] = "Default"
    """Title; at first also how the plan that 3scale made is found."""
    published: Input[bool] = True
    """Offered in the portal, where service plans are shown at all."""
    approval_required: Input[bool] = False
    """New subscriptions wait for an administrator."""
    default: Input[bool] = True
    """Subscribe everyone who signs up from now on. False leaves the product's default plan as it is."""


class ServicePlanProps(Props):
    """The same fields, resolved."""

    product_id: Id
    name: Title = "Default"
    published: bool = True
    approval_required: bool = False
    default: bool = True


class ServicePlanProvider(OwnedProvider):
    """`/admin/api/services/{product_id}/service_plans`."""

    props = ServicePlanProps
    kept = frozenset({"plan_id"})

    def live(self, api: "AdminApi", known: Json) -> Json:
        """Return the plan; whether it is the default counts only where that is declared."""
        plans = self._plans(api, known)
        key, value = ("id", known["plan_id"]) if "plan_id" in known else ("name", known["name"])
        plan = found_by(plans, key, value)
        if plan is None:
            raise NotFound(f"GET {self._path(known)}")
        return _shown(plan) | {"default": known["default"] and bool(plan.get("default")), "plan_id": str(plan["id"])}

    def converge(self, api: "AdminApi", wanted: Json) -> Json:
        """Make the plan or send what differs, then make it the default where that is declared."""
        plan = found(self._plans(api, wanted), wanted)
        plan = self._made(api, wanted) if plan is None else self._changed(api, plan, wanted)
        if wanted["default"] and not plan.get("default"):
            api.call("PUT", f"{self._path(wanted)}/{plan['id']}/default")
        if plan.get("default") and not wanted["default"] and wanted.get(BEFORE, {}).get("default"):
            why = "as its default, which 3scale cannot unset; make another plan the default"
            say_it_stays(wanted["product_id"], plan, why)
        return {"plan_id": str(plan["id"])}

    def clear(self, api: "AdminApi", known: Json) -> None:
        """Remove the plan where the product can do without it, and say where it stays."""
        plans = self._plans(api, known)
        if plan := found(plans, known):
            remove_or_say(api, known["product_id"], plan, plans)

    def _made(self, api: "AdminApi", wanted: Json) -> Json:
        event = plan_state.at_creation(published=wanted["published"])
        return api.item("POST", self._path(wanted), {"service_plan": _fields(wanted) | event})

    def _changed(self, api: "AdminApi", plan: Json, wanted: Json) -> Json:
        if all(wanted[name] == value for name, value in _shown(plan).items()):
            return plan

        def put(fields: Json) -> Json:
            return api.item("PUT", f"{self._path(wanted)}/{plan['id']}", {"service_plan": fields})

        return plan_state.changed(put, plan, _fields(wanted), published=wanted["published"])

    def _plans(self, api: "AdminApi", known: Json) -> list[Json]:
        return list(api.pages(self._path(known), "plans"))

    def _path(self, known: Json) -> str:
        return f"services/{known['product_id']}/service_plans"


def _fields(wanted: Json) -> Json:
    return {"name": wanted["name"], "approval_required": wanted["approval_required"]}


def _shown(plan: Json) -> Json:
    approval = bool(plan.get("approval_required"))
    return {"name": plan["name"], "approval_required": approval, "published": plan_state.is_published(plan)}


class ServicePlan(EntityResource, module="threescale", name="ServicePlan"):
    """A service plan of one product."""

    product_id: Output[str]
    plan_id: Output[str]
    """Id of the plan, for subscriptions."""

    def __init__(self, name: str, args: ServicePlanArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(ServicePlanProvider(), name, args, opts)
