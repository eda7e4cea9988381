"""Every stack file of the project is valid and places a whole platform without a cluster."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.platform import program_of
from tests.support.stack_file import ROOT, merged
from tests.support.stack_file_schema import judge

STACK_FILES = [ROOT / "Pulumi.dev.yaml", *sorted((ROOT / "examples" / "stacks").glob("Pulumi.*.yaml"))]


def config(path: Path) -> dict[str, Any]:
    text = yaml.safe_load(path.read_text(encoding="utf-8"))
    judge().validate(text)
    return {key.removeprefix("maas:"): value for key, value in text["config"].items()}


@pytest.mark.parametrize("path", STACK_FILES, ids=lambda path: path.name)
def test_a_stack_file_previews_without_a_cluster(path: Path) -> None:
    found = program_of(merged(config(path), {"cluster": {"offline": True}}))

    assert found.of("kubernetes:apps.3scale.net/v1alpha1:APIManager")
    assert found.of("pulumi-python:dynamic/threescale:ProxyPromotion")


@pytest.mark.parametrize("path", STACK_FILES, ids=lambda path: path.name)
def test_a_stack_file_holds_no_secret(path: Path) -> None:
    assert "secure:" not in path.read_text(encoding="utf-8")
