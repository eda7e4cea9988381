"""The stand-in behind a real gRPC channel, with and without a server."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

import grpc
import pytest
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from tests.toolchain.stand_ins.keycloak import keycloak_server
from tests.toolchain.stand_ins.keycloak.driver import Driver
from toolchain.stand_ins import plugin
from toolchain.stand_ins.keycloak.servicer import KeycloakProvider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.toolchain.stand_ins.keycloak.driver import Made

UNREACHABLE = {
    "url": "http://127.0.0.1:1",
    "clientId": "admin-cli",
    "username": "nobody",
    "password": "canary-password",
    "initialLogin": "false",
}


@contextmanager
def connected(inputs: dict[str, str] | None) -> Iterator[provider_pb2_grpc.ResourceProviderStub]:
    """A stand-in; configured unless there are no inputs."""
    server, port = plugin.started(
        lambda target: provider_pb2_grpc.add_ResourceProviderServicer_to_server(KeycloakProvider(), target), 8
    )
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        if inputs is not None:
            args = struct_pb2.Struct()
            args.update(inputs)
            stub.Configure(provider_pb2.ConfigureRequest(args=args, acceptSecrets=True))
        yield stub
    server.stop(None).wait()


@pytest.fixture(scope="session")
def offline() -> Iterator[provider_pb2_grpc.ResourceProviderStub]:
    with connected(UNREACHABLE) as stub:
        yield stub


@pytest.fixture
def unconfigured() -> Iterator[provider_pb2_grpc.ResourceProviderStub]:
    with connected(None) as stub:
        yield stub


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[keycloak_server.Server]:
    with keycloak_server.running(tmp_path_factory.mktemp("keycloak")) as found:
        yield found


@pytest.fixture
def online(server: keycloak_server.Server) -> Iterator[provider_pb2_grpc.ResourceProviderStub]:
    with connected(server.inputs()) as stub:
        yield stub


@pytest.fixture
def driver(online: provider_pb2_grpc.ResourceProviderStub) -> Driver:
    return Driver(online)


@pytest.fixture
def realm(driver: Driver) -> Iterator[str]:
    name = f"r{secrets.token_hex(4)}"
    made = driver.create("index/realm:Realm", "r", realm=name)
    yield name
    if driver.read(made) is not None:
        driver.delete(made)


@pytest.fixture
def client(driver: Driver, realm: str) -> Made:
    return driver.create(
        "openid/client:Client",
        "3scale",
        realmId=realm,
        clientId="3scale",
        name="n",
        accessType="CONFIDENTIAL",
        standardFlowEnabled=True,
        serviceAccountsEnabled=True,
        validRedirectUris=["https://b/*", "https://a/*"],
        clientSecretRegenerateWhenChanged={"generation": "1"},
    )
