"""What a plan permits in a request fits its models, and is refused by a policy that knows the plan."""

from typing import Any

import pytest

from components.config.plan_promises import served_names
from components.config.validation import validated
from tests.components.config.test_validation import ALL_SECRETS, MODEL, problems, settings
from tests.support.model_servers import served, serving_stack
from tests.support.stack_file import dev_stack

EXTERNAL: dict[str, Any] = {"source": {"external": "http://vllm.models.svc.cluster.local"}, "plans": ["standard"]}
GUIDES: dict[str, Any] = {
    "threescale": {"gatewayPolicy": {"secretName": "llm", "version": "0.1"}},
    "compat": {"seedPolicy": True},
}
NO_TOKENS = {"limits": {"total_tokens per minute": None}}


def standard(**plan: object) -> dict[str, Any]:
    return {"plans": {"standard": plan}}


def adapters(**plan: object) -> dict[str, Any]:
    lora = {"modules": {"sql": "adapters/sql"}}
    stack = serving_stack({"model": served(server={"lora": lora})})
    stack["plans"]["by-call"] |= plan
    return stack


def test_an_answer_is_not_longer_than_the_models_context() -> None:
    assert settings(**standard(maxTokens=2000)).plans["standard"].max_tokens == 2000
    found = problems(dev_stack(**standard(maxTokens=2001)))

    assert set(found) == {"plans.standard.maxTokens"}
    assert found["plans.standard.maxTokens"].given == (f"2001 was given, while models.{MODEL}.maxModelLen is 2000")
    # Nobody knows the context of somebody else's server, and an embedding is no text.
    unknown = {MODEL: {"plans": ["gold"]}, "second": EXTERNAL}
    gold = {"gold": {"displayName": "Gold"}}
    by_gold = {"accounts": {"dev1": {"applications": {"first-steps": {"plan": "gold"}}}}}
    assert settings(models=unknown, plans={**gold, "standard": {"maxTokens": 9000}}, consumers=by_gold)
    embedding = {**EXTERNAL, "kind": "embedding", "maxModelLen": 512}
    assert settings(models={"second": embedding}, **standard(maxTokens=1000))


@pytest.mark.parametrize(
    ("plan", "path"),
    [
        ({"maxTokens": 0}, "plans.standard.maxTokens"),
        ({"models": []}, "plans.standard.models"),
        ({"models": ["a b"]}, "plans.standard.models[0]"),
    ],
)
def test_terms_that_no_request_could_meet_are_refused(plan: dict[str, Any], path: str) -> None:
    assert path in problems(dev_stack(**standard(**plan)))


def test_a_plan_names_what_its_models_are_asked_for_by() -> None:
    assert settings(**standard(models=[MODEL]))
    found = problems(dev_stack(**standard(models=[MODEL, "other"])))

    assert set(found) == {"plans.standard.models[1]"}
    assert found["plans.standard.models[1]"].allowed == f"names by which requests ask: {MODEL}"
    renamed = {MODEL: {"servedModelName": "llama"}}
    assert settings(models=renamed, **standard(models=["llama"]))
    # What somebody else's server is asked for by is not known.
    assert settings(models={"second": EXTERNAL}, **standard(models=[MODEL, "other"]))


def test_adapters_are_models_of_their_server() -> None:
    assert validated(adapters(models=["sql"]), ALL_SECRETS)
    assert set(problems(adapters(models=["sql", "sqI"]))) == {"plans.by-call.models[1]"}
    found = validated(adapters(), ALL_SECRETS)
    assert served_names(found, "model") == frozenset({"model", "sql"})


def test_adapters_by_further_arguments_make_names_unknown() -> None:
    server = {"extraArgs": ["--enable-lora", "--lora-modules=a=/mnt/models/a"]}

    assert served_names(settings(models={MODEL: {"server": server}}), MODEL) is None


def test_a_plan_permits_something_of_each_model() -> None:
    second = {"llama": {**served("vllm"), "plans": ["by-call"]}}
    stack = serving_stack({"model": served(), **second})
    stack["plans"]["by-call"]["models"] = ["model"]
    found = problems(stack)

    assert set(found) == {"plans.by-call.models"}
    assert found["plans.by-call.models"].given == "it has no name of model llama, which offers the plan"


