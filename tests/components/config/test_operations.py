"""What passes the gateway when the stack file says nothing."""

import re

import pytest

from components.config.counted import metric_names
from components.config.operations import OPERATIONS, exposed
from components.config.validation import validated
from components.model_api.definition import api_definition
from tests.components.config.test_validation import ALL_SECRETS, MODEL, settings
from tests.support.model_servers import served, serving_stack


def names(**changes: object) -> list[str]:
    found = settings(**changes)
    return [operation.system_name for operation in exposed(found.models[MODEL], found.compat)]


def test_a_chat_model_exposes_what_a_client_needs_and_no_metrics() -> None:
    assert names() == ["chat-completions", "completions", "models", "health", "version"]


def test_an_embedding_model_exposes_embeddings_and_no_chat() -> None:
    assert names(models={MODEL: {"kind": "embedding"}}) == ["embeddings", "models", "health", "version"]


def test_the_stack_files_own_list_wins_in_the_order_of_the_rules() -> None:
    assert names(models={MODEL: {"expose": ["tokenize", "models"]}}) == ["models", "tokenize"]


def test_operational_paths_pass_only_by_compat() -> None:
    assert names(compat={"exposeOperational": True})[-3:] == ["tokenize", "detokenize", "metrics"]


def test_names_and_patterns_are_unique() -> None:
    assert len({(one.verb, one.pattern) for one in OPERATIONS}) == len(OPERATIONS)
    assert len({one.system_name for one in OPERATIONS}) == len({one.friendly_name for one in OPERATIONS})


@pytest.mark.row("C-24")
def test_names_have_one_style_and_follow_the_path() -> None:
    written = {one.system_name for one in OPERATIONS}

    assert {name for name in written if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name)} == set()
    for one in OPERATIONS:
        words = set(re.findall(r"[a-z]+", one.pattern.replace("{name}:predict", "judge")))
        assert words & set(one.system_name.split("-")), one


@pytest.mark.parametrize(
    ("engine", "server", "expected"),
    [
        ("vllm", {}, ["chat-completions", "completions", "models", "health", "version"]),
        ("tei", {}, ["embeddings", "health", "embed"]),
        ("docling", {}, ["health", "process-url", "process-file"]),
        ("docling", {"api": "convert"}, ["health", "version", "convert-source", "convert-file"]),
        ("image", {}, ["health", "generate", "progress"]),
        ("image", {"api": "openai"}, ["health", "images"]),
        ("safety", {}, ["models", "judge"]),
    ],
)
@pytest.mark.row("S-078")
def test_every_engine_exposes_what_it_is_for(engine: str, server: dict[str, object], expected: list[str]) -> None:
    found = validated(serving_stack({"model": served(engine, server=server)}), ALL_SECRETS)

    assert [one.system_name for one in exposed(found.models["model"], found.compat)] == expected


def test_a_guardian_that_vllm_serves_is_asked_like_a_chat_model() -> None:
    found = validated(serving_stack({"model": served("vllm", kind="safety")}), ALL_SECRETS)

    names = [one.system_name for one in exposed(found.models["model"], found.compat)]
    assert names == ["chat-completions", "models", "health", "version"]


def test_operational_paths_pass_only_where_the_server_has_them() -> None:
    models = {engine: served(engine) for engine in ("docling", "safety", "tei")}
    found = validated(serving_stack(models, compat={"exposeOperational": True}), ALL_SECRETS)
    more = {
        key: {one.system_name for one in exposed(found.models[key], found.compat)}
        & {"tokenize", "detokenize", "metrics"}
        for key in models
    }

    assert more == {"docling": set(), "safety": set(), "tei": {"tokenize", "metrics"}}


def test_a_prefix_lets_no_other_operation_pass() -> None:
    """A pattern without `$` also matches what begins with it."""
    for one in OPERATIONS:
        others = [other for other in OPERATIONS if other != one and other.verb == one.verb]
        assert not [other.pattern for other in others if other.pattern.startswith(one.pattern)], one


@pytest.mark.row("S-218")
@pytest.mark.parametrize(
    ("engine", "metrics"),
    [
        ("vllm", ("completion_tokens", "prompt_tokens", "total_tokens")),
        ("tei", ("prompt_tokens", "total_tokens")),
        ("docling", ()),
        ("image", ()),
        ("safety", ()),
    ],
)
def test_tokens_are_counted_where_answers_tell_them(engine: str, metrics: tuple[str, ...]) -> None:
    found = validated(serving_stack({"model": served(engine)}), ALL_SECRETS)
    policies = [link["name"] for link in api_definition(found, "model").policies]

    assert metric_names(found.models["model"], found.api_defaults.metering) == metrics
    assert ("llm-metrics" in policies) == bool(metrics)
