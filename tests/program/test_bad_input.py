"""What a person can get wrong in the stack file stops the program before it registers anything."""

import runpy
from pathlib import Path
from typing import Any

import pulumi
import pytest

from tests.support.fake_cluster import fake_cluster
from tests.support.platform import MODEL, program
from tests.support.recorder import recorded
from tests.support.stack_file import CANARIES, ROOT, dev_stack, handed_over

SECOND: dict[str, Any] = {"source": {"external": "http://x.example"}, "plans": ["standard"]}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"models": {MODEL: {"maxModelLen": "many"}}}, f'models.{MODEL}.maxModelLen: "many" was given'),
        ({"models": {MODEL: {"maxModelLenn": 1}}}, f"models.{MODEL}.maxModelLenn: there is no such key"),
        ({"models": {"b": {**SECOND, "servedModelName": MODEL}}}, f"is also the servedModelName of model {MODEL}"),
        ({"models": {"b" * 40: SECOND}}, "of 64 characters"),
        ({"environment": "prod", "compat": {"openCors": True}}, "compat.openCors: true was given while"),
    ],
)
def test_a_mistake_is_refused_with_a_sentence_and_not_a_traceback(changes: dict[str, Any], expected: str) -> None:
    with pytest.raises(pulumi.RunError) as refusal:
        program(**changes)

    assert expected in str(refusal.value)
    assert "nothing was changed" in str(refusal.value)


def test_a_missing_secret_is_refused() -> None:
    secrets = {key: value for key, value in CANARIES.items() if key != "threescaleSeedToken"}

    with pytest.raises(pulumi.RunError, match="threescaleSeedToken: the secret is missing or empty"):
        recorded(
            lambda: runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__"),
            config=handed_over(dev_stack()),
            secrets=secrets,
        )


def test_the_wrong_cluster_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_cluster(tmp_path, domain="apps.prod.example") as cluster:
        monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig))
        with pytest.raises(pulumi.RunError, match=r"serves apps\.prod\.example"):
            program(cluster={"offline": False})


def test_an_offline_update_is_refused() -> None:
    with pytest.raises(pulumi.RunError, match="An update needs the cluster"):
        program(preview=False)
