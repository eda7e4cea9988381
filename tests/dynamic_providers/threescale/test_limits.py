from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynamic_providers.threescale.application_plan import ApplicationPlanProvider
from dynamic_providers.threescale.limits import PERIODS, limit_key
from tests.dynamic_providers.threescale.foreign_members import ForeignMembers
from tests.dynamic_providers.threescale.tenant import Held, Json, Tenant

METRICS = st.from_regex(r"\A\w[\w\-/]+\Z", fullmatch=True)


def plan_with(tenant: Tenant, **sets: Mapping[str, Any]) -> Json:
    """Return the canonical inputs of a plan of a new product."""
    given = {"product_id": tenant.product(), "system_name": tenant.unique("plan"), "name": "Plan", **sets}
    return tenant.host.check(ApplicationPlanProvider, given).inputs


class TestLimits(ForeignMembers):
    provider = ApplicationPlanProvider
    set_name = "limits"
    goes_with_its_owner = True

    def example(self, tenant: Tenant) -> Json:
        return plan_with(tenant, limits={"hits per day": {"value": 1000}})

    def add_by_hand(self, tenant: Tenant, held: Held) -> str:
        metric = tenant.metric(held.inputs["product_id"])
        body = {"usage_limit": {"period": "week", "value": 3}}
        tenant.api.call("POST", f"application_plans/{held.id}/metrics/{metric}/limits", body)
        return "tokens per week"

    def served(self, tenant: Tenant, held: Held) -> set[str]:
        metrics = tenant.api.pages(f"services/{held.inputs['product_id']}/metrics", "metrics")
        names = {metric["id"]: metric["system_name"] for metric in metrics}
        limits = tenant.api.pages(f"application_plans/{held.id}/limits", "limits")
        return {f"{names[limit['metric_id']]} per {limit['period']}" for limit in limits}

    def test_a_limit_of_another_plan_is_no_member(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        first = tenant.host.create(self.provider, example)
        other = example | {"system_name": tenant.unique("plan"), "limits": {"hits per week": {"value": 1}}}
        second = tenant.host.create(self.provider, other)
        assert tenant.host.read(self.provider, first) == first
        assert tenant.host.read(self.provider, second) == second

    @pytest.mark.parametrize("key", ["hits", "hits per week ", "per day", "hits per decade", "hits/day"])
    def test_a_key_that_is_no_limit_is_refused(self, tenant: Tenant, key: str) -> None:
        wrong = self.example(tenant) | {"limits": {key: {"value": 1}}}
        (reason,) = tenant.host.check(self.provider, wrong).failures.values()
        assert "Allowed is `<metric> per <period>`" in reason


@given(METRICS, st.sampled_from(PERIODS))
def test_every_metric_and_period_make_a_key(metric: str, period: str) -> None:
    assert limit_key(f"{metric} per {period}") == f"{metric} per {period}"


@given(METRICS, st.text(max_size=10).filter(lambda text: text not in PERIODS))
def test_nothing_else_is_a_period(metric: str, period: str) -> None:
    with pytest.raises(ValueError, match="Allowed is"):
        limit_key(f"{metric} per {period}")
