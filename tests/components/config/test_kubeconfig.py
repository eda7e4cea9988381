"""A stack means exactly one kubeconfig file."""

from pathlib import Path

import pytest

from components.config.cluster import Cluster
from components.config.kubeconfig import KubeconfigError, kubeconfig_path


def cluster(**fields: object) -> Cluster:
    return Cluster.model_validate({"wildcardDomain": "apps.maas.test", **fields})


def test_the_stack_file_wins_over_the_environment() -> None:
    assert kubeconfig_path(cluster(kubeconfig="/a"), {"KUBECONFIG": "/b"}) == Path("/a")
    assert kubeconfig_path(cluster(), {"KUBECONFIG": "/b"}) == Path("/b")
    assert kubeconfig_path(cluster(), {}) == Path.home() / ".kube" / "config"


def test_a_relative_path_is_made_absolute_for_every_process() -> None:
    assert kubeconfig_path(cluster(kubeconfig="x/config"), {}) == Path.cwd() / "x" / "config"


def test_several_files_are_refused_with_the_command_that_merges_them() -> None:
    with pytest.raises(KubeconfigError, match=r"kubectl config view --flatten"):
        kubeconfig_path(cluster(), {"KUBECONFIG": "/a:/b"})
