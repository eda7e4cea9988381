"""The entities under the real engine: what is stored, what a preview shows, what a run changes and what it leaves."""

import json

import pytest

from tests.dynamic_providers.engine.diff_text import shown
from tests.dynamic_providers.engine.models import WITHOUT_PORTAL, like_tiny, model
from tests.dynamic_providers.engine.stack import Stack
from tests.dynamic_providers.threescale.tenant import CANARY

pytestmark = pytest.mark.e2e

BASE = WITHOUT_PORTAL
CHAT = "POST /v1/chat/completions"


def rule(stack: Stack, **fields: object) -> None:
    """Declare another value of a field of a rule."""
    stack.declare(model("tiny", rules={CHAT: fields}))


def test_token_and_key_are_stored_as_ciphertext_only(stack: Stack) -> None:
    resources = stack.exported()["resources"]
    providers = [one for one in resources if one["type"] == "pulumi:providers:pulumi-python"]
    assert {one["inputs"]["adminUrl"] for one in providers} == {stack.tenant.url}
    assert all("ciphertext" in one["inputs"]["accessToken"] for one in providers)
    applications = [one for one in resources if one["type"].endswith(":Application")]
    assert applications
    assert all("ciphertext" in one["outputs"]["user_key"] for one in applications)
    assert CANARY not in json.dumps(resources)
    stack.rest()


def test_nothing_changed_asks_nothing_and_promotes_nothing(stack: Stack) -> None:
    version = stack.output("tiny.version")
    assert stack.preview() == []
    assert stack.tenant.requests() == []
    stack.up("--expect-no-changes")
    assert stack.tenant.requests() == []
    assert stack.output("tiny.version") == version
    stack.rest()


def test_a_changed_rule_is_named_in_the_preview_and_in_production_after_the_same_up(stack: Stack) -> None:
    rule(stack, delta=7)
    stack.tenant.forget_requests()
    changed = shown(stack.run("preview", "--diff"))
    assert {one.resource for one in changed} == {"MappingRules tiny", "ProxyPromotion tiny"}
    assert f'~ rules["{CHAT}"]["delta"]: 1 => 7' in [one.line for one in changed]
    assert stack.tenant.requests() == []
    stack.converge()
    rules = stack.tenant.content("tiny")["content"]["proxy"]["proxy_rules"]
    assert [one["delta"] for one in rules if one["pattern"] == "/v1/chat/completions"] == [7]


def test_a_mistake_is_refused_in_the_preview_with_its_path(stack: Stack) -> None:
    edits = stack.edits
    rule(stack, delta=0)
    refused = stack.run("preview", fails=True)
    stack.edits = edits
    assert f'rules["{CHAT}"]["delta"]' in refused
    assert "0 is refused. Input should be greater than 0" in refused
    assert stack.tenant.requests() == []
    stack.rest()


def test_a_replaced_plan_keeps_the_keys_of_its_applications(stack: Stack) -> None:
    key = stack.output("dev.notebook")
    stack.declare(model("tiny", plan={"system_name": "gold"}))
    assert {"replace ApplicationPlan", "update Application"} <= set(stack.preview())
    held = stack.converge()
    assert stack.output("dev.notebook") == key
    assert (held["plan tiny standard Standard"], held["plan tiny gold Standard"]) == (0, 1)


def test_a_taken_name_is_refused_and_adopted_with_the_switch(stack: Stack) -> None:
    before, whole = stack.tenant.inventory(), like_tiny(stack.tenant, "held")
    body = {"service": {"system_name": "held", "name": "Tiny"}}
    held = stack.tenant.api.item("POST", "services", body)["id"]
    stack.declare(model("held", **stack.edits.get("models", {}).get("tiny", {})))
    refused = stack.up(fails=True)
    assert f"this name is already taken by product id {held}" in refused
    assert "`adopt: true`" in refused
    stack.declare(model("held", adopt=True))
    assert stack.converge() - before == whole
    assert stack.tenant.id_of("service", system_name="held") == held
    assert stack.preview() == []
