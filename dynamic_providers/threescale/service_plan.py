"""ServicePlan: what an account subscribes to before it may have applications of a product. One per product is enough.

3scale makes a plan `Default` with each product; a plan of the declared name is taken over, as no harm comes of it. The
product's default plan subscribes everyone who signs up later; 3scale can set it and never unset it.
"""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi import Input, Output, ResourceOptions

from dynamic_providers.declared import Props
from dynamic_providers.json_object import Json
from dynamic_providers.threescale import plan_state
from dynamic_providers.threescale.entity import EntityResource
from dynamic_providers.threescale.errors import NotFound, Rejected
from dynamic_providers.threescale.foreign import BEFORE
from dynamic_providers.threescale.owned import OwnedProvider, removed
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
        plan = _by(plans, "id", known["plan_id"]) if "plan_id" in known else _by(plans, "name", known["name"])
        if plan is None:
            raise NotFound(f"GET {self._path(known)}")
        return _shown(plan) | {"default": known["default"] and bool(plan.get("default")), "plan_id": str(plan["id"])}

    def converge(self, api: "AdminApi", wanted: Json) -> Json:
        """Make the plan or send what differs, then make it the default where that is declared."""
        path, plan = self._path(wanted), _found(self._plans(api, wanted), wanted)
        plan = self._made(api, wanted) if plan is None else self._changed(api, plan, wanted)
        if wanted["default"] and not plan.get("default"):
            api.call("PUT", f"{path}/{plan['id']}/default")
        if plan.get("default") and not wanted["default"] and wanted.get(BEFORE, {}).get("default"):
            _say(wanted, plan, "as its default, which 3scale cannot unset; make another plan the default")
        return {"plan_id": str(plan["id"])}

    def clear(self, api: "AdminApi", known: Json) -> None:
        """Remove the plan where the product can do without it, and say where it stays."""
        plans = self._plans(api, known)
        plan = _found(plans, known)
        if plan is None:
            return
        if plan.get("default"):
            _say(known, plan, "as its default")
        elif len(plans) == 1:
            _say(known, plan, "as its only one")
        else:
            try:
                removed(api, [f"{self._path(known)}/{plan['id']}"])
            except Rejected:
                _say(known, plan, "for its subscriptions")

    def _made(self, api: "AdminApi", wanted: Json) -> Json:
        event = plan_state.event(published=True) if wanted["published"] else {}
        return api.item("POST", self._path(wanted), {"service_plan": _fields(wanted) | event})

    def _changed(self, api: "AdminApi", plan: Json, wanted: Json) -> Json:
        published, shown = wanted["published"], _shown(plan)
        if shown == _fields(wanted) | {"published": published}:
            return plan
        event = plan_state.event(published=published) if shown["published"] != published else {}
        path = f"{self._path(wanted)}/{plan['id']}"
        return plan_state.changed(
            lambda sent: api.item("PUT", path, {"service_plan": sent}), _fields(wanted) | event, published=published
        )

    def _plans(self, api: "AdminApi", known: Json) -> list[Json]:
        return list(api.pages(self._path(known), "plans"))

    def _path(self, known: Json) -> str:
        return f"services/{known['product_id']}/service_plans"


def _fields(wanted: Json) -> Json:
    return {"name": wanted["name"], "approval_required": wanted["approval_required"]}


def _shown(plan: Json) -> Json:
    told = {"name": plan["name"], "approval_required": bool(plan.get("approval_required"))}
    return told | {"published": plan["state"] == plan_state.PUBLISHED}


def _found(plans: list[Json], known: Json) -> Json | None:
    """Return the plan by its id where that is known and right, else the first one of the name."""
    return _by(plans, "id", known.get("plan_id")) or _by(plans, "name", known["name"])


def _by(plans: list[Json], key: str, value: str | None) -> Json | None:
    return next((plan for plan in plans if str(plan[key]) == value), None)


def _say(known: Json, plan: Json, why: str) -> None:
    sys.stdout.write(f"service plan {plan['id']} stays in product {known['product_id']} {why}\n")


class ServicePlan(EntityResource, module="threescale", name="ServicePlan"):
    """A service plan of one product."""

    product_id: Output[str]
    plan_id: Output[str]
    """Id of the plan, for subscriptions."""

    def __init__(self, name: str, args: ServicePlanArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(ServicePlanProvider(), name, args, opts)
