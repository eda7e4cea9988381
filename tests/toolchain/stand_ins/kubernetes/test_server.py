from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from tests.toolchain.stand_ins.kubernetes.builders import config_map
from tests.toolchain.stand_ins.kubernetes.control_plane import ROOT
from tests.toolchain.stand_ins.kubernetes.plugin_client import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.toolchain.stand_ins.kubernetes.plugin_client import PluginClient
    from toolchain.stand_ins.kubernetes.values import Value

ANSWERED = {
    "Attach",
    "Cancel",
    "Check",
    "CheckConfig",
    "Configure",
    "Create",
    "Delete",
    "Diff",
    "DiffConfig",
    "GetPluginInfo",
    "Read",
    "Update",
}
CALLS = provider_pb2.DESCRIPTOR.services_by_name["ResourceProvider"].methods_by_name
REFUSED = sorted(set(CALLS) - ANSWERED)


@pytest.mark.parametrize("name", REFUSED)
def test_every_other_call_is_refused_by_name(start_plugin: Callable[..., PluginClient], name: str) -> None:
    stub = start_plugin().stub
    message = getattr(provider_pb2, CALLS[name].input_type.name, Empty)()
    call = getattr(stub, name)
    with pytest.raises(grpc.RpcError) as refusal:
        list(call(message)) if CALLS[name].server_streaming else call(message)
    error: Value = refusal.value
    assert error.code() is grpc.StatusCode.UNIMPLEMENTED
    assert name in error.details()


def test_the_version_is_the_official_plugins(start_plugin: Callable[..., PluginClient]) -> None:
    stub = start_plugin().stub
    assert stub.GetPluginInfo(Empty()).version == "4.32.0"
    assert stub.Attach(plugin_pb2.PluginAttach(address="127.0.0.1:1")) == Empty()


def test_configure_answers_what_the_engine_needs_to_know(start_plugin: Callable[..., PluginClient]) -> None:
    answer = start_plugin().configure(kubeconfig="{}")
    assert (answer.acceptSecrets, answer.supportsPreview, answer.supports_autonaming_configuration) == (True,) * 3
    assert not answer.acceptResources
    assert not answer.acceptOutputs


def test_check_config_refuses_a_property_of_strict_mode(start_plugin: Callable[..., PluginClient]) -> None:
    request = provider_pb2.CheckRequest()
    request.news.update({"strictMode": "true", "oops": "kept"})
    answer = start_plugin().stub.CheckConfig(request)
    assert [failure.property for failure in answer.failures] == ["kubeconfig"]
    assert answer.inputs == request.news


@pytest.mark.parametrize(
    ("options", "call"),
    [
        ({"renderYamlToDirectory": "/tmp/x"}, "Configure with renderYamlToDirectory"),  # noqa: S108 - never written
        ({"enableServerSideApply": "false"}, "Create with enableServerSideApply=false"),
    ],
)
def test_modes_that_are_left_out_are_refused_by_name(
    start_plugin: Callable[..., PluginClient], options: dict[str, str], call: str
) -> None:
    client = start_plugin()

    def configured_and_used() -> None:
        client.configure(kubeconfig="{}", **options)
        client.create(config_map("n"))

    with pytest.raises(Refused, match=call) as refusal:
        configured_and_used()
    assert refusal.value.code == "UNIMPLEMENTED"


DISTANT = """
current-context: a
contexts: [{name: a, context: {cluster: a}}]
clusters: [{name: a, cluster: {server: "https://canary:secret@api.example.com:6443"}}]
"""


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_a_cluster_on_another_machine_is_refused_in_four_parts(
    start_plugin: Callable[..., PluginClient], no_proxies: None
) -> None:
    client = start_plugin()
    with pytest.raises(Refused) as refusal:
        client.configure(kubeconfig=DISTANT)
    assert [line.split(":")[0].strip() for line in str(refusal.value).splitlines()[1:]] == ["found", "allowed", "do"]
    assert "https://api.example.com:6443, which is not on this machine" in str(refusal.value)
    assert "--allow-stand-ins" in str(refusal.value)
    assert "canary" not in str(refusal.value)
    assert client.session.cluster is None


# Nobody listens there: what is permitted is out of reach, which is a state and no failure.
@pytest.mark.parametrize(
    ("config", "variables"),
    [
        (DISTANT.replace("api.example.com:6443", "0.0.0.0:1"), {"MAAS_ALLOW_STAND_INS": "true"}),
        (DISTANT, {"HTTPS_PROXY": "http://127.0.0.1:1"}),
        (DISTANT.replace("{server", '{proxy-url: "http://127.0.0.1:1", server'), {}),
    ],
    ids=["permission", "proxy", "proxy of the kubeconfig"],
)
def test_a_cluster_on_another_machine_needs_the_permission_or_a_proxy_on_this_one(
    start_plugin: Callable[..., PluginClient],
    no_proxies: None,
    monkeypatch: pytest.MonkeyPatch,
    config: str,
    variables: dict[str, str],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    client = start_plugin()
    client.configure(kubeconfig=config)
    assert "unable to load schema information" in client.session.unreachable


def test_a_proxy_that_the_cluster_is_excepted_from_permits_nothing(
    start_plugin: Callable[..., PluginClient], no_proxies: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "example.com")
    client = start_plugin()
    with pytest.raises(Refused, match="not on this machine"):
        client.configure(kubeconfig=DISTANT)


def test_the_plugin_says_that_it_is_a_stand_in(
    start_plugin: Callable[..., PluginClient], capsys: pytest.CaptureFixture[str]
) -> None:
    start_plugin().configure(kubeconfig="{}")
    assert capsys.readouterr().err == (
        "pulumi-resource-kubernetes 4.32.0 is this project's stand-in, not the official plugin.\n"
    )


def test_helm_releases_are_refused(start_plugin: Callable[..., PluginClient]) -> None:
    with pytest.raises(Refused, match=r"Check of kubernetes:helm\.sh/v3:Release") as refusal:
        start_plugin().check(config_map("n"), type_token="kubernetes:helm.sh/v3:Release")
    assert refusal.value.code == "UNIMPLEMENTED"


def test_the_plugin_says_its_port_serves_and_ends_quietly() -> None:
    command = [sys.executable, "-m", "toolchain.stand_ins.kubernetes", "127.0.0.1:1"]
    started = time.monotonic()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        assert time.monotonic() - started < 10
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            assert provider_pb2_grpc.ResourceProviderStub(channel).GetPluginInfo(Empty()).version == "4.32.0"
        process.send_signal(signal.SIGTERM)
        rest, errors = process.communicate(timeout=10)
    assert (process.returncode, rest, errors) == (0, "", "")
