"""What one part of the stack file promises another is kept, or refused with both names."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from components.config.compat import Compat
from components.config.hosts import gateway_label
from components.config.section import MAX_LABEL
from tests.components.config.test_validation import DIGEST, MODEL, problems, settings
from tests.support.stack_file import dev_stack

EXTERNAL: dict[str, Any] = {"source": {"external": "http://vllm.models.svc.cluster.local:8000"}, "plans": ["standard"]}

NEEDED: dict[str, dict[str, Any]] = {
    "serverless": {"prereqs": {"openshiftAi": {"startingCSV": "rhods-operator.2.16.0"}}}
}
"""What has to be there for a switch to mean anything."""


@pytest.mark.parametrize(
    ("field", "first", "second"),
    [
        ("servedModelName", {}, {"servedModelName": MODEL}),
        ("servedModelName", {"servedModelName": "meta/llama"}, {"servedModelName": "meta/llama"}),
        ("displayName", {}, {"displayName": "Llama-3.2-1B-Instruct (CPU)"}),
        ("systemName", {}, {"systemName": MODEL}),
        ("systemName", {}, {"systemName": MODEL.replace("-", "_").upper()}),
    ],
)
def test_two_models_with_one_name_are_refused(field: str, first: dict[str, Any], second: dict[str, Any]) -> None:
    found = problems(dev_stack(models={MODEL: first, "second": {**EXTERNAL, **second}}))

    assert list(found) == [f"models.second.{field}"]
    assert MODEL in found[f"models.second.{field}"].given


def test_an_override_that_is_another_models_key_is_refused() -> None:
    found = problems(dev_stack(models={"second": {**EXTERNAL, "systemName": "third"}, "third": EXTERNAL}))

    assert set(found) == {"models.third.systemName"}


def test_a_host_of_253_characters_passes_and_one_of_254_is_refused() -> None:
    label = gateway_label(MODEL, "maas", "production")
    room = 253 - len(label) - 1
    domain = ".".join(["d" * 63, "d" * 63, "d" * 40, "d" * (room - 169)])
    assert settings(cluster={"wildcardDomain": domain}).cluster.wildcard_domain == domain

    found = problems(dev_stack(cluster={"wildcardDomain": f"{domain}d"}))

    assert set(found) == {"cluster.wildcardDomain"}
    assert f"make the host {label}.… 254 characters long" in found["cluster.wildcardDomain"].given
    assert f"a domain of at most {room}" in found["cluster.wildcardDomain"].allowed


def test_the_identity_servers_host_counts_too_and_a_label_that_is_too_long_does_not() -> None:
    domain = ".".join(["d" * 63, "d" * 63, "d" * 63])
    prefixed = problems(dev_stack(cluster={"wildcardDomain": domain}, identity={"hostPrefix": "s" * 62}))
    assert f"make the host {'s' * 62}.… 254 characters long" in prefixed["cluster.wildcardDomain"].given

    long = problems(dev_stack(cluster={"wildcardDomain": f"{'d' * 60}.{domain[64:]}"}, models={"m" * 50: EXTERNAL}))
    assert set(long) == {f"models.{'m' * 50}"}


def test_a_host_label_of_63_characters_passes_and_one_of_64_is_refused() -> None:
    assert settings(models={"a" * 39: EXTERNAL})

    found = problems(dev_stack(models={"a" * 40: EXTERNAL}))

    assert "at most 39 characters" in found["models." + "a" * 40].allowed
    assert "64 characters" in found["models." + "a" * 40].given


def test_a_long_tenant_name_leaves_less_room() -> None:
    found = problems(dev_stack(threescale={"tenantName": "models-as-a-service-too"}))

    assert "at most 20 characters" in found[f"models.{MODEL}"].allowed


@hypothesis_settings(deadline=None)
@given(system_name=st.from_regex(r"\A[a-z0-9][a-z0-9_-]{0,57}[a-z0-9]\Z"), tenant=st.from_regex(r"\A[a-z]{1,30}\Z"))
@pytest.mark.row("S-154")
def test_every_accepted_name_gives_a_legal_host_label(system_name: str, tenant: str) -> None:
    label = gateway_label(system_name, tenant, "production")
    stack = dev_stack(models={MODEL: {"systemName": system_name}}, threescale={"tenantName": tenant}, identity=None)

    if len(label) > MAX_LABEL or system_name == "api":
        assert problems(stack)
    else:
        assert settings(**stack)
        assert "_" not in label


def test_a_long_system_name_can_be_overridden_but_a_servers_name_cannot_be_longer_than_53() -> None:
    model = dev_stack()["models"][MODEL]

    found = problems(dev_stack(models={MODEL: None, "a" * 54: {**model, "systemName": "short"}}, consumers=None))

    assert set(found) == {"models." + "a" * 54}
    assert "at most 53 characters" in found["models." + "a" * 54].allowed


def test_a_plan_that_is_not_declared_or_named_twice_is_refused() -> None:
    found = problems(dev_stack(models={MODEL: {"plans": ["gold", "standard", "standard"]}}))

    assert set(found) == {f"models.{MODEL}.plans[0]", f"models.{MODEL}.plans[2]"}
    assert "standard" in found[f"models.{MODEL}.plans[0]"].allowed


@pytest.mark.parametrize("limit", ["embeddings per day", "tokens per day", "tokenize per hour"])
def test_a_limit_on_what_no_model_of_the_plan_has_is_refused(limit: str) -> None:
    found = problems(dev_stack(plans={"standard": {"limits": {limit: 1}}}))

    assert set(found) == {f'plans.standard.limits["{limit}"]'}
    assert "total_tokens" in found[f'plans.standard.limits["{limit}"]'].allowed


@pytest.mark.parametrize(
    ("limit", "least"), [("hits per minute", 0), ("total_tokens per month", 1), ("chat-completions per eternity", 0)]
)
@pytest.mark.row("S-171")
def test_a_limit_on_hits_tokens_or_an_exposed_operation_passes(limit: str, least: int) -> None:
    assert settings(plans={"standard": {"limits": {limit: least}}})


@pytest.mark.parametrize("limit", ["hits", "hits per second", "hits/day"])
def test_a_limit_that_is_no_metric_per_period_is_refused(limit: str) -> None:
    assert problems(dev_stack(plans={"standard": {"limits": {limit: 1}}}))


def test_an_application_names_a_model_and_one_of_its_plans() -> None:
    account = {"applications": {"first-steps": {"model": "no-model"}, "more": {"model": MODEL, "plan": "gold"}}}

    found = problems(dev_stack(consumers={"accounts": {"dev1": account}}))

    path = "consumers.accounts.dev1.applications"
    assert set(found) == {f"{path}.first-steps.model", f"{path}.more.plan"}


def test_two_accounts_with_one_user_are_refused() -> None:
    second = {"orgName": "x", "username": "DEV1", "email": "dev1@apps.maas.test"}

    found = problems(dev_stack(consumers={"accounts": {"dev2": second}}))

    assert set(found) == {"consumers.accounts.dev2.username", "consumers.accounts.dev2.email"}


def test_two_purposes_in_one_namespace_are_refused() -> None:
    found = problems(dev_stack(namespaces={"identity": "3scale", "models": "redhat-ods-operator"}))

    assert set(found) == {"namespaces.threescale", "namespaces.models"}


@pytest.mark.parametrize("prefix", ["maas", "maas-admin", "master", "backend-maas"])
def test_the_identity_server_cannot_take_a_host_of_3scale(prefix: str) -> None:
    assert set(problems(dev_stack(identity={"hostPrefix": prefix}))) == {"identity.hostPrefix"}


@pytest.mark.parametrize("switch", sorted(info.alias or name for name, info in Compat.model_fields.items()))
def test_every_compat_switch_is_refused_in_production_and_only_there(switch: str) -> None:
    def refused(*, on: bool) -> set[str]:
        found = problems(dev_stack(environment="prod", compat={switch: on}, **NEEDED.get(switch, {})))
        return {path for path in found if path.startswith("compat.")}

    assert refused(on=True) == {f"compat.{switch}"}
    assert refused(on=False) == set()
    assert settings(environment="test", compat={switch: True}, **NEEDED.get(switch, {})).compat.active == (switch,)


def test_an_image_without_a_digest_is_refused() -> None:
    assert settings(models={MODEL: {"source": {"oci": f"registry.example:5000/a/b{DIGEST}"}}})
    assert problems(dev_stack(models={MODEL: {"server": {"image": "quay.io/a/b:1"}}}))
