"""A stand-in says that it is one, once per run, and knows which servers are this machine's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from tests.toolchain.stand_ins.engine import engine
from toolchain.stand_ins import in_use
from toolchain.stand_ins.engine_log import EngineLog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROGRAM = """
import os
import pulumi
import pulumi_keycloak as keycloak
import pulumi_kubernetes as kubernetes

for name in ("a", "b"):
    sso = keycloak.Provider(
        f"sso-{name}", url=os.environ["TEST_URL"], client_id="x", client_secret="y", initial_login=False
    )
    keycloak.Realm(name, realm=name, opts=pulumi.ResourceOptions(provider=sso))
    cluster = kubernetes.Provider(f"cluster-{name}", kubeconfig="{}")
    kubernetes.core.v1.ConfigMap(name, metadata={"name": "n"}, opts=pulumi.ResourceOptions(provider=cluster))
"""
NAMES = ("pulumi-language-python", "pulumi-resource-keycloak", "pulumi-resource-kubernetes")


class Engine(engine_pb2_grpc.EngineServicer):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[engine_pb2.LogRequest] = []

    def Log(self, request: engine_pb2.LogRequest, _context: grpc.ServicerContext) -> Empty:  # noqa: N802 - the protocol's name
        self.told.append(request)
        return Empty()


@pytest.fixture
def listening() -> Iterator[tuple[Engine, str]]:
    """An engine and its address."""
    server, found = grpc.server(ThreadPoolExecutor(max_workers=2)), Engine()
    engine_pb2_grpc.add_EngineServicer_to_server(found, server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    yield found, address
    server.stop(None).wait()


def test_every_instance_announces_and_the_user_reads_it_once(listening: tuple[Engine, str]) -> None:
    found, address = listening
    for _instance in range(3):
        in_use.announce(EngineLog(address), "pulumi-resource-x", "1.2.3")
    in_use.announce(EngineLog(address), "pulumi-resource-y", "1.2.3")
    assert [request.message.split()[0] for request in found.told] == ["pulumi-resource-x", "pulumi-resource-y"]
    for request in found.told:
        assert "stand-in, not the official plugin" in request.message
        assert (request.severity, request.urn, request.ephemeral) == (engine_pb2.INFO, "", False)


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1:6443", "http://localhost", "https://[::1]:1/x", "http://kc.localhost", "127.0.0.9:1"],
)
def test_loopback_is_this_machine(url: str) -> None:
    assert in_use.is_loopback(url)
    in_use.check_server("x", url, "", {})


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://10.0.0.1:6443",
        "https://127.0.0.1.example.com",
        "https://127.0.0.1@example.com",
        "https://0.0.0.0",
        "http://localhost.example",
        "https://[::1",
    ],
)
def test_everything_else_is_another_machine(url: str) -> None:
    assert not in_use.is_loopback(url)
    with pytest.raises(in_use.DistantServerError, match="not on this machine"):
        in_use.check_server("x", url, "http://proxy.example.com:3128", {"MAAS_ALLOW_STAND_INS": "1"})
    in_use.check_server("x", url, "http://127.0.0.1:3128", {})
    in_use.check_server("x", url, "", {"MAAS_ALLOW_STAND_INS": "true"})


def test_a_refusal_shows_neither_password_nor_query() -> None:
    error = in_use.DistantServerError("x", "https://user:canary@example.com:1/path?token=canary")
    assert "https://example.com:1, which" in str(error)
    assert "canary" not in str(error)


@pytest.mark.slow
def test_a_run_shows_one_line_per_stand_in_and_refuses_another_machine(tmp_path: Path) -> None:
    project = engine(tmp_path, PROGRAM)
    for name in [name for name in project.environ if name.lower().endswith("_proxy")]:
        del project.environ[name]
    project.environ["TEST_URL"] = "http://127.0.0.1:1"
    diagnostics = project.run("preview").partition("Diagnostics:")[2]
    assert [diagnostics.count(f"{name} ") for name in NAMES] == [1, 1, 1]
    project.environ["TEST_URL"] = "https://sso.example.com"
    assert "https://sso.example.com, which is not on this machine" in project.run("preview", ok=False)
    project.environ["MAAS_ALLOW_STAND_INS"] = "true"
    assert "9 to create" in project.run("preview")
