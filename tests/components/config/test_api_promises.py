"""What a model's API, its plans and its page promise each other is kept, or refused with both names."""

from pathlib import Path
from typing import Any

import pytest

from components.config import documents
from components.config.documents import document
from components.config.plans import Plan
from components.config.validation import validated
from tests.components.config.test_promises import EXTERNAL
from tests.components.config.test_validation import ALL_SECRETS, MODEL, problems, settings
from tests.support.stack_file import dev_stack, prod_stack

METHODS = {"rank": {"displayName": "Rank"}}
NO_LIMITS = {"standard": {"limits": None}}
RULES = {"POST /rank": {"metric": "rank", "position": 1}}


def of_model(**changes: object) -> dict[str, Any]:
    return dev_stack(models={MODEL: changes})


def of_plan(**changes: object) -> dict[str, Any]:
    return dev_stack(plans={"standard": changes})


@pytest.mark.row("S-173")
def test_a_price_names_what_every_model_of_the_plan_counts() -> None:
    assert settings(plans={"standard": {"prices": {"total_tokens from 1": 0.0001}}})
    found = problems(of_plan(prices={"embeddings from 1": 1}))

    assert set(found) == {'plans.standard.prices["embeddings from 1"]'}
    assert "a price on one of hits, completion_tokens" in found['plans.standard.prices["embeddings from 1"]'].allowed


@pytest.mark.parametrize(
    ("prices", "second"),
    [
        (["hits from 1", "hits from 5"], "hits from 5"),
        (["hits from 1 to 10", "hits from 10 to 20"], "hits from 10 to 20"),
        (["hits from 9 to 5"], "hits from 9 to 5"),
    ],
)
def test_prices_that_hold_for_the_same_units_are_refused(prices: list[str], second: str) -> None:
    found = problems(of_plan(prices=dict.fromkeys(prices, 1)))

    assert set(found) == {"plans.standard"}
    assert found["plans.standard"].remedy == f'correct plans.standard.prices["{second}"]'


def test_prices_side_by_side_and_of_different_metrics_pass() -> None:
    prices = {"hits from 1 to 10": 1, "hits from 11": 0.5, "total_tokens from 1": 0.0001}

    assert settings(plans={"standard": {"prices": prices}}).plans["standard"].prices == prices


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"prices": {"hits from 1": 0.00001}}, 'plans.standard.prices["hits from 1"]'),
        ({"prices": {"hits from 0": 1}}, 'plans.standard.prices["hits from 0"]'),
        ({"prices": {"hits": 1}}, "plans.standard.prices.hits"),
        ({"setupFee": 0.001}, "plans.standard.setupFee"),
        ({"costPerMonth": -1}, "plans.standard.costPerMonth"),
        ({"trialPeriodDays": -1}, "plans.standard.trialPeriodDays"),
        ({"systemName": "x"}, "plans.standard.systemName"),
        ({"features": {"support": {}}}, "plans.standard.features.support.displayName"),
    ],
)
def test_terms_that_no_plan_can_have_are_refused(changes: dict[str, Any], path: str) -> None:
    assert set(problems(of_plan(**changes))) == {path}


def test_no_model_offers_two_plans_of_one_system_name() -> None:
    plans = {"gold": {"displayName": "Gold", "systemName": "standard"}}
    found = problems(dev_stack(plans=plans, models={MODEL: {"plans": ["standard", "gold"]}}))

    assert set(found) == {f"models.{MODEL}.plans"}
    assert found[f"models.{MODEL}.plans"].given == 'the plans standard and gold have the one system name "standard"'
    assert settings(plans=plans, models={"second": {**EXTERNAL, "plans": ["gold"]}})


@pytest.mark.row("S-172")
def test_plans_of_one_model_mean_the_same_feature() -> None:
    plans = {
        "standard": {"features": {"support": {"displayName": "Support"}}},
        "gold": {"displayName": "Gold", "features": {"support": {"displayName": "Best support"}}},
    }
    found = problems(dev_stack(plans=plans, models={MODEL: {"plans": ["standard", "gold"]}}))

    assert set(found) == {"plans.gold.features.support"}
    assert settings(plans=plans)


