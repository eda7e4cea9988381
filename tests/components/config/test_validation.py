"""Every mistake in a stack file is found, all of them at once, with path, value, what is allowed and what to do."""

import json
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
        ({"models": {MODEL: {"maxModelLen": "8192"}}}, f"models.{MODEL}.maxModelLen", "a whole number, without quotes"),
        ({"models": {MODEL: {"maxModelLen": 1.5}}}, f"models.{MODEL}.maxModelLen", "a whole number"),
        ({"models": {MODEL: {"adopt": "yes"}}}, f"models.{MODEL}.adopt", "true or false, without quotes"),
        ({"models": {MODEL: {"server": "vllm"}}}, f"models.{MODEL}.server", "an object with named keys"),
        ({"models": {MODEL: {"plans": "standard"}}}, f"models.{MODEL}.plans", "a list"),
        ({"models": {MODEL: {"plans": []}}}, f"models.{MODEL}.plans", "a list of at least 1 member ("),
        ({"plans": {"standard": {"displayName": ""}}}, "plans.standard.displayName", "text of at least 1 character ("),
        ({"plans": {"standard": {"displayName": "a\nb"}}}, "plans.standard.displayName", "text in one line ("),
        (
            {"plans": {"standard": {"limits": {"hits": 1}}}},
            "plans.standard.limits.hits",
            "text that matches ^[A-Za-z0-9_]",
        ),
        (
            {"plans": {"standard": {"limits": {"hits per day": -1}}}},
            'plans.standard.limits["hits per day"]',
            "a number of at least 0",
        ),
        ({"models": {MODEL: {"expose": ["chat"]}}}, f"models.{MODEL}.expose[0]", "one of 'chat-completions'"),
        ({"models": {MODEL: {"source": {"oci": "quay.io/x/y:latest"}}}}, f"models.{MODEL}.source.oci", "sha256"),
        ({"models": {MODEL: {"server": {"replicas": 0}}}}, f"models.{MODEL}.server.replicas", "at least 1"),
        ({"models": {"Big": {}}}, "models.Big", "text that matches ^[a-z]"),
        ({"cluster": None}, "cluster", "a value is required: object (The cluster, and how to reach it)"),
        ({"environment": None}, "environment", "a value is required: one of dev, test, prod (What the stack is for)"),
        ({"plans": {"standard": {"displayName": None}}}, "plans.standard.displayName", "a value is required: text ("),
        ({"cluster": {"wildcardDomain": "https://apps.maas.test"}}, "cluster.wildcardDomain", "text that matches"),
        ({"cluster": {"caBundle": "not pem"}}, "cluster.caBundle", "text that matches"),
        ({"waits": {"modelReadySeconds": -1}}, "waits.modelReadySeconds", "a number greater than 0"),
        ({"identity": {"startingCSV": "rhbk-operator"}}, "identity.startingCSV", "text that matches"),
        ({"threescale": {"tenantName": "x" * 31}}, "threescale.tenantName", "at most 30 characters"),
        ({"consumers": {"accounts": {"dev1": {"username": "d"}}}}, "consumers.accounts.dev1.username", "at least 3"),
    ],
)
def test_a_wrong_value_is_refused_with_its_path(changes: dict[str, Any], path: str, allowed: str) -> None:
    found = problems(dev_stack(**changes))

    assert path in found
    assert allowed in found[path].allowed
    assert found[path].remedy


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"source": {"external": "http://x"}},
            Problem(
                path=f"models.{MODEL}.source",
                given="oci and external were given",
                allowed="exactly one of the keys oci, huggingface, s3Prefix and external",
                remedy=f"remove models.{MODEL}.source.oci or models.{MODEL}.source.external",
            ),
        ),
        (
            {"source": {"oci": None}},
            Problem(
                path=f"models.{MODEL}.source",
                given="no source was given",
                allowed="exactly one of the keys oci, huggingface, s3Prefix and external",
                remedy="add "
                + " or ".join(f"models.{MODEL}.source.{key}" for key in ("oci", "huggingface", "s3Prefix", "external")),
            ),
        ),
        (
            {"server": None, "maxModelLen": None},
            Problem(
                path=f"models.{MODEL}",
                given="source.oci was given without server and maxModelLen",
                allowed="source.oci together with the keys server and maxModelLen, or source.external",
                remedy=f"add models.{MODEL}.server and models.{MODEL}.maxModelLen",
            ),
        ),
        (
            {"source": {"oci": None, "external": "http://x"}},
            Problem(
                path=f"models.{MODEL}",
                given="server was given together with source.external",
                allowed="the key server with any other source; somebody else runs an external server",
                remedy=f"remove models.{MODEL}.server",
            ),
        ),
        (
            {"server": {"extraArgs": ["--port=1"]}},
            Problem(
                path=f"models.{MODEL}.server.extraArgs",
                given="--port was given",
                allowed="any argument but --port, --model, --served-model-name, --max-model-len, --dtype, --api-key, "
                "--config, --hf-token, --hf-api-token: other keys of this file set them, they take a key in plain "
                "text, or they change what a preview has checked",
                remedy=f"remove --port from models.{MODEL}.server.extraArgs",
            ),
        ),
        (
            {"server": {"resources": {"limits": None}}},
            Problem(
                path=f"models.{MODEL}.server.resources.limits",
                given="the key is missing or empty",
                allowed="a value is required: object (What the pod may use at most)",
                remedy=f"add models.{MODEL}.server.resources.limits to the stack file",
            ),
        ),
    ],
)
def test_a_broken_rule_says_what_was_given_what_is_allowed_and_what_to_do(
    changes: dict[str, Any], expected: Problem
) -> None:
    assert problems(dev_stack(models={MODEL: changes})) == {expected.path: expected}


