from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest

from dynamic_providers.threescale.contracts import Contracts
from dynamic_providers.threescale.errors import Unavailable
from dynamic_providers.threescale.service_subscription import ServiceSubscriptionProvider
from tests.dynamic_providers.threescale.conformance import LostAnswers
from tests.dynamic_providers.threescale.scripted import Reply, in_turn, scripted
from tests.dynamic_providers.threescale.tenant import CANARY, Held, Json, Tenant
from tests.support.plugin_host import PluginError

PROVIDER = ServiceSubscriptionProvider


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    with Tenant(tmp_path_factory.mktemp("newer"), "2.16") as running:
        yield running


def example(tenant: Tenant) -> Json:
    product = tenant.product()
    return {
        "account_id": tenant.account(),
        "service_plan_id": tenant.service_plan(product),
        "product_id": product,
    }


def contracts(tenant: Tenant, inputs: Json) -> list[tuple[str, str]]:
    """Return id and plan of the account's subscriptions to the product."""
    held = tenant.api.pages(f"accounts/{inputs['account_id']}/service_contracts", "service_contracts")
    return [(str(one["id"]), str(one["plan_id"])) for one in held if str(one["service_id"]) == inputs["product_id"]]


class Subscriptions:
    """What holds in every release."""

    change: ClassVar[Json] = {}

    def example(self, tenant: Tenant) -> Json:
        inputs = example(tenant)
        type(self).change = {"service_plan_id": tenant.service_plan(inputs["product_id"])}
        return inputs

    def assert_no_duplicate(self, tenant: Tenant, held: Held) -> None:
        assert contracts(tenant, held.inputs) == [(held.id, held.inputs["service_plan_id"])]

    def test_gone_with_its_account_is_gone(self, tenant: Tenant) -> None:
        held = tenant.host.create(PROVIDER, self.example(tenant))
        tenant.api.call("DELETE", f"accounts/{held.inputs['account_id']}")
        assert tenant.host.read(PROVIDER, held).id == ""
        tenant.host.delete(PROVIDER, held)

    def test_one_to_the_same_plan_is_taken_over_without_a_write(self, tenant: Tenant) -> None:
        held = tenant.host.create(PROVIDER, self.example(tenant))
        tenant.clear()
        assert tenant.host.create(PROVIDER, held.inputs) == held
        assert tenant.writes() == []

    def test_one_that_a_run_has_taken_over_stays_when_that_run_deletes_the_older_record(self, tenant: Tenant) -> None:
        older = tenant.host.create(PROVIDER, self.example(tenant))
        taken_over = tenant.host.create(PROVIDER, older.inputs)
        tenant.host.delete(PROVIDER, older)
        assert tenant.host.read(PROVIDER, taken_over) == taken_over
        tenant.host.delete(PROVIDER, taken_over)
        assert tenant.host.read(PROVIDER, taken_over).id == ""

    @pytest.mark.row("S-202")
    def test_one_that_an_application_brought_is_taken_over(self, tenant: Tenant) -> None:
        inputs = self.example(tenant)
        tenant.application(inputs["account_id"], tenant.plan(inputs["product_id"]))
        ((number, plan),) = contracts(tenant, inputs)
        assert tenant.host.create(PROVIDER, inputs | {"service_plan_id": plan}).id == number

    def test_one_to_another_plan_is_moved(self, tenant: Tenant) -> None:
        held = tenant.host.create(PROVIDER, self.example(tenant))
        moved = tenant.host.create(PROVIDER, held.inputs | self.change)
        assert contracts(tenant, held.inputs) == [(moved.id, self.change["service_plan_id"])]

    @pytest.mark.parametrize("suspended", [True, False])
    def test_it_is_not_ended_while_applications_use_it(self, tenant: Tenant, *, suspended: bool) -> None:
        held = tenant.host.create(PROVIDER, self.example(tenant))
        account = held.inputs["account_id"]
        application = tenant.application(account, tenant.plan(held.inputs["product_id"]))
        if suspended:
            tenant.api.call("PUT", f"accounts/{account}/applications/{application}/suspend")
        with pytest.raises(PluginError, match=r"still has applications.*'application\d+'.*Delete these applications"):
            tenant.host.delete(PROVIDER, held)
        tenant.api.call("DELETE", f"accounts/{account}/applications/{application}")
        tenant.host.delete(PROVIDER, held)
        assert contracts(tenant, held.inputs) == []

    def test_a_plan_of_another_product_is_refused_and_leaves_nothing(self, tenant: Tenant) -> None:
        inputs, other = self.example(tenant), tenant.product()
        plan = tenant.service_plan(other)
        with pytest.raises(PluginError, match=f"service plan {plan} belongs to another product"):
            tenant.host.create(PROVIDER, inputs | {"service_plan_id": plan})
        assert contracts(tenant, inputs | {"product_id": other}) == []

    def test_a_refused_subscription_is_told(self, tenant: Tenant) -> None:
        tenant.fault("status", "POST", "/buy", status=422)
        with pytest.raises(PluginError, match=r"/buy\.json: 3scale refused it"):
            tenant.host.create(PROVIDER, self.example(tenant))

    def test_four_at_once_are_made_once_each(self, tenant: Tenant) -> None:
        examples = [self.example(tenant) for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(lambda inputs: tenant.host.create(PROVIDER, inputs), examples))
        for held in made:
            self.assert_no_duplicate(tenant, held)


