from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from tests.toolchain.stand_ins.kubernetes.builders import config_map
from tests.toolchain.stand_ins.kubernetes.plugin_client import Refused
from toolchain.stand_ins.kubernetes import values
from toolchain.stand_ins.kubernetes.values import UNKNOWN_TEXT, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.toolchain.stand_ins.kubernetes.plugin_client import PluginClient

TYPE = "kubernetes:core/v1:ConfigMap"


def nobody_listens() -> str:
    # Port 1 is given to nobody by the kernel; a port that was free a moment ago may be another test's now.
    return yaml.safe_dump(
        {
            "current-context": "c",
            "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
            "clusters": [{"name": "k", "cluster": {"server": "https://127.0.0.1:1"}}],
            "users": [{"name": "u", "user": {"token": "canary"}}],
        }
    )


@pytest.fixture
def unreachable(start_plugin: Callable[..., PluginClient]) -> Callable[..., PluginClient]:
    """A function that starts a plugin whose cluster is out of reach, with these options."""

    def start(**options: str) -> PluginClient:
        client = start_plugin()
        client.configure(**{"kubeconfig": nobody_listens(), **options})
        return client

    return start


@pytest.mark.parametrize(
    ("kubeconfig", "reason"),
    [
        (nobody_listens(), "unable to load schema information from the API server: .*[Cc]onnection refused"),
        ("/no/such/file", "failed to parse kubeconfig data"),
        ("a: [", "failed to parse kubeconfig data.* yaml: line"),
        ("{}", 'context "" does not exist'),
        (UNKNOWN_TEXT, "not known yet"),
    ],
)
def test_configure_never_fails_and_writes_say_why(
    unreachable: Callable[..., PluginClient], kubeconfig: str, reason: str
) -> None:
    client = unreachable(kubeconfig=kubeconfig)
    with pytest.raises(Refused, match=f"^configured Kubernetes cluster is unreachable: .*{reason}") as refusal:
        client.create(config_map("n"))
    assert refusal.value.code == "UNKNOWN"
    assert "canary" not in refusal.value.message


def test_previews_check_and_diff_work_as_if_all_were_fine(unreachable: Callable[..., PluginClient]) -> None:
    client = unreachable()
    inputs = client.check(config_map("n", a="1"))
    assert client.create(inputs, preview=True) == ("", inputs)
    state = {**inputs, "__inputs": inputs, "__fieldManager": "m"}
    news = config_map("n", a="2")
    assert list(client.diff(state, news).replaces) == ["data.a"]
    assert client.update("n/c", state, news, preview=True) == news
    with pytest.raises(Refused, match=r"^configured Kubernetes cluster is unreachable"):
        client.update("n/c", state, news)


def test_read_and_delete_name_the_switch(unreachable: Callable[..., PluginClient]) -> None:
    client = unreachable()
    for call in (lambda: client.read("n/c", TYPE), lambda: client.delete("n/c", config_map("n"))):
        with pytest.raises(Refused, match=r"PULUMI_K8S_DELETE_UNREACHABLE"):
            call()


def test_unreachable_resources_leave_the_state_when_asked(unreachable: Callable[..., PluginClient]) -> None:
    client = unreachable(deleteUnreachable="true")
    assert client.read("n/c", TYPE, config_map("n"), config_map("n")).id == ""
    client.delete("n/c", config_map("n"))


def test_skipped_updates_echo_the_state(unreachable: Callable[..., PluginClient]) -> None:
    client = unreachable(skipUpdateUnreachable="true")
    olds: dict[str, Value] = config_map("n", a="old")
    answer = client.read("n/c", TYPE, olds, olds)
    assert (answer.id, values.tree(answer.properties), values.tree(answer.inputs)) == ("n/c", olds, olds)
    assert client.check(config_map("n", a="new"), olds) == olds
    assert client.check(config_map("n", a="new")) == {}
    with pytest.raises(Refused, match=r"PULUMI_K8S_DELETE_UNREACHABLE"):
        client.delete("n/c", olds)
