"""A model's operations as 3scale counts them."""

import pytest

from components.config.operations import OPERATIONS, exposed
from components.model_api.metering import USAGE_METRICS
from components.model_api.operations import mapping_rules, methods
from tests.components.config.test_validation import MODEL, settings


@pytest.mark.row("S-150", "S-152", "C-23")
def test_a_chat_models_rules_exactly() -> None:
    found = settings()

    assert mapping_rules(exposed(found.models[MODEL], found.compat), keep_default=False) == {
        "POST /v1/chat/completions": {"metric": "chat-completions", "delta": 1, "position": 10, "last": False},
        "POST /v1/completions": {"metric": "completions", "delta": 1, "position": 20, "last": False},
        "GET /v1/models": {"metric": "models", "delta": 1, "position": 40, "last": False},
        "GET /health": {"metric": "health", "delta": 1, "position": 50, "last": False},
        "GET /version": {"metric": "version", "delta": 1, "position": 60, "last": False},
    }


def test_a_further_operation_moves_no_other_rule() -> None:
    few, all_of_them = OPERATIONS[::2], OPERATIONS
    before = mapping_rules(few, keep_default=False)
    after = mapping_rules(all_of_them, keep_default=False)

    assert before.items() <= after.items()


@pytest.mark.row("S-141", "C-25")
def test_the_servers_own_rule_stays_only_when_asked_for() -> None:
    assert "GET /" not in mapping_rules(OPERATIONS, keep_default=False)
    assert mapping_rules(OPERATIONS, keep_default=True)["GET /"]["metric"] == "hits"


@pytest.mark.row("S-149")
def test_every_rule_counts_a_method_that_is_declared() -> None:
    declared = methods(OPERATIONS)

    assert {rule["metric"] for rule in mapping_rules(OPERATIONS, keep_default=False).values()} == set(declared)
    assert declared["models"] == {"friendly_name": "Models", "description": "GET /v1/models"}


@pytest.mark.row("S-151")
def test_names_that_must_be_unique_in_a_product_are() -> None:
    names = [method["friendly_name"] for method in methods(OPERATIONS).values()]
    names += [metric["friendly_name"] for metric in USAGE_METRICS.values()]

    assert len(set(names)) == len(names)
    assert set(USAGE_METRICS).isdisjoint(methods(OPERATIONS))
