"""3scale with databases, files, mail and images of somebody else, through the whole program."""

import json
from typing import Any

import pytest

from tests.components.threescale_install.test_threescale_install import AUTHORITIES, EVERYTHING, GIVEN, NEWER
from tests.program.test_secrets import spellings, without_secrets
from tests.support.platform import MODEL, program, program_of, refused
from tests.support.recorder import DYNAMIC, Recording, Registration
from tests.support.stack_file import CANARIES, ENCRYPTED_CANARIES, dev_stack

SECOND: dict[str, Any] = {"source": {"external": "http://vllm.models.svc.cluster.local"}, "plans": ["standard"]}
CANARY_PARTS = ("canary-sql", "canary-redis", "canary%2Fzync", "canary-bucket", "canary-smtp", "canary-registry")
MONITORING = "maas:platform:Monitoring"


@pytest.fixture(scope="module")
def found() -> Recording:
    stack = dev_stack(threescale=EVERYTHING, monitoring={"enabled": True}, models={"second": SECOND})
    return program_of(stack, secrets=GIVEN)


@pytest.mark.parametrize("name", sorted(set(GIVEN) - set(CANARIES)))
def test_what_others_handed_out_is_in_its_secret_and_nowhere_else(found: Recording, name: str) -> None:
    holders = [
        one for one in found.resources if any(spelling in json.dumps(one.inputs) for spelling in spellings(GIVEN[name]))
    ]

    assert [one.type for one in holders] == ["kubernetes:core/v1:Secret"]
    shown = [json.dumps(without_secrets(one.inputs)) for one in found.resources] + [json.dumps(found.outputs)]
    assert not [text for text in shown for part in CANARY_PARTS if part in text]


def test_a_missing_address_is_asked_for_and_a_wrong_one_explained() -> None:
    wrong = {**GIVEN, "threescaleSystemRedisUrl": "http://canary-redis:6379"}
    del wrong["threescaleSystemDatabaseUrl"]
    said, registered = refused(secrets=wrong, threescale=EVERYTHING)

    assert "threescaleSystemDatabaseUrl: the secret is missing or empty" in said
    assert "do: run pulumi config set --secret threescaleSystemDatabaseUrl" in said
    assert 'threescaleSystemRedisUrl: its scheme is "http"' in said
    assert "canary" not in said
    assert registered == []


@pytest.mark.row("S-120")
def test_certificates_for_the_databases_are_in_their_secrets_and_nowhere_else() -> None:
    databases = {"systemDatabase": "postgresql", "zync": True, "tls": {"caBundle": AUTHORITIES}}
    stack = dev_stack(threescale={**EVERYTHING, **NEWER, "externalDatabases": databases})
    found = program_of(stack, secrets={**GIVEN, **ENCRYPTED_CANARIES})

    shown = [json.dumps(without_secrets(one.inputs)) for one in found.resources] + [json.dumps(found.outputs)]
    parts = (*CANARY_PARTS, "canary-certificate", "canary-client")
    assert not [text for text in shown for part in parts if part in text]
    holders = {one.name for one in found.resources if "REDIS_SSL_KEY" in without_marks(one)}
    assert holders == {"threescale-system-redis", "threescale-backend-redis"}


def without_marks(one: Registration) -> str:
    """Everything of a Secret, entries' names too."""
    return json.dumps(one.inputs) if one.type == "kubernetes:core/v1:Secret" else ""


def test_the_scheme_of_an_address_that_tls_does_not_fit_is_refused() -> None:
    wrong = {**GIVEN, "threescaleSystemRedisUrl": "rediss://:canary@redis.example.com:6380/1"}
    said, registered = refused(secrets=wrong, threescale=EVERYTHING)

    assert 'its scheme is "rediss" while threescale.externalDatabases.tls is not given' in said
    assert "canary" not in said
    assert registered == []


@pytest.mark.row("S-124")
def test_the_routes_of_every_model_wait_for_its_gateway(found: Recording) -> None:
    annotations = {one.name: one for one in found.of(f"{DYNAMIC}cluster:RouteAnnotation")}

    assert set(annotations) == {f"{MODEL}-route-timeout", "second-route-timeout"}
    product = found.urn(f"{DYNAMIC}threescale:Product", "second")
    assert annotations["second-route-timeout"].deleted_with == product


@pytest.mark.row("S-219")
def test_nothing_is_watched_unless_the_stack_file_asks_for_it(found: Recording) -> None:
    assert found.one(MONITORING).name == "monitoring"
    for monitoring in (None, {}, {"enabled": False}):
        quiet = program(monitoring=monitoring)
        assert not [one for one in quiet.resources if "monitoring" in one.type.lower()]


def test_a_bucket_is_told_without_its_keys(found: Recording) -> None:
    assert found.outputs["threescale_file_storage"] == {"kind": "s3", "bucket": "maas-files", "region": "eu-west-1"}


@pytest.mark.row("S-143", "C-21")
def test_chains_ask_for_the_version_of_the_policy_that_the_gateways_load() -> None:
    policy = {"gatewayPolicy": {"secretName": "llm-metrics", "version": "0.1"}}
    chains = program(threescale=policy, compat={"seedPolicy": True}).of(f"{DYNAMIC}threescale:PolicyChain")

    versions = {item["name"]: item["version"] for item in chains[0].inputs["policies"]}
    assert versions["llm-metrics"] == "0.1"
