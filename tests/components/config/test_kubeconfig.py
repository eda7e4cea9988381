"""A stack means exactly one kubeconfig file."""

import subprocess
import sys
from pathlib import Path

import pytest

from components.config.kubeconfig import KubeconfigError, kubeconfig_path
from tests.support.stack_file import ROOT


def test_the_stack_file_wins_over_the_environment() -> None:
    assert kubeconfig_path("/a", {"KUBECONFIG": "/b"}) == Path("/a")
    assert kubeconfig_path(None, {"KUBECONFIG": "/b"}) == Path("/b")
    assert kubeconfig_path("", {}) == Path.home() / ".kube" / "config"
    assert kubeconfig_path(None, {"KUBECONFIG": ""}) == Path.home() / ".kube" / "config"


def test_a_path_of_the_stack_file_is_below_the_project_wherever_a_command_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert kubeconfig_path("x/config", {}) == ROOT / "x" / "config"
    assert kubeconfig_path(None, {"KUBECONFIG": "x/config"}) == tmp_path / "x" / "config"
    assert kubeconfig_path("~/config", {}) == Path.home() / "config"


def test_a_path_of_the_stack_file_may_hold_a_colon() -> None:
    assert kubeconfig_path("/a:b", {}) == Path("/a:b")


def test_of_several_files_the_only_one_that_exists_is_meant(tmp_path: Path) -> None:
    there = tmp_path / "config"
    there.touch()

    assert kubeconfig_path(None, {"KUBECONFIG": f"/none:{there}::{there}"}) == there


def test_several_files_are_refused_with_the_command_that_merges_them(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).touch()

    with pytest.raises(KubeconfigError, match=r"of which 2 exist.*kubectl config view --flatten"):
        kubeconfig_path(None, {"KUBECONFIG": f"{tmp_path}/a:{tmp_path}/b"})
    with pytest.raises(KubeconfigError, match=r"\(/none:/neither\), of which 0 exist"):
        kubeconfig_path(None, {"KUBECONFIG": "/none:/neither"})


def test_commands_outside_a_program_can_ask_without_pulumi() -> None:
    asked = "import sys, components.config.kubeconfig; sys.exit('pulumi' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", asked], cwd=ROOT, check=False).returncode == 0