def test_two_backends_or_pages_of_one_name_are_refused() -> None:
    for kind in ("backend", "docs"):
        found = problems(dev_stack(models={"second": {**EXTERNAL, kind: {"systemName": MODEL}}}))

        assert set(found) == {f"models.second.{kind}.systemName"}
        assert MODEL in found[f"models.second.{kind}.systemName"].given
    silent = {**EXTERNAL, "docs": {"enabled": False, "systemName": MODEL}}
    assert settings(models={"second": silent})


def test_a_product_and_a_backend_may_have_one_name() -> None:
    first = {"backend": {"systemName": "second"}}

    assert settings(models={MODEL: first, "second": {**EXTERNAL, "backend": {"systemName": "third"}}})


def test_rules_count_what_the_model_has() -> None:
    assert settings(models={MODEL: {"api": {"methods": METHODS, "rules": RULES}}})
    found = problems(of_model(api={"rules": RULES}))

    path = f'models.{MODEL}.api.rules["POST /rank"].metric'
    assert set(found) == {path}
    assert "chat-completions" in found[path].allowed


def test_methods_alone_would_count_nothing() -> None:
    assert set(problems(of_model(api={"methods": METHODS}))) == {f"models.{MODEL}.api.methods"}


@pytest.mark.parametrize(
    ("api", "path"),
    [
        ({"methods": {"hits": {"displayName": "H"}}, "rules": {}}, "api.methods.hits"),
        ({"methods": {"both": {"displayName": "T"}}, "metrics": {"both": {"displayName": "U", "unit": "1"}},
          "rules": {}}, "api.methods.both"),
        ({"methods": METHODS, "metrics": {"other": {"displayName": "Rank", "unit": "1"}}, "rules": RULES},
         "api.metrics.other.displayName"),
        ({"methods": METHODS, "rules": {**RULES, "GET /rank": {"metric": "rank", "position": 1}}},
         'api.rules["GET /rank"].position'),
        ({"methods": METHODS, "rules": {"POST rank": {"metric": "rank", "position": 1}}}, 'api.rules["POST rank"]'),
        ({"errors": {"noMatch": {"status": 99}}}, "api.errors.noMatch.status"),
        ({"errors": {"noMatch": {"text": "it's not here"}}}, "api.errors.noMatch.text"),
        ({"errors": {"authFailed": {"text": "refusé"}}}, "api.errors.authFailed.text"),
        ({"errors": {"noMatch": {"contentType": "text/plain!"}}}, "api.errors.noMatch.contentType"),
        ({"authentication": {"credentialsLocation": "cookie"}}, "api.authentication.credentialsLocation"),
        ({"product": {"buyerPlanChangePermission": "never"}}, "api.product.buyerPlanChangePermission"),
    ],
)  # fmt: skip
def test_an_exact_api_that_3scale_would_refuse_is_refused(api: dict[str, Any], path: str) -> None:
    found = problems(dev_stack(models={MODEL: {"api": api}}, plans=NO_LIMITS))

    assert set(found) == {f"models.{MODEL}.{path}"}
    assert all(problem.remedy for problem in found.values())


