"""3scale refuses, is slow or is away in the middle of a run: what is said, and that the next run completes the rest."""

from collections import Counter

import pytest

from tests.dynamic_providers.engine.models import WITHOUT_PORTAL, application, like_tiny, model
from tests.dynamic_providers.engine.stack import Stack
from tests.dynamic_providers.threescale.tenant import CANARY

pytestmark = pytest.mark.slow

BASE = WITHOUT_PORTAL
CREATES = (
    *("/backend_apis.json", "/services.json", "/backend_usages.json", "/metrics.json", "/methods.json"),
    *("/mapping_rules.json", "/application_plans.json", "/limits.json", "/pricing_rules.json", "/features.json"),
    *("/active_docs.json", "/promote.json", "/signup.json", "/applications.json"),
)


def test_the_answer_of_every_create_is_lost_once(stack: Stack) -> None:
    before, whole = stack.tenant.inventory(), like_tiny(stack.tenant, "lost")
    stack.declare(model("lost") | {"accounts": {"lost": {"applications": {"first": {"model": "lost"}}}}})
    for path in CREATES:
        stack.tenant.fault("reset_after", "POST", f"{path}$")
    gained = stack.converge() - before
    of_accounts = [name for name in gained if "Lost" in name or "lost-admin" in name]
    assert gained - Counter(of_accounts) == whole
    assert Counter(of_accounts)["application lost Lost standard first"] == 1


def passing_token(stack: Stack) -> int:
    """Let the stack work with a token of its own; return its id."""
    own = {"name": "for a while", "permission": "rw", "scopes": ["account_management", "policy_registry", "cms"]}
    token = stack.tenant.api.item("POST", "personal/access_tokens", {"token": own})
    stack.token = token["value"]
    return int(token["id"])


def revoked(stack: Stack, token: int, after: str) -> str:
    """Run `pulumi up`, revoke the token once a POST to `after` is answered, and return what was printed."""
    with stack.running() as engine:
        stack.reached(lambda: stack.tenant.answered("POST", after) > 0, engine)
        stack.tenant.api.call("DELETE", f"personal/access_tokens/{token}")
        printed, _ = engine.communicate()
    assert engine.returncode
    assert "the access token was refused" in printed
    assert stack.token not in printed
    stack.tenant.clear_faults()
    stack.token = CANARY
    return printed


def test_a_token_that_is_revoked_in_the_middle_and_then_replaced(stack: Stack) -> None:
    before, whole = stack.tenant.inventory(), like_tiny(stack.tenant, "denied")
    token = passing_token(stack)
    stack.declare(model("denied"))
    stack.tenant.fault("latency", "POST", "/services.json", seconds=2)
    printed = revoked(stack, token, after="/backend_apis.json")
    assert "Set a valid one as the stack secret `threescaleAccessToken`" in printed
    assert stack.converge() - before == whole


def test_what_a_revoked_token_left_half_made_is_named_and_completed_with_the_switch(stack: Stack) -> None:
    before, whole = stack.tenant.inventory(), like_tiny(stack.tenant, "half")
    token = passing_token(stack)
    stack.declare(model("half"))
    stack.tenant.fault("latency", "PATCH", "/proxy", seconds=2)
    printed = revoked(stack, token, after="/services.json")
    half = stack.tenant.id_of("service", system_name="half")
    assert f"product id {half} was made, then" in printed
    assert "run with `adopt: true`" in printed
    stack.declare(model("half", adopt=True))
    assert stack.converge() - before == whole
    assert stack.tenant.id_of("service", system_name="half") == half


def test_a_storm_of_429_only_takes_longer(stack: Stack) -> None:
    before, whole = stack.tenant.inventory(), like_tiny(stack.tenant, "slowed")
    stack.declare(model("slowed"))
    for method in ("GET", "POST", "PUT", "PATCH"):
        stack.tenant.fault("status", method, "/admin/api", status=429, retry_after=1, count=3)
    assert stack.converge() - before == whole


def test_3scale_that_answers_500_fails_the_run_and_not_the_next_one(stack: Stack) -> None:
    before, whole = stack.tenant.inventory(), like_tiny(stack.tenant, "down")
    stack.declare(model("down"))
    stack.tenant.fault("status", "POST", "/mapping_rules.json", status=500, count=0)
    printed = stack.up(fails=True)
    assert "/mapping_rules.json: status 500" in printed
    assert "then run again" in printed
    stack.tenant.clear_faults()
    assert stack.converge() - before == whole


def test_a_name_that_is_being_purged_is_waited_for(stack: Stack) -> None:
    before, whole = stack.tenant.inventory(), like_tiny(stack.tenant, "purged")
    body = {"service": {"system_name": "purged", "name": "Former"}}
    former = stack.tenant.api.item("POST", "services", body)["id"]
    # Longer than a busy machine takes to start an engine.
    stack.tenant.fault("slow_purge", "DELETE", "/services/", seconds=20)
    stack.tenant.api.call("DELETE", f"services/{former}")
    stack.declare(model("purged"))
    assert "the entity that was deleted before still holds it" in stack.up()
    assert stack.converge() - before == whole
    assert stack.tenant.id_of("service", system_name="purged") != former


def test_a_metric_that_production_still_counts_is_kept_until_it_does_not(stack: Stack) -> None:
    stack.declare(model("tiny", methods={"audio": {"friendly_name": "Audio"}}))
    stack.declare(model("tiny", rules={"POST /v1/audio": {"metric": "audio", "position": 40}}))
    counted = stack.converge()
    assert counted["metric hits tiny audio"] == 1
    # The rule stays for the gateway while the promotion fails.
    stack.declare(model("tiny", methods={"audio": None}, rules={"POST /v1/audio": None}))
    stack.tenant.fault("status", "POST", "/promote", status=422, count=0)
    stack.up(fails=True)
    assert stack.tenant.inventory()["metric hits tiny audio"] == 1
    stack.tenant.clear_faults()
    assert stack.converge()["metric hits tiny audio"] == 0


def test_an_application_whose_create_nobody_finished_is_named_with_the_switch(stack: Stack) -> None:
    """The provider dies, not the engine: the engine forgets the create, so nothing is left for `make recover`."""
    before = stack.tenant.inventory()
    stack.declare(application("orphaned"))
    stack.tenant.fault("reset_after", "POST", "/applications.json")
    stack.provider_killed(lambda: stack.tenant.answered("POST", "/applications.json") > 0)
    assert "nothing was pending" in stack.recover()
    made = stack.tenant.id_of("application", name="orphaned")
    refused = stack.up(fails=True)
    assert f"this name is already taken by application id {made}" in refused
    stack.declare(application("orphaned", adopt=True))
    assert stack.converge() - before == Counter(["application tiny Dev standard orphaned"])
    stack.declare(application("orphaned", adopt=None))
    assert stack.preview() == []
