"""The entries of a stack: its configuration decides what is computed, and what it has already is left alone."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.config import documents
from operations.__main__ import main
from tests.dynamic_providers.threescale.tenant import CANARY, Tenant
from tests.operations.adopt.test_entries import product
from tests.operations.fake_pulumi import FakePulumi, fake_pulumi
from tests.support.stack_file import dev_stack, handed_over


@pytest.fixture
def pulumi(tmp_path: Path, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> FakePulumi:
    monkeypatch.setattr(documents, "PROJECT", tmp_path)
    monkeypatch.setenv("THREESCALE_ADMIN_URL", tenant.url)
    monkeypatch.delenv("THREESCALE_ACCESS_TOKEN", raising=False)
    return fake_pulumi(tmp_path, monkeypatch)


def configured(pulumi: FakePulumi, keys: dict[str, Any]) -> None:
    plain = {f"maas:{key}": {"value": value, "secret": False} for key, value in handed_over(keys).items()}
    hidden = {"maas:threescaleAccessToken": {"secret": True}, "other:key": {"value": "1"}}
    pulumi.answer("config", "--json", output=json.dumps({**plain, **hidden}))
    shown = {"maas:threescaleAccessToken": {"value": CANARY, "secret": True}}
    pulumi.answer("config", "--json", "--show-secrets", output=json.dumps({**plain, **shown}))


def entries(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((folder / "adopted" / "dev.yaml").read_text())["config"]
    return found


def test_a_stack_without_models_gets_entries_and_its_token_is_no_argument(
    pulumi: FakePulumi, tenant: Tenant, tmp_path: Path
) -> None:
    configured(pulumi, dev_stack(models=None, plans=None, consumers=None))
    product(tenant.api)
    assert main(["adopt", "--stack", "dev", "--quiet"]) == 0
    assert list(entries(tmp_path)["maas:models"]) == ["tiny"]
    assert CANARY not in json.dumps(pulumi.calls)


def test_models_and_plans_that_the_stack_has_are_left_alone(
    pulumi: FakePulumi, tenant: Tenant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = {"displayName": "Tiny", "source": {"external": "https://tiny.example"}, "plans": ["basic"]}
    plans = {"basic": {"displayName": "Basic"}}
    configured(
        pulumi, {**dev_stack(consumers=None), "models": {"mine": {**mine, "systemName": "tiny"}}, "plans": plans}
    )
    product(tenant.api, "tiny")
    product(tenant.api, "small")
    assert main(["adopt", "--stack", "dev"]) == 0
    assert "tiny is model mine of the stack already and is skipped" in capsys.readouterr().err
    found = entries(tmp_path)
    assert (list(found), found["maas:models"]["small"]["plans"]) == (["maas:models"], ["basic"])


def test_a_stack_that_is_not_valid_is_refused_with_its_problems(
    pulumi: FakePulumi, tenant: Tenant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configured(pulumi, dev_stack(environment="nowhere"))
    assert main(["adopt", "--stack", "dev"]) == 1
    said = capsys.readouterr().err
    assert 'environment: "nowhere" was given' in said
    assert "Correct these keys first" in said
    assert tenant.requests() == []
    assert not (tmp_path / "adopted").exists()
