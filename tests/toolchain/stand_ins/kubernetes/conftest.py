from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2_grpc

from tests.toolchain.stand_ins.kubernetes import control_plane
from tests.toolchain.stand_ins.kubernetes.plugin_client import PluginClient
from toolchain.stand_ins import plugin
from toolchain.stand_ins.engine_log import EngineLog
from toolchain.stand_ins.kubernetes import server
from toolchain.stand_ins.kubernetes.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.toolchain.stand_ins.kubernetes.control_plane import ControlPlane


@pytest.fixture(scope="session")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    servers = control_plane.binaries()
    if servers is None:
        pytest.fail("no Kubernetes servers: run `make setup`, or name their folder in MAAS_KUBE_BIN")
    yield from control_plane.running(servers, tmp_path_factory.mktemp("plane"))


@pytest.fixture
def start_plugin() -> Iterator[Callable[..., PluginClient]]:
    """A function that starts the plugin in this process; `retry_seconds` shortens its patience."""
    opened: list[tuple[grpc.Server, grpc.Channel]] = []

    def start(retry_seconds: tuple[float, ...] = (0.05, 0.05)) -> PluginClient:
        session = Session(log=EngineLog(), retry_seconds=retry_seconds)

        def register(grpc_server: grpc.Server) -> None:
            provider_pb2_grpc.add_ResourceProviderServicer_to_server(
                server.KubernetesProvider(session=session), grpc_server
            )

        running, port = plugin.started(register)
        limits = [("grpc.max_metadata_size", 1 << 20), ("grpc.absolute_max_metadata_size", 1 << 21)]
        channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=limits)
        opened.append((running, channel))
        return PluginClient(channel, session)

    yield start
    for running, channel in opened:
        channel.close()
        running.stop(grace=0)


@pytest.fixture
def provider(plane: ControlPlane, start_plugin: Callable[..., PluginClient]) -> PluginClient:
    """A plugin configured for the API server, secrets and config maps mutable."""
    client = start_plugin()
    client.configure(kubeconfig=str(plane.kubeconfig), enableSecretMutable="true", enableConfigMapMutable="true")
    return client


@pytest.fixture
def namespace(plane: ControlPlane) -> str:
    """A new namespace; the API server goes away with the tests, so it is not deleted."""
    name = f"t-{uuid.uuid4().hex[:8]}"
    plane.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    return name
