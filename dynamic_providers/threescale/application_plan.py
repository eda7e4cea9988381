"""ApplicationPlan: what an application of a product may use, with its limits.

Deliberately absent: making a plan the product's default, which 3scale can set and never unset.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from pulumi import Input, Output, ResourceOptions
from pydantic import AfterValidator, Field

from dynamic_providers.declared import Props
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.entity import Entity, EntityProvider, EntityResource
from dynamic_providers.threescale.errors import Rejected
from dynamic_providers.threescale.limits import Limit, held_limits, limit_key, set_limits
from dynamic_providers.threescale.shapes import Id, SystemName, Title

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

PUBLISHED = "published"


@dataclass(frozen=True, kw_only=True)
class ApplicationPlanArgs:
    """What a caller declares."""

    product_id: Input[str]
    system_name: Input[str]
    """Permanent name in the product; a change replaces the plan."""
    name: Input[str]
    """Title in the portal."""
    published: Input[bool] = True
    """Offered in the portal."""
    approval_required: Input[bool] = False
    """New applications wait for an administrator."""
    limits: Input[Mapping[str, Input[Mapping[str, Input[int]]]]] = field(default_factory=dict)
    """`<metric> per <period>`, such as `hits per day`, → `{"value": …}`. Limits that are not declared are removed."""
    adopt: Input[bool] = False
    """Take over an existing plan of this system name."""


class ApplicationPlanProps(Props):
    """The same fields, resolved."""

    product_id: Id
    system_name: SystemName
    name: Title
    published: bool = True
    approval_required: bool = False
    limits: dict[Annotated[str, AfterValidator(limit_key)], Limit] = Field(default_factory=dict)
    adopt: bool = False


class ApplicationPlanProvider(EntityProvider):
    """`/admin/api/services/{product_id}/application_plans`."""

    entity = Entity(
        title="application plan",
        path="services/{product_id}/application_plans",
        wrapper="application_plan",
        collection="plans",
    )
    props = ApplicationPlanProps
    replace_on = frozenset({"product_id", "system_name"})
    later = frozenset({"limits"})
    side_by_side = True  # 3scale refuses to delete a plan that still has applications

    def body(self, wanted: Json) -> Json:
        """Return the plan's own fields, and its publication, which a create takes in the same call."""
        publish = {"state_event": "publish"} if wanted["published"] else {}
        return {name: wanted[name] for name in ("system_name", "name", "approval_required")} | publish

    def fetch(self, api: "AdminApi", id_: str, known: Json) -> Json:
        """Return the plan with its limits."""
        plan = super().fetch(api, id_, known)
        return plan | {"limits": held_limits(api, plan, known["product_id"])}

    def live(self, item: Json) -> Json:
        """Return the plan's fields; `limits` carries the value only."""
        limits = {key: {"value": limit["value"]} for key, limit in item["limits"].items()}
        return super().live(item) | {"published": item["state"] == PUBLISHED, "limits": limits}

    def finish(self, api: "AdminApi", item: Json, wanted: Json) -> Json:
        """Set the limits of a plan that has none yet."""
        set_limits(api, item, wanted["product_id"], wanted["limits"], item.get("limits", {}))
        return item | {"limits": wanted["limits"]}

    def write(self, api: "AdminApi", item: Json, wanted: Json, changed: frozenset[str]) -> Json:
        """Send what differs; an event only from the state it belongs to, because 3scale refuses it otherwise."""
        if changed - {"limits"}:
            event = {"state_event": "publish" if wanted["published"] else "hide"} if "published" in changed else {}
            fields = {name: wanted[name] for name in ("name", "approval_required")}
            item = item | self._transition(api, item, fields | event, wanted)
        return self.finish(api, item, wanted) if "limits" in changed else item

    def _transition(self, api: "AdminApi", item: Json, fields: Json, wanted: Json) -> Json:
        try:
            return self.put(api, item, fields, wanted)
        except Rejected as refusal:
            # A repeated request whose first answer was lost meets a plan that is published or hidden already.
            if not refusal.reasons.get("state_event"):
                raise
            rest = {name: value for name, value in fields.items() if name != "state_event"}
            plan = self.put(api, item, rest, wanted)
            if (plan["state"] == PUBLISHED) != wanted["published"]:
                raise
            return plan


class ApplicationPlan(EntityResource, module="threescale", name="ApplicationPlan"):
    """An application plan of a product."""

    product_id: Output[str]
    system_name: Output[str]

    def __init__(self, name: str, args: ApplicationPlanArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(ApplicationPlanProvider(), name, args, opts)
