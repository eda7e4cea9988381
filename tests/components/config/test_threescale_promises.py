"""What the installation of 3scale promises: databases that last, files that nobody reads, a router that waits."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.config import ConfigError
from components.config.hints import hints
from components.config.validation import validated
from tests.components.config.test_validation import problems, settings
from tests.support.stack_file import CANARIES, dev_stack

EXTERNAL: dict[str, Any] = {"externalDatabases": {"systemDatabase": "postgresql"}}
PRODUCTION: dict[str, Any] = {"resourceRequirements": True, **EXTERNAL}
S3 = {"pvc": None, "s3": {"bucket": "maas-files", "region": "eu-west-1", "protocol": "http"}}


@pytest.mark.row("S-120")
def test_production_needs_databases_of_somebody_else() -> None:
    found = problems(dev_stack(environment="prod", identity=None, threescale={"resourceRequirements": True}))

    assert set(found) == {"threescale.externalDatabases"}
    assert "environment is prod" in found["threescale.externalDatabases"].given
    assert settings(environment="prod", identity=None, threescale=PRODUCTION).threescale.external_databases is not None


@pytest.mark.row("S-120", "S-107", "C-15")
def test_newer_releases_bring_no_databases() -> None:
    newer = {"channel": "threescale-2.16", "startingCSV": "3scale-operator.v0.13.4"}
    found = problems(dev_stack(threescale=newer))

    assert "3scale 2.16 brings no databases of its own" in found["threescale.externalDatabases"].given
    assert settings(threescale={**newer, **EXTERNAL}).threescale.release == (2, 16)
    assert settings().threescale.external_databases is None


NEWER = {"channel": "threescale-2.16", "startingCSV": "3scale-operator.v0.13.4"}
ENCRYPTED: dict[str, Any] = {
    "externalDatabases": {"systemDatabase": "postgresql", "tls": {"caBundle": "-----BEGIN CERTIFICATE-----\nMII"}}
}


@pytest.mark.row("S-120")
def test_production_reaches_its_databases_by_tls_where_the_release_can() -> None:
    production = {"environment": "prod", "identity": None}
    newer = problems(dev_stack(**production, threescale={**PRODUCTION, **NEWER}))
    older = settings(**production, threescale=PRODUCTION)

    assert set(newer) == {"threescale.externalDatabases.tls"}
    assert "add threescale.externalDatabases.tls with caBundle" in newer["threescale.externalDatabases.tls"].remedy
    assert [one for one in hints(older) if one.startswith("threescale.externalDatabases.tls is not given")]
    encrypted = settings(**production, threescale={**PRODUCTION, **NEWER, **ENCRYPTED})
    assert not [one for one in hints(encrypted) if "externalDatabases" in one]
    # In dev nobody is asked.
    assert settings(threescale={**NEWER, **EXTERNAL}).threescale.external_databases is not None


@pytest.mark.row("S-120")
def test_tls_is_for_releases_that_know_it() -> None:
    found = problems(dev_stack(threescale=ENCRYPTED))

    assert found["threescale.externalDatabases.tls"].allowed.startswith("it from 3scale 2.16 on")
    no_certificate = {"externalDatabases": {"systemDatabase": "mysql", "tls": {"caBundle": "MII"}}}
    assert set(problems(dev_stack(threescale=no_certificate | NEWER))) == {"threescale.externalDatabases.tls.caBundle"}


def test_tls_needs_a_pair_of_3scales_own() -> None:
    with pytest.raises(ConfigError) as refusal:
        validated(dev_stack(threescale={**NEWER, **ENCRYPTED}), frozenset(CANARIES))
    missing = {one.path for one in refusal.value.problems}
    assert {"threescaleDatabaseClientCertificate", "threescaleDatabaseClientKey"} <= missing


@pytest.mark.row("S-049")
def test_files_travel_in_the_clear_in_dev_alone() -> None:
    assert settings(threescale={"fileStorage": S3}).threescale.file_storage.s3 is not None
    for environment in ("test", "prod"):
        found = problems(dev_stack(environment=environment, threescale={**PRODUCTION, "fileStorage": S3}))
        assert found["threescale.fileStorage.s3.protocol"].given == (
            f'"http" was given while environment is {environment}'
        )


@pytest.mark.row("S-050", "C-13")
@pytest.mark.parametrize(
    ("storage", "given"),
    [
        ({"pvc": None}, "neither pvc nor s3 was given"),
        ({"s3": {"bucket": "maas-files", "region": "eu-west-1"}}, "both pvc and s3 were given"),
    ],
)
def test_files_have_exactly_one_place(storage: dict[str, Any], given: str) -> None:
    assert problems(dev_stack(threescale={"fileStorage": storage}))["threescale.fileStorage"].given == given


@pytest.mark.row("C-44")
def test_what_is_for_evaluation_is_refused_in_production() -> None:
    smtp = {"address": "mail.example.com", "verifyCertificate": False}
    found = problems(dev_stack(environment="prod", identity=None, threescale={**EXTERNAL, "smtp": smtp}))

    assert set(found) == {"threescale.resourceRequirements", "threescale.smtp.verifyCertificate"}


@pytest.mark.row("C-21")
def test_the_guides_policy_is_used_knowingly() -> None:
    policy = {"gatewayPolicy": {"secretName": "llm-metrics", "version": "0.1"}}

    assert set(problems(dev_stack(threescale=policy))) == {"threescale.gatewayPolicy.version"}
    assert settings(threescale=policy, compat={"seedPolicy": True}).threescale.gateway_policy.is_the_guides
    in_production = problems(
        dev_stack(environment="prod", identity=None, threescale={**PRODUCTION, **policy}, compat={"seedPolicy": True})
    )
    assert set(in_production) == {"compat.seedPolicy"}


def test_a_policy_has_one_origin_and_it_is_this_projects_own_unless_another_is_named() -> None:
    both = {"gatewayPolicy": {"secretName": "llm-metrics", "folder": "policies/llm"}}

    assert "both folder and secretName" in problems(dev_stack(threescale=both))["threescale.gatewayPolicy"].given
    given: tuple[dict[str, Any] | None, ...] = (None, {})
    for nothing in given:
        policy = settings(threescale={"gatewayPolicy": nothing}).threescale.gateway_policy
        assert (policy.files_folder, policy.version) == ("policies/llm", "0.2")
    elsewhere = settings(threescale={"gatewayPolicy": {"secretName": "llm-metrics"}}).threescale.gateway_policy
    assert elsewhere.files_folder is None


def test_a_policys_folder_has_what_the_gateway_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("components.config.gateway_policy.PROJECT", tmp_path)
    declared = dev_stack(threescale={"gatewayPolicy": {"folder": "llm"}})
    path = "threescale.gatewayPolicy.folder"

    assert '"llm" cannot be read' in problems(declared)[path].given
    (tmp_path / "llm").mkdir()
    assert problems(declared)[path].given == '"llm" has no apicast-policy.json and no init.lua'
    (tmp_path / "llm" / "init.lua").write_text("return {}")
    (tmp_path / "llm" / "apicast-policy.json").write_text("[]")
    assert problems(declared)[path].given == "apicast-policy.json is no JSON object"
    (tmp_path / "llm" / "apicast-policy.json").write_text(json.dumps({"version": "0.3"}))
    found = problems(declared)["threescale.gatewayPolicy.version"]
    assert found.given == '"0.2" was given, but llm/apicast-policy.json says "0.3"'
    outside = problems(dev_stack(threescale={"gatewayPolicy": {"folder": "llm/../../etc"}}))
    assert "outside the project's folder" in outside[path].given


@pytest.mark.row("S-124", "C-37")
def test_the_router_waits_longer_than_the_gateway() -> None:
    assert settings().api_defaults.router_timeout_seconds == 310
    patient = settings(apiDefaults={"upstream": {"readTimeout": 600}})
    assert patient.api_defaults.router_timeout_seconds == 610
    assert settings(apiDefaults={"router": {"timeoutSeconds": 900}}).api_defaults.router_timeout_seconds == 900

    found = problems(dev_stack(apiDefaults={"router": {"timeoutSeconds": 180}}))["apiDefaults.router.timeoutSeconds"]
    assert found.given == "180 was given, but the gateway waits 300 seconds for a model"
    assert found.allowed.startswith("at least 310")


@pytest.mark.row("S-125")
def test_passwords_without_mail_are_pointed_out_and_permitted() -> None:
    mail = {"smtp": {"address": "mail.example.com"}}

    assert list(hints(settings())) == []
    for changes in ({"identity": None}, {"portal": {"settings": {"signupsEnabled": True}}}):
        (told,) = hints(settings(**changes))
        assert "threescale.smtp is not given" in told
        assert list(hints(settings(**changes, threescale=mail))) == []
