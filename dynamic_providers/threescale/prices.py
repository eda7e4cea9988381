"""Prices of an application plan: `tokens from 1 to 1000` → cost per unit, ranges of one metric apart from each other.

3scale cannot change a price, so another cost is a deletion and a new price. What they amount to is 3scale's own
business (billing); here they are declared.
"""

import re
from itertools import combinations
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from dynamic_providers.declared import Member
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.metric_names import metric_ids, metric_names
from dynamic_providers.threescale.owned import removed

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

DECIMALS = 4
"""porta, app/models/pricing_rule.rb; the columns of a plan's fees have as many."""
ROUNDING = 1e-9
"""Two amounts this near to each other are one that was computed in floats."""
PRICE = r"(?P<metric>\S+) from (?P<lowest>[1-9]\d*)(?: to (?P<highest>[1-9]\d*))?"


def _amount(value: float) -> float:
    rounded = round(value, DECIMALS)
    if abs(rounded - value) > ROUNDING:
        raise ValueError(f"Allowed are amounts with up to {DECIMALS} decimals, which is all that 3scale keeps")
    return rounded


Money = Annotated[float, Field(ge=0, allow_inf_nan=False), AfterValidator(_amount)]
"""An amount in the tenant's currency."""


class Price(Member):
    """What each use within a range costs."""

    cost_per_unit: Money


def price_key(value: str) -> str:
    """Return `value` when it names a metric and a range of counts."""
    found = re.fullmatch(PRICE, value, re.ASCII)
    if not found or (found["highest"] and int(found["highest"]) < int(found["lowest"])):
        raise ValueError(
            "Allowed is `<metric> from <lowest>` or `<metric> from <lowest> to <highest>`, counted from 1 and the "
            "highest not below the lowest"
        )
    return value


def without_overlap(prices: dict[str, Price]) -> dict[str, Price]:
    """Return `prices` when no count of a metric has two of them (porta, PricingRule: range_overlap)."""
    for first, second in combinations(sorted(prices), 2):
        (one, lowest, highest), (other, low, high) = _range(first), _range(second)
        if one == other and lowest <= high and low <= highest:
            raise ValueError(f"`{first}` and `{second}` overlap. Allowed is one price for each count of a metric")
    return prices


def _range(key: str) -> tuple[str, float, float]:
    metric, _, counts = key.partition(" from ")
    lowest, _, highest = counts.partition(" to ")
    return metric, float(lowest), float(highest or "inf")


def held_prices(api: "AdminApi", plan: Json, product_id: str) -> dict[str, Json]:
    """Return key → price of a plan. The list per metric is not used: it returns those of all plans."""
    prices = list(api.pages(f"application_plans/{plan['id']}/pricing_rules", "pricing_rules"))
    if not prices:
        return {}
    names = metric_names(api, product_id, {str(price["metric_id"]) for price in prices})
    return {_key(names[str(price["metric_id"])], price): price for price in prices}


def _key(metric: str, price: Json) -> str:
    highest = price.get("max")
    return f"{metric} from {price['min']}" + ("" if highest is None else f" to {highest}")


def set_prices(api: "AdminApi", plan: Json, product_id: str, wanted: Json, held: dict[str, Json]) -> None:
    """Bring the prices of a plan from `held` to `wanted`: first away with what differs, because ranges collide."""
    same = {key for key in wanted.keys() & held.keys() if _cost(held[key]) == wanted[key]["cost_per_unit"]}
    ids = metric_ids(api, product_id, needed={key.partition(" from ")[0] for key in wanted}) if wanted else {}
    removed(api, (f"{_path(plan, held[key]['metric_id'])}/{held[key]['id']}" for key in held.keys() - same))
    for key in sorted(wanted.keys() - same):
        metric, _, counts = key.partition(" from ")
        lowest, _, highest = counts.partition(" to ")
        ends = {"min": int(lowest)} | ({"max": int(highest)} if highest else {})
        price = {**ends, "cost_per_unit": wanted[key]["cost_per_unit"]}
        api.call("POST", _path(plan, ids[metric]), {"pricing_rule": price})


def price_fields(price: Json) -> Json:
    """Return what is declared of a price that the server holds."""
    return {"cost_per_unit": _cost(price)}


def _cost(price: Json) -> float:
    return round(float(price["cost_per_unit"]), DECIMALS)


def _path(plan: Json, metric_id: str | int) -> str:
    return f"application_plans/{plan['id']}/metrics/{metric_id}/pricing_rules"
