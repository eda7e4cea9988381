"""What a person can get wrong in the stack file stops the program before it registers anything."""

from pathlib import Path
from typing import Any

import pytest

from components.config.secrets import SECRET_KEYS
from tests.support.fake_cluster import fake_cluster
from tests.support.platform import MODEL, refused
from tests.support.stack_file import CANARIES
from toolchain.stack_secrets import KEYS

SECOND: dict[str, Any] = {"source": {"external": "http://x.example"}, "plans": ["standard"]}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"models": {MODEL: {"maxModelLen": "many"}}}, f'models.{MODEL}.maxModelLen: "many" was given'),
        ({"models": 5}, "models: 5 was given"),
        ({"models": {MODEL: {"maxModelLenn": 1}}}, f"models.{MODEL}.maxModelLenn: there is no such key"),
        ({"models": {"b": {**SECOND, "servedModelName": MODEL}}}, f"is also the servedModelName of model {MODEL}"),
        ({"models": {"b" * 40: SECOND}}, "of 64 characters"),
        ({"environment": "prod", "compat": {"openCors": True}}, "compat.openCors: true was given while"),
    ],
)
def test_a_mistake_is_refused_before_anything_is_registered(changes: dict[str, Any], expected: str) -> None:
    said, registered = refused(**changes)

    assert expected in said
    assert "nothing was changed" in said
    assert registered == []


@pytest.mark.parametrize(
    "name", [key.name for key in SECRET_KEYS if (key.required or key.needed_for) and not key.given]
)
def test_a_missing_secret_is_refused_with_the_command_that_generates_it(name: str) -> None:
    said, registered = refused(secrets={key: value for key, value in CANARIES.items() if key != name})

    assert f"{name}: the secret is missing or empty" in said
    assert "do: run python3 -m toolchain secrets <stack>" in said
    assert registered == []


def test_the_command_that_is_named_generates_every_secret_that_can_be_missing() -> None:
    assert {key.name for key in SECRET_KEYS if (key.required or key.needed_for) and not key.given} == set(KEYS)


def test_the_wrong_cluster_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_cluster(tmp_path, domain="apps.prod.example") as cluster:
        monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig))
        said, registered = refused(cluster={"offline": False})

    assert "serves apps.prod.example" in said
    assert registered == []


def test_a_broken_kubeconfig_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "kubeconfig"
    broken.write_text("users: [", encoding="utf-8")
    monkeypatch.setenv("KUBECONFIG", str(broken))

    said, registered = refused(cluster={"offline": False})

    assert f"The kubeconfig file {broken} cannot be used: it is not YAML" in said
    assert registered == []


def test_an_offline_update_is_refused() -> None:
    said, registered = refused(preview=False)

    assert "An update needs the cluster" in said
    assert registered == []
