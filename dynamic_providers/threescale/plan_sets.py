"""The sets of an application plan: limits, prices and features. Each has its module; here is what they share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, NamedTuple

from pulumi import Input
from pydantic import AfterValidator, Field

from dynamic_providers.declared import Props
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.features import Feature, feature_fields, held_features, set_features
from dynamic_providers.threescale.foreign import BEFORE, REMOVE, Foreign, answered_for
from dynamic_providers.threescale.limits import Limit, held_limits, limit_fields, limit_key, set_limits
from dynamic_providers.threescale.prices import Price, held_prices, price_fields, price_key, set_prices, without_overlap
from dynamic_providers.threescale.shapes import SystemName

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi


@dataclass(frozen=True, kw_only=True)
class PlanSetsArgs:
    """What a caller declares."""

    limits: Input[Mapping[str, Input[Mapping[str, Input[int]]]]] = field(default_factory=dict)
    """`<metric> per <period>`, such as `hits per day`, → `{"value": …}`."""
    prices: Input[Mapping[str, Input[Mapping[str, Input[float]]]]] = field(default_factory=dict)
    """`<metric> from <lowest>[ to <highest>]`, such as `tokens from 1 to 1000`, → `{"cost_per_unit": …}`."""
    features: Input[Mapping[str, Input[Mapping[str, Input[str]]]]] = field(default_factory=dict)
    """System name → `name`, `description`; made in the product when missing there."""
    foreign: Input[str] = REMOVE
    """What to do with limits, prices and features nobody declared: `remove`, or `keep`. With the plan all go."""


class PlanSets(Props):
    """The same fields, resolved."""

    limits: dict[Annotated[str, AfterValidator(limit_key)], Limit] = Field(default_factory=dict)
    prices: Annotated[dict[Annotated[str, AfterValidator(price_key)], Price], AfterValidator(without_overlap)] = Field(
        default_factory=dict
    )
    features: dict[SystemName, Feature] = Field(default_factory=dict)
    foreign: Foreign = "remove"


class PlanSet(NamedTuple):
    """How one kind of member is read, shown and written."""

    held: Callable[["AdminApi", Json, str], dict[str, Json]]
    """(plan, product id) → key → member, as the server has it."""
    fields: Callable[[Json], Json]
    """The declared part of a member of the server."""
    write: Callable[["AdminApi", Json, str, Json, dict[str, Json]], None]
    """(plan, product id, wanted, held): bring one to the other."""


SETS = {
    "limits": PlanSet(held_limits, limit_fields, set_limits),
    "prices": PlanSet(held_prices, price_fields, set_prices),
    "features": PlanSet(held_features, feature_fields, set_features),
}
"""Input of an application plan → what serves it."""


def held_sets(api: "AdminApi", plan: Json, known: Json) -> Json:
    """Return the sets of a plan as the server has them, without foreign members that are kept.

    A set is not asked for where nothing can come of it: under `keep` one that is not declared, and in an update one
    that is declared neither before nor after.
    """
    return {
        name: answered_for(one.held(api, plan, known["product_id"]), known, name) if _counts(known, name) else {}
        for name, one in SETS.items()
    }


def _counts(known: Json, name: str) -> bool:
    if BEFORE in known:
        return bool(known[name] or known[BEFORE][name])
    return bool(known[name]) or known["foreign"] == REMOVE


def shown_sets(plan: Json) -> Json:
    """Return the sets that `held_sets` has added to `plan`, as they are declared."""
    return {name: {key: one.fields(member) for key, member in plan[name].items()} for name, one in SETS.items()}


def write_set(api: "AdminApi", plan: Json, name: str, wanted: Json) -> None:
    """Bring the set `name` of a plan to `wanted`, the inputs; after a lost answer, from what is held by then."""
    one, product_id = SETS[name], wanted["product_id"]
    seen = [plan.get(name, {})]

    def attempt() -> None:
        held = seen.pop() if seen else answered_for(one.held(api, plan, product_id), wanted, name)
        one.write(api, plan, product_id, wanted[name], held)

    if wanted[name] or seen[0]:
        api.heal(attempt)
