"""Every mistake in a stack file is found, all of them at once, with path, value, what is allowed and what to do."""

from collections.abc import Mapping
from typing import Any

import pytest

from components.config import ConfigError, Problem, Settings
from components.config.secrets import SECRET_KEYS
from components.config.validation import validated
from tests.support.stack_file import dev_stack

ALL_SECRETS = frozenset(key.name for key in SECRET_KEYS)
MODEL = "llama-32-1b-instruct-cpu"
DIGEST = "@sha256:" + "0" * 64


def settings(**changes: object) -> Settings:
    return validated(dev_stack(**changes), ALL_SECRETS)


def problems(raw: Mapping[str, Any], secrets: frozenset[str] = ALL_SECRETS) -> dict[str, Problem]:
    with pytest.raises(ConfigError) as refusal:
        validated(raw, secrets)
    return {problem.path: problem for problem in refusal.value.problems}


def test_the_dev_stack_is_valid() -> None:
    assert settings().models[MODEL].max_model_len == 2000


def test_a_problem_names_path_value_permitted_values_and_remedy() -> None:
    found = problems(dev_stack(models={MODEL: {"maxModelLen": 0}}))

    assert found == {
        f"models.{MODEL}.maxModelLen": Problem(
            path=f"models.{MODEL}.maxModelLen",
            given="0 was given",
            allowed="a number greater than 0 (Longest context in tokens, prompt and answer together)",
            remedy=f"correct models.{MODEL}.maxModelLen in the stack file",
        )
    }


@pytest.mark.parametrize(
    ("changes", "path", "allowed"),
    [
        ({"environment": "production"}, "environment", "one of 'dev', 'test' or 'prod'"),
        ({"environment": None}, "environment", "a value is required"),
        ({"models": {MODEL: {"maxModelLen": "8192"}}}, f"models.{MODEL}.maxModelLen", "a whole number, without quotes"),
        ({"models": {MODEL: {"maxModelLen": 1.5}}}, f"models.{MODEL}.maxModelLen", "a whole number"),
        ({"models": {MODEL: {"adopt": "yes"}}}, f"models.{MODEL}.adopt", "true or false, without quotes"),
        ({"models": {MODEL: {"server": "vllm"}}}, f"models.{MODEL}.server", "an object with named keys"),
        ({"models": {MODEL: {"plans": "standard"}}}, f"models.{MODEL}.plans", "a list"),
        ({"models": {MODEL: {"plans": []}}}, f"models.{MODEL}.plans", "at least 1 members"),
        ({"models": {MODEL: {"expose": ["chat"]}}}, f"models.{MODEL}.expose[0]", "one of 'chat-completions'"),
        ({"models": {MODEL: {"source": {"oci": "quay.io/x/y:latest"}}}}, f"models.{MODEL}.source.oci", "sha256"),
        (
            {"models": {MODEL: {"source": {"external": "http://x"}}}},
            f"models.{MODEL}.source",
            "exactly one of the keys",
        ),
        ({"models": {MODEL: {"server": None}}}, f"models.{MODEL}", "must have the keys server and maxModelLen"),
        ({"models": {MODEL: {"server": {"replicas": 0}}}}, f"models.{MODEL}.server.replicas", "at least 1"),
        (
            {"models": {MODEL: {"server": {"extraArgs": ["--port=1"]}}}},
            f"models.{MODEL}.server",
            "must not contain --port, which other keys set",
        ),
        ({"models": {"Big": {}}}, "models.Big", "text that matches ^[a-z]"),
        ({"models": "granite"}, "models", "a value is required"),
        ({"plans": {}}, "plans.standard.displayName", ""),
        ({"cluster": {"wildcardDomain": "https://apps.maas.test"}}, "cluster.wildcardDomain", "text that matches"),
        ({"cluster": {"caBundle": "not pem"}}, "cluster.caBundle", "text that matches"),
        ({"waits": {"modelReadySeconds": -1}}, "waits.modelReadySeconds", "a number greater than 0"),
        ({"identity": {"startingCSV": "rhbk-operator"}}, "identity.startingCSV", "text that matches"),
        ({"threescale": {"tenantName": "x" * 31}}, "threescale.tenantName", "at most 30 characters"),
        ({"consumers": {"accounts": {"dev1": {"username": "d"}}}}, "consumers.accounts.dev1.username", "at least 3"),
    ],
)
def test_a_wrong_value_is_refused_with_its_path(changes: dict[str, Any], path: str, allowed: str) -> None:
    raw = dev_stack(**changes)
    if path == "plans.standard.displayName":
        raw["plans"]["standard"].pop("displayName")

    found = problems(raw)

    assert path in found
    assert allowed in found[path].allowed
    assert found[path].remedy


def test_an_unknown_key_is_refused_and_the_nearest_one_named_but_its_value_is_not_repeated() -> None:
    found = problems(dev_stack(cluster={"offlin": "hunter2"}, modells={"a": "hunter2"}))

    assert found["cluster.offlin"].remedy.startswith("did you mean offline?")
    assert found["modells"].remedy.startswith("did you mean models?")
    assert "hunter2" not in str(ConfigError(found.values()))


def test_a_missing_secret_is_a_problem_with_the_command_that_sets_it() -> None:
    found = problems(dev_stack(), ALL_SECRETS - {"threescaleSeedToken"})

    assert found["threescaleSeedToken"].remedy == "run: pulumi config set --secret threescaleSeedToken"


def test_the_identity_servers_secret_is_needed_only_with_an_identity_server() -> None:
    without = ALL_SECRETS - {"keycloakAdminClientSecret"}

    assert set(problems(dev_stack(), without)) == {"keycloakAdminClientSecret"}
    assert validated(dev_stack(identity=None), without).identity is None


def test_optional_secrets_may_be_missing() -> None:
    assert validated(dev_stack(), ALL_SECRETS - {"threescaleAccessToken", "huggingFaceToken"})


def test_all_problems_come_in_one_message_whatever_part_they_are_in() -> None:
    raw = dev_stack(
        environment="prod",
        compat={"openCors": True},
        modells=1,
        models={MODEL: {"maxModelLen": 0}, "second": {"source": {"external": "http://x.example"}, "plans": ["gold"]}},
        waits={"modelReadySeconds": 0},
    )

    found = problems(raw, frozenset())

    assert {"compat.openCors", "modells", f"models.{MODEL}.maxModelLen", "models.second.plans[0]"} <= set(found)
    assert {"waits.modelReadySeconds", "threescaleSeedToken", "threescaleMasterToken"} <= set(found)
    text = str(ConfigError(found.values()))
    assert text.startswith(f"The stack configuration has {len(found)} problems; nothing was changed.")


def test_a_wrong_entry_does_not_make_others_that_name_it_wrong() -> None:
    found = problems(dev_stack(plans={"standard": {"displayName": 5}}))

    assert set(found) == {"plans.standard.displayName"}


def test_one_spelling_only_python_names_are_unknown() -> None:
    assert f"models.{MODEL}.max_model_len" in problems(dev_stack(models={MODEL: {"max_model_len": 1}}))
