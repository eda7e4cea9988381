from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.dynamic_providers.cluster.fake_api import CANARY, FakeApi, fake_api
from tests.support.plugin_host import PluginHost


@dataclass(frozen=True)
class Gates:
    """The plugin process that serves gates, and the API server it talks to."""

    host: PluginHost
    api: FakeApi


@pytest.fixture(scope="session")
def _gates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gates]:
    folder = tmp_path_factory.mktemp("cluster")
    with fake_api(folder) as api, PluginHost({"kubeconfig": str(folder / "kubeconfig"), "context": "main"}) as host:
        yield Gates(host, api)


@pytest.fixture
def gates(_gates: Gates) -> Iterator[Gates]:
    """An empty cluster; nothing the plugin says may contain the bearer token."""
    _gates.api.__init__()  # type: ignore[misc] # the server keeps its reference
    _gates.host.forget()
    yield _gates
    said = [*_gates.host.transcript, *_gates.host.lines]
    assert not [text for text in said if CANARY in text]
