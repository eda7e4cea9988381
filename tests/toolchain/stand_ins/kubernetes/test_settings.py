from __future__ import annotations

import pytest
import yaml

from toolchain.stand_ins.kubernetes import settings
from toolchain.stand_ins.kubernetes.errors import CallError
from toolchain.stand_ins.kubernetes.settings import ClientLimits
from toolchain.stand_ins.kubernetes.values import UNKNOWN, UNKNOWN_TEXT, Value


def configured(environment: dict[str, str] | None = None, **options: str) -> settings.Settings:
    variables = {f"kubernetes:config:{key}": value for key, value in options.items()}
    return settings.settings(variables, environment or {})


def kubeconfig(server: str = "https://a:6443", user: str = "u") -> str:
    return yaml.safe_dump(
        {
            "current-context": "c",
            "contexts": [{"name": "c", "context": {"cluster": "k", "user": user}}],
            "clusters": [{"name": "k", "cluster": {"server": server}}],
            "users": [{"name": user, "user": {}}],
        }
    )


def test_only_the_text_true_is_true() -> None:
    assert configured(enableSecretMutable="true").mutability.secrets
    assert not configured(enableSecretMutable="nope").mutability.secrets
    assert not configured(enableServerSideApply="nope").server_side_apply
    assert configured().server_side_apply


def test_the_environment_stands_in_for_what_is_not_given() -> None:
    environment = {"PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE": "true", "PULUMI_K8S_ENABLE_PATCH_FORCE": "true"}
    found = configured(environment, enablePatchForce="false")
    assert found.mutability.config_maps
    assert not found.patch_force


def test_client_limits_come_from_the_option_then_from_the_environment() -> None:
    environment = {"PULUMI_K8S_CLIENT_QPS": "7", "PULUMI_K8S_CLIENT_TIMEOUT": "9"}
    found = configured(environment, kubeClientSettings='{"qps": 100, "burst": 200}')
    assert found.limits == ClientLimits(qps=100, burst=200, timeout_seconds=9)
    assert configured().limits == ClientLimits(qps=50, burst=120, timeout_seconds=None)


@pytest.mark.parametrize("written", ["{", "[]", '{"qps": "many"}', '{"burst": {}}'])
def test_client_limits_that_are_none_are_refused(written: str) -> None:
    with pytest.raises(CallError, match="kubeClientSettings"):
        configured(kubeClientSettings=written)


def test_a_computed_kubeconfig_is_known_as_such() -> None:
    found = configured(kubeconfig=UNKNOWN_TEXT)
    assert (found.kubeconfig, found.kubeconfig_unknown) == ("", True)


@pytest.mark.parametrize(
    ("news", "failing"),
    [
        ({"enabelSecretMutable": "true"}, None),
        ({"strictMode": "true", "kubeconfig": "x", "context": "y"}, None),
        ({"strictMode": "true", "context": "y"}, "kubeconfig"),
        ({"strictMode": "true", "kubeconfig": "x"}, "context"),
    ],
)
def test_only_strict_mode_refuses(news: dict[str, str], failing: str | None) -> None:
    failure = settings.config_failure(news)
    assert (failure and failure[0]) == failing


A, B = {"kubeconfig": kubeconfig()}, {"kubeconfig": kubeconfig("https://b:6443")}


@pytest.mark.parametrize(
    ("olds", "news", "changed", "replaces"),
    [
        ({"version": "4.32.0"}, {"version": "4.32.0"}, [], []),
        (A, B, ["kubeconfig"], ["kubeconfig"]),
        (A, {"kubeconfig": kubeconfig(user="v")}, ["kubeconfig"], []),
        ({}, A, ["kubeconfig"], []),
        ({**A, "clusterIdentifier": "x"}, {**B, "clusterIdentifier": "x"}, ["kubeconfig"], []),
        ({"clusterIdentifier": "x"}, {"clusterIdentifier": "y"}, ["clusterIdentifier"], ["clusterIdentifier"]),
        ({}, {"clusterIdentifier": "y"}, ["clusterIdentifier"], []),
        ({"namespace": "a", "context": "c"}, {"namespace": "b"}, ["context", "namespace"], []),
        ({"kubeconfig": UNKNOWN}, {"kubeconfig": UNKNOWN}, [], []),
        (A, {"kubeconfig": UNKNOWN}, ["kubeconfig"], []),
        ({"kubeconfig": "{"}, {"kubeconfig": "["}, ["kubeconfig"], []),
        (
            {"renderYamlToDirectory": "a"},
            {"renderYamlToDirectory": "b"},
            ["renderYamlToDirectory"],
            ["renderYamlToDirectory"],
        ),
    ],
)
def test_when_the_configuration_means_another_cluster(
    olds: dict[str, Value], news: dict[str, Value], changed: list[str], replaces: list[str]
) -> None:
    assert settings.config_difference(olds, news) == (changed, replaces)


def test_a_path_and_the_contents_of_one_file_are_the_same_cluster(tmp_path: Value) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(kubeconfig())
    assert settings.config_difference(A, {"kubeconfig": str(path)}) == (["kubeconfig"], [])