def test_a_plan_that_permits_models_exposes_no_operation_whose_requests_name_none() -> None:
    def stack(*expose: str) -> dict[str, Any]:
        model = served("tei") | ({"expose": list(expose)} if expose else {})
        named = serving_stack({"embedder": model})
        named["plans"]["by-call"]["models"] = ["any"]
        return named

    found = problems(stack())
    assert set(found) == {"plans.by-call.models"}
    assert (
        found["plans.by-call.models"].given == "it was given while model embedder, which offers the plan, exposes embed"
    )
    assert found["plans.by-call.models"].remedy.startswith("leave them out of models.embedder.expose")
    assert validated(stack("embeddings", "health"), ALL_SECRETS)
    ranking = problems(stack("embeddings", "rerank", "tokenize", "info"))
    assert ranking["plans.by-call.models"].given.endswith("exposes tokenize, rerank")
    # vLLM's operation of the same name takes a model.
    assert settings(models={MODEL: {"expose": ["chat-completions", "tokenize"]}}, **standard(models=[MODEL]))
    # What requests of an API's own rules hold is not known.
    rules = {"POST /embed": {"metric": "hits", "position": 1}}
    own = {**EXTERNAL, "expose": ["embed"], "plans": ["gold"], "api": {"rules": rules}}
    assert settings(models={"second": own}, plans={"gold": {"displayName": "Gold", "models": ["any"]}})


@pytest.mark.parametrize("plan", [{"maxTokens": 5}, {"models": [MODEL]}])
def test_the_guides_policy_knows_no_plans(plan: dict[str, Any]) -> None:
    found = problems(dev_stack(**standard(**plan), **GUIDES))

    assert set(found) == {"plans.standard"}
    assert "the guides' policy knows no plans" in found["plans.standard"].allowed


def test_a_model_that_counts_no_tokens_has_no_policy_that_could_refuse() -> None:
    models: dict[str, Any] = {MODEL: {"api": {"metrics": {}}}}
    found = problems(dev_stack(models=models, plans={"standard": {**NO_TOKENS, "maxTokens": 5}}))

    assert set(found) == {"plans.standard"}
    assert found["plans.standard"].remedy == f"offer {MODEL} by another plan"


def test_a_declared_chain_names_a_restricted_plan_itself() -> None:
    def chain(*plans: dict[str, Any]) -> dict[str, Any]:
        rule = {"metric": "hits", "increment": "{{ llm_usage.total_tokens }}", "condition": {"operations": [SUCCEEDED]}}
        item = {"name": "llm-metrics", "version": "0.2", "configuration": {"rules": [rule], "plans": list(plans)}}
        return {MODEL: {"api": {"policies": [item, {"name": "apicast"}]}}}

    assert set(problems(dev_stack(models=chain(), **standard(maxTokens=5)))) == {"plans.standard"}
    assert settings(models=chain({"plan": "Standard Plan", "max_tokens": 5}), **standard(maxTokens=5))
    assert settings(models=chain())


SUCCEEDED = {"left": "{{status}}", "left_type": "liquid", "op": "==", "right": "200"}


def test_titles_tell_the_plans_of_a_model_apart_where_one_is_restricted() -> None:
    models = {MODEL: {"plans": ["standard", "gold"]}}
    gold = {"displayName": "Standard Plan"}

    assert settings(models=models, plans={"gold": gold})
    found = problems(dev_stack(models=models, plans={"gold": {**gold, "maxTokens": 5}}))
    assert set(found) == {"plans.gold.displayName"}
    assert found["plans.gold.displayName"].given == (
        f'"Standard Plan" is also the title of plan standard, and model {MODEL} offers both'
    )
    # Of plans of different models the gateway hears from different products.
    assert settings(models={"second": {**EXTERNAL, "plans": ["gold"]}}, plans={"gold": {**gold, "maxTokens": 5}})


def test_nothing_is_asked_of_the_guides_policy_that_it_does_not_know() -> None:
    metering = {"continuousUsage": True, "estimate": {"enabled": True}, "applicationLabels": True}
    found = problems(dev_stack(apiDefaults={"metering": metering}, **GUIDES))

    assert set(found) == {"apiDefaults.metering.continuousUsage", "apiDefaults.metering.estimate"}
    assert settings(apiDefaults={"metering": metering})
