import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynamic_providers.declared import canonical
from dynamic_providers.threescale.application_plan import ApplicationPlanProps, ApplicationPlanProvider
from dynamic_providers.threescale.prices import price_key
from tests.dynamic_providers.threescale.foreign_members import ForeignMembers
from tests.dynamic_providers.threescale.tenant import Held, Json, Tenant
from tests.dynamic_providers.threescale.test_limits import METRICS, plan_with

COUNTS = st.integers(1, 40)
RANGES = st.tuples(COUNTS, st.none() | COUNTS).filter(lambda ends: ends[1] is None or ends[0] <= ends[1])
Range = tuple[int, int | None]


def key_of(metric: str, ends: Range) -> str:
    return f"{metric} from {ends[0]}" + ("" if ends[1] is None else f" to {ends[1]}")


def problems(**fields: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - inputs of a plan
    given = {"product_id": "1", "system_name": "standard", "name": "Standard", **fields}
    return canonical(ApplicationPlanProps, given)[1]


class TestPrices(ForeignMembers):
    provider = ApplicationPlanProvider
    set_name = "prices"
    goes_with_its_owner = True

    def example(self, tenant: Tenant) -> Json:
        prices = {"hits from 1 to 10": {"cost_per_unit": 0.5}, "hits from 11": {"cost_per_unit": 0.25}}
        return plan_with(tenant, prices=prices)

    def add_by_hand(self, tenant: Tenant, held: Held) -> str:
        metric = tenant.metric(held.inputs["product_id"])
        body = {"pricing_rule": {"min": 5, "max": 6, "cost_per_unit": "1.5"}}
        tenant.api.call("POST", f"application_plans/{held.id}/metrics/{metric}/pricing_rules", body)
        return "tokens from 5 to 6"

    def served(self, tenant: Tenant, held: Held) -> set[str]:
        metrics = tenant.api.pages(f"services/{held.inputs['product_id']}/metrics", "metrics")
        names = {metric["id"]: metric["system_name"] for metric in metrics}
        prices = tenant.api.pages(f"application_plans/{held.id}/pricing_rules", "pricing_rules")
        return {key_of(names[price["metric_id"]], (price["min"], price.get("max"))) for price in prices}

    def test_ranges_that_change_places_are_made_anew(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        prices = {"hits from 1 to 5": {"cost_per_unit": 0.5}, "hits from 6": {"cost_per_unit": 0.25}}
        updated = tenant.host.update(self.provider, held, held.inputs | {"prices": prices})
        assert tenant.host.read(self.provider, updated).inputs["prices"] == prices

    @pytest.mark.row("S-173")
    def test_another_cost_is_a_deletion_and_a_new_price(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.clear()
        prices = held.inputs["prices"] | {"hits from 11": {"cost_per_unit": 3}}
        updated = tenant.host.update(self.provider, held, held.inputs | {"prices": prices})
        assert [one.split()[0] for one in tenant.writes()] == ["DELETE", "POST"]
        assert tenant.host.read(self.provider, updated) == updated

    @pytest.mark.parametrize(
        "key", ["hits", "hits from", "hits from 0", "hits from 01", "hits from 5 to 4", "hits from 1 to", " from 1"]
    )
    def test_a_key_that_is_no_price_is_refused(self, tenant: Tenant, key: str) -> None:
        wrong = self.example(tenant) | {"prices": {key: {"cost_per_unit": 1}}}
        (reason,) = tenant.host.check(self.provider, wrong).failures.values()
        assert "Allowed is `<metric> from <lowest>`" in reason

    @pytest.mark.parametrize("cost", [-1, 0.00001, "much", math.inf])
    def test_an_amount_that_3scale_cannot_keep_is_refused_by_its_path(self, cost: object) -> None:
        ((path, _),) = problems(prices={"hits from 1": {"cost_per_unit": cost}})
        assert path == 'prices["hits from 1"]["cost_per_unit"]'


@given(METRICS, RANGES)
def test_every_metric_and_range_make_a_key(metric: str, ends: Range) -> None:
    assert price_key(key_of(metric, ends)) == key_of(metric, ends)


@given(st.lists(st.tuples(st.sampled_from(["hits", "tokens"]), RANGES), unique=True, max_size=5))
def test_ranges_are_refused_when_they_share_a_count(declared: list[tuple[str, Range]]) -> None:
    counted = [
        (metric, count) for metric, (low, high) in declared for count in range(low, 42 if high is None else high + 1)
    ]
    found = problems(prices={key_of(metric, ends): {"cost_per_unit": 1} for metric, ends in declared})
    assert bool(found) == (len(counted) > len(set(counted)))
    assert all(path == "prices" and "overlap" in reason for path, reason in found)


@given(st.integers(0, 10**9), st.sampled_from([int, float, str]))
def test_an_amount_has_one_form_however_it_is_written(amount: int, form: type) -> None:
    values = canonical(
        ApplicationPlanProps,
        {"product_id": "1", "system_name": "standard", "name": "Standard", "cost_per_month": form(amount)},
    )[0]
    assert values["cost_per_month"] == amount
    assert isinstance(values["cost_per_month"], int)


def test_an_amount_computed_in_floats_is_taken_for_what_is_meant() -> None:
    given = {"product_id": "1", "system_name": "standard", "name": "Standard", "setup_fee": 0.1 + 0.2}
    assert canonical(ApplicationPlanProps, given)[0]["setup_fee"] == 0.3
