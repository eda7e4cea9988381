"""The authorisation calls a gateway makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

if TYPE_CHECKING:
    from tests.support.tenant import Api, Json

HOST = "backend-maas.apps.maas.test"


@dataclass
class Caller:
    """One application's calls."""

    api: Api
    product: dict[str, Any]
    application: dict[str, Any]
    token: str
    account: int
    plan: int

    def ask(
        self, usage: dict[str, Any] | None = None, *, path: str = "authrep", options: str = "", **other: Json
    ) -> Json:
        params = {"service_token": self.token, "service_id": self.product["id"]}
        params |= {"user_key": self.application["user_key"], **other}
        params |= {f"usage[{name}]": value for name, value in (usage or {}).items()}
        query = urlencode({name: value for name, value in params.items() if value is not None})
        headers = {"3scale-options": options}
        url = f"/transactions/{path}.xml"
        return self.api.call("GET", url, query=query, headers=headers, basic=None, host=HOST)

    def used(self, metric: str) -> int:
        path = f"/stats/services/{self.product['id']}/usage.json"
        answer = self.api.call("GET", path, query=f"metric_name={metric}&period=day")
        return int(answer.json["total"])


@pytest.fixture
def caller(api: Api) -> Caller:
    product = api.product()
    method = api.method(product, "chat")
    path = f"/services/{product['id']}"
    tokens = api.made(f"{path}/metrics", friendly_name="Total tokens", system_name="total_tokens", unit="token")
    plan = api.made(f"{path}/application_plans", name="Standard", state_event="publish")["id"]
    api.made(f"/application_plans/{plan}/metrics/{product['hits']}/limits", period="minute", value=3)
    api.made(f"/application_plans/{plan}/metrics/{tokens['id']}/limits", period="day", value=100)
    assert method["parent_id"] == product["hits"]
    account = api.made("/signup", org_name="Team", username="dev1", password="canary-password")["id"]
    application = api.made(f"/accounts/{account}/applications", plan_id=plan, name="notebook")
    token = api.promoted(product)["content"]["backend_authentication_value"]
    return Caller(api, product, application, token, account, plan)


def test_a_method_counts_for_hits_too_and_the_answer_says_what_is_used(caller: Caller) -> None:
    answer = caller.ask({"chat": 1})
    assert answer.status == 200
    assert "<authorized>true</authorized><plan>Standard</plan>" in answer.text
    assert '<usage_report metric="hits" period="minute">' in answer.text
    assert "<max_value>3</max_value><current_value>1</current_value>" in answer.text
    assert (caller.used("chat"), caller.used("hits")) == (1, 1)


def test_over_the_limit_is_409_and_nothing_is_recorded(caller: Caller) -> None:
    options = "rejection_reason_header=1&limit_headers=1&no_body=1"
    for _ in range(3):
        assert caller.ask({"chat": 1}).status == 200
    answer = caller.ask({"chat": 1}, options=options)
    assert (answer.status, answer.text) == (409, "")
    assert answer.headers["3scale-rejection-reason"] == "limits_exceeded"
    assert answer.headers["3scale-limit-remaining"] == "0"
    assert int(answer.headers["3scale-limit-reset"]) <= 60
    assert caller.used("hits") == 3
    caller.api.wait(60)
    assert caller.ask({"chat": 1}).status == 200


def test_only_limits_on_the_metrics_of_the_call_are_checked(caller: Caller) -> None:
    assert caller.ask({"total_tokens": 100}).status == 200
    assert caller.ask({"total_tokens": 1}).status == 409
    assert caller.ask({"chat": 1}).status == 200


def test_a_report_is_taken_whatever_the_limit_and_sums_up(caller: Caller) -> None:
    form = {
        "service_token": caller.token,
        "service_id": caller.product["id"],
        "transactions[0][user_key]": caller.application["user_key"],
        "transactions[0][usage][total_tokens]": 500,
        "transactions[1][user_key]": "unknown",
        "transactions[1][usage][total_tokens]": 7,
    }
    answer = caller.api.call("POST", "/transactions.xml", form=form, basic=None, host=HOST)
    assert (answer.status, answer.text) == (202, "")
    assert caller.used("total_tokens") == 500


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"user_key": "unknown"}, 403, "user_key_invalid"),
        ({"service_token": "bad"}, 403, "service_token_invalid"),
        ({"service_id": "77"}, 403, "service_token_invalid"),
        ({"service_token": None}, 403, "provider_key_or_service_token_required"),
        ({"service_id": None}, 422, "service_id_missing"),
        ({"usage[nothing]": 1}, 404, "metric_invalid"),
        ({"usage[hits]": "x"}, 403, "usage_value_invalid"),
        ({"user_key": None, "app_id": "nobody"}, 404, "application_not_found"),
    ],
)
def test_refusals_have_their_codes(caller: Caller, changes: dict[str, Any], status: int, code: str) -> None:
    answer = caller.ask(**changes)
    assert answer.status == status
    assert f'<error code="{code}">' in answer.text


def test_a_suspended_application_is_refused_and_authorize_records_nothing(caller: Caller) -> None:
    assert caller.ask({"hits": 1}, path="authorize").status == 200
    assert caller.used("hits") == 0
    path = f"/accounts/{caller.account}/applications/{caller.application['id']}"
    caller.api.put(f"{path}/suspend")
    answer = caller.ask({"hits": 1}, options="rejection_reason_header=1")
    assert (answer.status, answer.headers["3scale-rejection-reason"]) == (409, "application_not_active")
    caller.api.put(f"{path}/resume")
    caller.api.put(f"/accounts/{caller.account}/make_pending")
    assert caller.ask({"hits": 1}).status == 409


def test_a_hash_sets_the_counter(caller: Caller) -> None:
    caller.ask({"hits": 2})
    caller.ask({"hits": "#1"})
    assert caller.used("hits") == 1


def test_statistics_are_refused_without_their_parameters_and_follow_the_clock(caller: Caller) -> None:
    path = f"/stats/services/{caller.product['id']}/usage.json"
    for query in ("", "metric_name=hits", "metric_name=none&period=day", "metric_name=hits&period=age"):
        assert caller.api.call("GET", path, query=query).status == 400
    caller.ask({"hits": 1})
    caller.api.wait(86_400)
    caller.ask({"hits": 2})
    today = caller.api.call("GET", path, query="metric_name=hits&period=day").json
    assert (today["total"], len(today["values"]), today["period"]["granularity"]) == (2, 24, "hour")
    query = "metric_name=hits&since=2025-10-01&until=2025-10-31&granularity=day"
    assert caller.api.call("GET", path, query=query).json["total"] == 3
    own = f"/stats/applications/{caller.application['id']}/usage.json"
    assert caller.api.call("GET", own, query="metric_name=hits&period=year").json["total"] == 3
    top = caller.api.call("GET", path.replace("usage", "top_applications"), query="metric_name=hits&period=day")
    assert top.json["applications"] == [{"id": caller.application["id"], "name": "notebook", "value": "2"}]
