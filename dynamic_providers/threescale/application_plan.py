"""ApplicationPlan: what an application of a product may use, with its limits, prices and features.

Deliberately absent: making a plan the product's default, which 3scale can set and never unset.
"""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pulumi import Input, Output, ResourceOptions
from pulumi.dynamic import UpdateResult
from pydantic import NonNegativeInt

from dynamic_providers.json_object import Json
from dynamic_providers.threescale import plan_state
from dynamic_providers.threescale.entity import Entity, EntityProvider, EntityResource
from dynamic_providers.threescale.foreign import BEFORE
from dynamic_providers.threescale.plan_sets import SETS, PlanSets, PlanSetsArgs, held_sets, shown_sets, write_set
from dynamic_providers.threescale.prices import Money
from dynamic_providers.threescale.shapes import Id, SystemName, Title

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

OF_THE_PLAN = ("name", "approval_required", "setup_fee", "cost_per_month", "trial_period_days")


@dataclass(frozen=True, kw_only=True)
class ApplicationPlanArgs(PlanSetsArgs):
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
    setup_fee: Input[float] = 0
    cost_per_month: Input[float] = 0
    """In the tenant's currency, with up to four decimals, like `setup_fee`."""
    trial_period_days: Input[int] = 0
    adopt: Input[bool] = False
    """Take over an existing plan of this system name."""


class ApplicationPlanProps(PlanSets):
    """The same fields, resolved."""

    product_id: Id
    system_name: SystemName
    name: Title
    published: bool = True
    approval_required: bool = False
    setup_fee: Money = 0
    cost_per_month: Money = 0
    trial_period_days: NonNegativeInt = 0
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
    later = frozenset({*SETS, "foreign"})
    side_by_side = True  # 3scale refuses to delete a plan that still has applications

    def body(self, wanted: Json) -> Json:
        """Return the plan's own fields, and its publication, which a create takes in the same call."""
        own = {name: wanted[name] for name in ("system_name", *OF_THE_PLAN)}
        return own | plan_state.at_creation(published=wanted["published"])

    def fetch(self, api: "AdminApi", id_: str, known: Json) -> Json:
        """Return the plan with its sets."""
        plan = super().fetch(api, id_, known)
        return plan | held_sets(api, plan, known)

    def live(self, item: Json) -> Json:
        """Return the plan's fields and sets."""
        own = {name: item.get(name) for name in ("system_name", *OF_THE_PLAN)}
        return own | {"published": plan_state.is_published(item)} | shown_sets(item)

    def finish(self, api: "AdminApi", item: Json, wanted: Json) -> Json:
        """Fill the sets of a plan that has none yet."""
        return self._filled(api, item, wanted, frozenset(SETS))

    def write(self, api: "AdminApi", item: Json, wanted: Json, changed: frozenset[str]) -> Json:
        """Send what differs."""
        if changed - SETS.keys():
            put, fields = partial(self.put, api, item, known=wanted), {name: wanted[name] for name in OF_THE_PLAN}
            item = item | plan_state.changed(put, item, fields, published=wanted["published"])
        return self._filled(api, item, wanted, changed)

    def update(self, _id: str, _olds: Json, _news: Json) -> UpdateResult:
        """Bring the plan to the declared inputs, with a view to what is not declared any more."""
        api, wanted = self.api, self.canonical(_news)
        held = self.fetch(api, _id, wanted | {BEFORE: self.canonical(_olds)})
        return UpdateResult(self.state(self.converge(api, held, wanted), wanted))

    def _filled(self, api: "AdminApi", item: Json, wanted: Json, names: frozenset[str]) -> Json:
        for name in names & SETS.keys():
            write_set(api, item, name, wanted)
            item = item | {name: wanted[name]}
        return item


class ApplicationPlan(EntityResource, module="threescale", name="ApplicationPlan"):
    """An application plan of a product."""

    product_id: Output[str]
    system_name: Output[str]

    def __init__(self, name: str, args: ApplicationPlanArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(ApplicationPlanProvider(), name, args, opts)
