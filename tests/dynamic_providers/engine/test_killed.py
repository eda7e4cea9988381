"""kill -9 in the middle, then `make recover` and `pulumi up`: nothing is made twice, nothing is forgotten."""

from collections import Counter

import pytest

from tests.dynamic_providers.engine.models import WITHOUT_PORTAL, application, like_tiny, model
from tests.dynamic_providers.engine.stack import Stack
from tests.support.waiting import until

BASE = WITHOUT_PORTAL


@pytest.mark.e2e
def test_an_application_made_before_the_kill_is_taken_over(stack: Stack) -> None:
    before = stack.tenant.inventory()
    stack.declare(application("late"))
    stack.tenant.fault("latency", "POST", "/applications", seconds=1)
    # The provider has looked, so it posts next, and goes on when the engine is gone.
    stack.killed(lambda: stack.tenant.answered("GET", "/applications.json") > 0)
    until(lambda: stack.tenant.answered("POST", "/applications") == 1)
    assert "dev.late: exists as" in stack.recover()
    assert stack.converge() - before == Counter(["application tiny Dev standard late"])


@pytest.mark.slow
def test_an_application_not_made_before_the_kill_is_made_once(stack: Stack) -> None:
    before = stack.tenant.inventory()
    stack.declare(application("never"))
    stack.tenant.fault("latency", "POST", "/applications", seconds=20)
    stack.killed(lambda: stack.pending("creating", "Application"), with_providers=True)
    assert "dev.never: was not made" in stack.recover()
    assert stack.converge() - before == Counter(["application tiny Dev standard never"])


@pytest.mark.e2e
def test_half_a_set_of_rules_is_completed(stack: Stack) -> None:
    before, whole = stack.tenant.inventory(), like_tiny(stack.tenant, "halfway")
    stack.declare(model("halfway"))
    stack.tenant.fault("latency", "POST", "/mapping_rules", seconds=0.5, count=0)
    stack.killed(lambda: stack.tenant.answered("POST", "/mapping_rules") > 0, with_providers=True)
    stack.recover()
    assert stack.converge() - before == whole


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "kind", "made_by", "stuck"),
    [
        ("unset", "Product", "/services.json", ("PATCH", "/proxy")),
        ("unlimited", "ApplicationPlan", "/application_plans.json", ("POST", "/limits")),
    ],
)
def test_what_is_half_made_is_taken_over_and_completed(
    stack: Stack, key: str, kind: str, made_by: str, stuck: tuple[str, str]
) -> None:
    before, whole = stack.tenant.inventory(), like_tiny(stack.tenant, key)
    stack.declare(model(key))
    stack.tenant.fault("latency", *stuck, seconds=20)
    stack.killed(lambda: stack.tenant.answered("POST", made_by) == 1, with_providers=True)
    assert f"{kind} {key}: exists as" in stack.recover()
    assert stack.converge() - before == whole


@pytest.mark.slow
def test_an_account_that_waits_for_its_approval_is_taken_over_and_approved(stack: Stack) -> None:
    stack.declare({"accounts": {"waiting": {}}})
    stack.tenant.fault("latency", "PUT", "/activate", seconds=20)
    stack.killed(lambda: stack.tenant.answered("POST", "/signup.json") == 1, with_providers=True)
    assert "DeveloperAccount waiting: exists as" in stack.recover()
    stack.converge()
    (user,) = [one for one in stack.tenant.rows()["user"] if one["username"] == "waiting-admin"]
    assert user["state"] == "active"


@pytest.mark.e2e
def test_between_the_two_halves_of_a_replacement(stack: Stack) -> None:
    before = stack.tenant.inventory()
    stack.tenant.fault("latency", "POST", "/signup.json", seconds=20)
    # A replacement that a person forces keeps the name, so the old account goes before the new one comes.
    replaced = ("up", "--replace", stack.urn("DeveloperAccount", "dev"))
    stack.killed(lambda: stack.pending("creating", "DeveloperAccount"), *replaced, with_providers=True)
    assert "DeveloperAccount dev: was not made" in stack.recover()
    # An account that signs up subscribes to every product there is now (porta, default service plans).
    gained = stack.converge() - before
    assert all(name.startswith("service_contract ") for name in gained), gained
    assert before <= stack.tenant.inventory()


@pytest.mark.slow
def test_while_the_promotion_is_under_way(stack: Stack) -> None:
    stack.declare(model("tiny", rules={"POST /v1/embeddings": {"delta": 3}}))
    stack.tenant.fault("latency", "POST", "/promote", seconds=1)
    stack.killed(lambda: stack.tenant.answered("POST", "/proxy/deploy.json") > 0)
    until(lambda: stack.tenant.answered("POST", "/promote") == 1)
    stack.recover()
    stack.converge()
    configurations = [stack.tenant.content("tiny", environment) for environment in ("sandbox", "production")]
    assert len({one["version"] for one in configurations}) == 1
    deltas = [rule["delta"] for one in configurations for rule in one["content"]["proxy"]["proxy_rules"]]
    assert deltas.count(3) == 2


@pytest.mark.slow
def test_in_the_middle_of_a_destroy(stack: Stack) -> None:
    before = stack.tenant.inventory()
    stack.tenant.fault("latency", "DELETE", "/services/", seconds=20)
    stack.killed(lambda: stack.pending("deleting", "Product"), "destroy")
    assert stack.tenant.answered("DELETE", "/applications/") > 0
    assert "deleting had begun: it is read again" in stack.recover()
    assert stack.converge() == before


@pytest.mark.slow
def test_in_the_middle_of_a_refresh(stack: Stack) -> None:
    before = stack.tenant.inventory()
    stack.tenant.fault("latency", "GET", "/proxy/policies", seconds=20)
    stack.killed(lambda: stack.tenant.answered("GET", "/mapping_rules.json") > 0, "refresh")
    stack.recover()
    assert stack.converge() == before


@pytest.mark.e2e
def test_a_token_whose_value_died_with_the_engine_is_revoked_and_made_again(stack: Stack) -> None:
    before = stack.tenant.inventory()
    stack.declare({"portal": {"token": {"name": "reports", "scopes": ["stats"], "permission": "ro"}}})
    stack.tenant.fault("latency", "POST", "/personal/access_tokens", seconds=1)
    stack.killed(lambda: stack.tenant.answered("GET", "/personal/access_tokens.json") > 0)
    until(lambda: stack.tenant.answered("POST", "/personal/access_tokens.json") == 1)
    lost = stack.tenant.id_of("access_token", name="reports")
    said = stack.recover()
    assert "AccessToken token" in said
    assert stack.converge() - before == Counter(["access_token reports"])
    assert stack.tenant.id_of("access_token", name="reports") != lost