@pytest.mark.parametrize(("section", "value"), [("models", 5), ("models", "granite"), ("models", []), ("plans", ["a"])])
def test_a_catalogue_that_is_no_mapping_is_one_problem_with_the_value_and_no_others_follow(
    section: str, value: object
) -> None:
    found = problems(dev_stack(**{section: value}))

    assert set(found) == {section}
    assert found[section].given == f"{json.dumps(value)} was given"
    assert found[section].allowed.startswith("a mapping of names to values (")
    assert found[section].remedy == f"write {section} as a mapping: one indented entry per name"


@pytest.mark.parametrize("section", ["models", "plans"])
def test_a_catalogue_that_is_missing_or_empty_is_one_problem(section: str) -> None:
    for raw in (dev_stack(**{section: None}), {**dev_stack(), section: {}}):
        found = problems(raw)

        assert set(found) == {section}
        assert found[section].remedy == f"add {section} to the stack file"


def test_a_key_that_is_no_name_is_not_judged_further() -> None:
    long = "m" * 64
    found = problems(dev_stack(models={long: dev_stack()["models"][MODEL]}))

    assert set(found) == {f"models.{long}"}
    assert found[f"models.{long}"].given == f'the key "{long}" was given'


def test_a_domain_has_labels_of_at_most_63_characters() -> None:
    label = "a" * 63
    assert settings(cluster={"wildcardDomain": f"{label}.example"}).cluster.wildcard_domain == f"{label}.example"

    found = problems(dev_stack(cluster={"wildcardDomain": f"{label}a.example"}))

    assert found["cluster.wildcardDomain"] == Problem(
        path="cluster.wildcardDomain",
        given=f'a label of 64 characters, "{label}a", was given',
        allowed="a domain whose labels have at most 63 characters",
        remedy="correct cluster.wildcardDomain: give the domain that the cluster's router serves",
    )


def test_a_domain_has_at_most_253_characters() -> None:
    found = problems(dev_stack(cluster={"wildcardDomain": ".".join(["a" * 63] * 4)}))

    assert found["cluster.wildcardDomain"].allowed.startswith("text of at most 253 characters")


def test_an_unknown_key_is_refused_and_the_nearest_one_named_but_its_value_is_not_repeated() -> None:
    found = problems(dev_stack(cluster={"offlin": "hunter2"}, modells={"a": "hunter2"}))

    assert found["cluster.offlin"].remedy.startswith("did you mean offline?")
    assert found["modells"].remedy.startswith("did you mean models?")
    assert "hunter2" not in str(ConfigError(found.values()))


def test_a_missing_secret_is_a_problem_with_the_command_that_sets_it() -> None:
    found = problems(dev_stack(), ALL_SECRETS - {"threescaleSeedToken"})

    assert found["threescaleSeedToken"].remedy == (
        "run python3 -m toolchain secrets <stack>, and then the commands it prints"
    )


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