class TestBefore216(Subscriptions, LostAnswers):
    """3scale 2.15 can make and end a subscription, and change nothing of it."""

    provider = PROVIDER
    recorded = "dynamic_providers.threescale.service_subscription.ServiceSubscriptionProvider"
    lost_post = r"/buy\.json$"

    def remove_by_hand(self, tenant: Tenant, held: Held) -> None:
        tenant.api.call("DELETE", f"accounts/{held.inputs['account_id']}/service_contracts/{held.id}")

    def test_an_update_happens_in_place(self, tenant: Tenant) -> None:
        held = tenant.host.create(PROVIDER, self.example(tenant))
        assert tenant.host.diff(PROVIDER, held, held.inputs | self.change).replaces == ["service_plan_id"]

    def test_a_plan_is_not_replaced_while_an_application_uses_it(self, tenant: Tenant) -> None:
        held = tenant.host.create(PROVIDER, self.example(tenant))
        tenant.application(held.inputs["account_id"], tenant.plan(held.inputs["product_id"]))
        with pytest.raises(PluginError, match="still has applications of the product"):
            tenant.host.create(PROVIDER, held.inputs | self.change)
        assert contracts(tenant, held.inputs) == [(held.id, held.inputs["service_plan_id"])]

    def test_one_that_waits_for_an_approval_says_so(self, tenant: Tenant) -> None:
        inputs = example(tenant)
        plan = tenant.service_plan(inputs["product_id"], approval_required=True)
        held = tenant.host.create(PROVIDER, inputs | {"service_plan_id": plan})
        assert held.outs["state"] == "pending"
        assert tenant.host.read(PROVIDER, held) == held


class TestFrom216(Subscriptions):
    """From 3scale 2.16 on a subscription is an entity of its own."""

    @pytest.fixture
    def tenant(self, newer: Tenant) -> Iterator[Tenant]:
        newer.clear()
        newer.host.forget()
        yield newer
        assert not [text for text in (*newer.host.transcript, *newer.host.lines) if CANARY in text]

    def test_another_plan_is_an_update(self, tenant: Tenant) -> None:
        held = tenant.host.create(PROVIDER, self.example(tenant))
        assert tenant.host.diff(PROVIDER, held, held.inputs | self.change).replaces == []

    def test_a_refresh_after_up_finds_no_difference(self, tenant: Tenant) -> None:
        held = tenant.host.create(PROVIDER, self.example(tenant))
        assert tenant.host.read(PROVIDER, held) == held

    def test_a_plan_changed_by_hand_is_drift_and_is_repaired(self, tenant: Tenant) -> None:
        held = tenant.host.create(PROVIDER, self.example(tenant))
        path = f"accounts/{held.inputs['account_id']}/service_subscriptions/{held.id}/change_plan"
        tenant.api.call("PUT", path, {"plan_id": int(self.change["service_plan_id"])})
        drifted = tenant.host.read(PROVIDER, held)
        assert drifted.inputs == held.inputs | self.change
        assert tenant.host.update(PROVIDER, drifted, held.inputs) == held

    def test_an_application_does_not_hold_up_a_change_of_plan(self, tenant: Tenant) -> None:
        held = tenant.host.create(PROVIDER, self.example(tenant))
        tenant.application(held.inputs["account_id"], tenant.plan(held.inputs["product_id"]))
        moved = tenant.host.update(PROVIDER, held, held.inputs | self.change)
        assert contracts(tenant, held.inputs) == [(held.id, self.change["service_plan_id"])]
        assert tenant.host.read(PROVIDER, moved) == moved

    def test_one_that_waits_for_an_approval_is_approved(self, tenant: Tenant) -> None:
        inputs = example(tenant)
        plan = tenant.service_plan(inputs["product_id"], approval_required=True)
        held = tenant.host.create(PROVIDER, inputs | {"service_plan_id": plan})
        assert held.outs["state"] == "live"


def test_a_page_that_says_404_stands_for_an_address_the_release_does_not_know() -> None:
    listed = {"service_contracts": [{"service_contract": {"id": 1, "service_id": 2, "plan_id": 3, "state": "live"}}]}

    def reply(_method: str, path: str) -> Reply:
        if "service_subscriptions" in path:
            return Reply(404, b"<html>", {"Content-Type": "text/html"})
        return Reply(body=listed)

    with scripted(reply) as server:
        assert not Contracts(server.api(), "7").newer


def test_a_tenant_that_is_down_is_not_taken_for_an_older_release() -> None:
    with scripted(in_turn(Reply(503, b""))) as server, pytest.raises(Unavailable):
        Contracts(server.api(), "7")
