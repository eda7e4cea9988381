"""The pins agree with each other, and no registry is named."""

import re
from pathlib import Path

import pytest

from toolchain.catalogue import load

ROOT = Path(__file__).resolve().parents[2]
PINS = load(ROOT / "toolchain")
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
HASH = re.compile(r"[0-9a-f]{64}")


@pytest.mark.parametrize(
    ("tool", "package"),
    [("pulumi", "pulumi"), ("plugin-kubernetes", "pulumi-kubernetes"), ("plugin-keycloak", "pulumi-keycloak")],
)
def test_a_plugin_has_the_version_of_its_wheel(tool: str, package: str) -> None:
    assert f"\n{package}=={PINS[tool].version} " in LOCK


@pytest.mark.parametrize(
    ("tool", "folder", "module"),
    [
        ("pulumi", "pulumi", "github.com/pulumi/pulumi/pkg/v3"),
        ("pulumi", "pulumi", "github.com/pulumi/pulumi/sdk/v3"),
        ("kube-apiserver", "kubernetes", "k8s.io/kubernetes"),
        ("kube-controller-manager", "kubernetes", "k8s.io/kubernetes"),
        ("etcd", "kubernetes", "go.etcd.io/etcd/server/v3"),
    ],
)
def test_a_built_tool_has_the_version_of_its_module(tool: str, folder: str, module: str) -> None:
    text = (ROOT / "toolchain" / "go" / folder / "go.mod").read_text(encoding="utf-8")
    assert f"\t{module} v{PINS[tool].version}" in text


def test_every_archive_carries_its_version_in_its_name_or_in_its_url() -> None:
    for tool in PINS.tools.values():
        assert not tool.archive or tool.version in tool.archive + tool.url, tool.name


def test_every_sum_is_a_sum() -> None:
    sums = [tool.sha256 for tool in PINS.tools.values() if tool.sha256]
    sums += [file.sha256 for module in PINS.crd_modules for file in module.files]
    assert len(sums) > 25
    assert [text for text in sums if not HASH.fullmatch(text)] == []
    assert all(module.sum.startswith("h1:") for module in PINS.crd_modules)


def test_every_definition_is_named_once() -> None:
    assert len(set(PINS.crd_names)) == len(PINS.crd_names)
    assert all(re.fullmatch(r"[a-z0-9.]+/[a-z]+\.yaml", name) for name in PINS.crd_names)


def test_the_definitions_are_the_authentic_ones() -> None:
    folder = ROOT.parent / "shared" / "crds"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    from toolchain.archives import sha256  # noqa: PLC0415 - only where there is something to compare

    files = [file for module in PINS.crd_modules for file in module.files if (folder / file.name).exists()]
    assert [file.name for file in files if sha256(folder / file.name) != file.sha256] == []
    assert len(files) > 20