def test_exposed_operations_beside_exact_ones_are_refused() -> None:
    found = problems(of_model(expose=["health"], api={"methods": METHODS, "rules": RULES}))

    assert set(found) == {f"models.{MODEL}.expose"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder of its own."""
    monkeypatch.setattr(documents, "PROJECT", tmp_path)
    return tmp_path


def test_a_page_of_ones_own_is_read_from_json_or_yaml(project: Path) -> None:
    (project / "a.json").write_text('{"openapi": "3.0.0", "info": {}}')
    (project / "a.yaml").write_text("openapi: 3.0.3\ninfo: {version: 2026-01-01}\n")

    assert document("a.json") == {"openapi": "3.0.0", "info": {}}
    assert document("a.yaml") == {"openapi": "3.0.3", "info": {"version": "2026-01-01"}}
    for name in ("a.json", "a.yaml"):
        assert settings(models={MODEL: {"docs": {"file": name}}}).models[MODEL].docs.file == name


@pytest.mark.parametrize(
    ("name", "text", "given"),
    [
        ("none.json", None, "cannot be read (No such file or directory)"),
        ("../out.json", None, "is outside the project's folder"),
        ("a.json", "{", "is no JSON"),
        ("a.yaml", "a: [", "is no YAML"),
        ("a.yml", "- 1", "has no key openapi with a version"),
        ("a.yml", "openapi: 3.1", "has no key openapi with a version"),
        ("a.yml", "openapi: 3.1.0", "is OpenAPI 3.1.0"),
    ],
)
def test_a_file_that_is_no_page_is_refused(project: Path, name: str, text: str | None, given: str) -> None:
    if text is not None:
        (project / name).write_text(text)
    found = problems(of_model(docs={"file": name}))

    path = f"models.{MODEL}.docs.file"
    assert set(found) == {path}
    assert given in found[path].given
    assert "{path}" not in found[path].remedy


def test_a_newer_document_passes_where_3scale_does_not_judge_it(project: Path) -> None:
    (project / "a.json").write_text('{"openapi": "3.1.0"}')

    assert settings(models={MODEL: {"docs": {"file": "a.json", "skipValidation": True}}})


def test_a_file_for_a_model_without_a_page_is_refused() -> None:
    found = problems(of_model(docs={"enabled": False, "file": "a.json"}))

    assert found[f"models.{MODEL}.docs"].remedy == (
        f"remove models.{MODEL}.docs.file, or remove models.{MODEL}.docs.enabled"
    )


def test_fees_without_decimals_are_amounts_too() -> None:
    plan = Plan.model_validate_json('{"displayName": "x", "setupFee": 3}', strict=True)

    assert plan.setup_fee == 3


@pytest.mark.parametrize(
    ("api", "path"),
    [
        ({"methods": {"total_tokens": {"displayName": "Any"}}}, "methods.total_tokens"),
        ({"methods": {"rank": {"displayName": "Hits"}}}, "methods.rank.displayName"),
        ({"methods": {"rank": {"displayName": "Total tokens"}}}, "methods.rank.displayName"),
        ({"metrics": {"hits": {"displayName": "Any", "unit": "hit"}}}, "metrics.hits"),
        ({"metrics": {"models": {"displayName": "Any", "unit": "hit"}}}, "metrics.models"),
        ({"metrics": {"rank": {"displayName": "Chat Completions", "unit": "hit"}}}, "metrics.rank.displayName"),
    ],
)
def test_what_is_declared_has_no_name_of_what_is_there_without_it(api: dict[str, Any], path: str) -> None:
    rules = {"rules": {"POST /rank": {"metric": "hits", "position": 1}}} if "methods" in api else {}
    found = problems(dev_stack(plans=NO_LIMITS, models={MODEL: {"api": {**api, **rules}}}))

    assert set(found) == {f"models.{MODEL}.api.{path}"}


@pytest.mark.parametrize("pattern", ["/a^b", "/a|b", "/a$b", "/{x}/{x}", "/a%zz", "/{x-y}"])
def test_a_pattern_that_3scale_refuses_is_refused_before(pattern: str) -> None:
    rules = {f"GET {pattern}": {"metric": "hits", "position": 1}}
    found = problems(of_model(api={"rules": rules}))

    assert set(found) == {f'models.{MODEL}.api.rules["GET {pattern}"]'}


@pytest.mark.parametrize("pattern", ["/", "/v1/chat/completions", "/a$", "/{x}/{y}?z={z}", "/a%2Fb", "/a?b=c&d[]=e"])
def test_a_pattern_that_3scale_takes_passes(pattern: str) -> None:
    assert settings(models={MODEL: {"api": {"rules": {f"GET {pattern}": {"metric": "hits", "position": 1}}}}})


def test_what_compat_would_open_is_not_opened_word_by_word_in_production() -> None:
    cors = {"name": "cors", "configuration": {"allow_origin": "*"}}
    rules = {"GET /": {"metric": "hits", "position": 1}, "GET /v1/models": {"metric": "hits", "position": 2}}
    declared = {"api": {"rules": rules, "policies": [cors, {"name": "apicast"}]}}
    path = f"models.{MODEL}.api"

    opened = problems(dev_stack(environment="prod", models={MODEL: declared}))
    assert {f'{path}.rules["GET /"]', f"{path}.policies[0].configuration.allow_origin"} <= set(opened)
    assert validated(prod_stack(models={MODEL: declared | {"adopt": True}}), ALL_SECRETS)
    assert settings(models={MODEL: declared})
