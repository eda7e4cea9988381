"""The provider's RPCs that need no server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import provider_pb2

from tests.toolchain.stand_ins.keycloak.conftest import UNREACHABLE

if TYPE_CHECKING:
    from pulumi.runtime.proto import provider_pb2_grpc

URN = "urn:pulumi:dev::p::keycloak:index/nope:Nope::x"
ROLE = "urn:pulumi:dev::p::maas:realm:Realm$keycloak:index/role:Role::role"


def struct(**values: Any) -> struct_pb2.Struct:  # noqa: ANN401 - any JSON value
    message = struct_pb2.Struct()
    message.update(values)
    return message


def refusal(error: pytest.ExceptionInfo[grpc.RpcError]) -> tuple[grpc.StatusCode, str]:
    return error.value.code(), error.value.details()


def test_the_version_is_the_official_plugins(offline: provider_pb2_grpc.ResourceProviderStub) -> None:
    assert offline.GetPluginInfo(empty_pb2.Empty()).version == "6.13.0"


@pytest.mark.parametrize("call", ["Handshake", "GetSchema", "Construct", "Call", "Parameterize"])
def test_an_uncovered_call_is_refused_by_name(call: str, offline: provider_pb2_grpc.ResourceProviderStub) -> None:
    messages = {"Handshake": "ProviderHandshakeRequest"}
    message = getattr(provider_pb2, messages.get(call, f"{call}Request"))()
    with pytest.raises(grpc.RpcError) as error:
        getattr(offline, call)(message)
    code, text = refusal(error)
    assert code == grpc.StatusCode.UNIMPLEMENTED
    assert text.startswith(f"{call}: not implemented by the keycloak stand-in plugin")


def test_an_unknown_type_is_refused_in_the_words_of_the_real_plugin(
    offline: provider_pb2_grpc.ResourceProviderStub,
) -> None:
    with pytest.raises(grpc.RpcError) as error:
        offline.Check(provider_pb2.CheckRequest(urn=URN, news=struct()))
    assert refusal(error) == (
        grpc.StatusCode.UNKNOWN,
        "unrecognized resource type (Check): keycloak:index/nope:Nope",
    )


def test_an_unknown_function_is_refused(offline: provider_pb2_grpc.ResourceProviderStub) -> None:
    with pytest.raises(grpc.RpcError) as error:
        offline.Invoke(provider_pb2.InvokeRequest(tok="keycloak:index/nope:nope", args=struct()))
    assert refusal(error)[1] == "unrecognized data function (Invoke): keycloak:index/nope:nope"


def test_the_type_of_a_child_is_the_last_one_in_its_urn(offline: provider_pb2_grpc.ResourceProviderStub) -> None:
    answer = offline.Check(provider_pb2.CheckRequest(urn=ROLE, news=struct(realmId="r"), randomSeed=b"s"))
    assert re.fullmatch(r"role-[0-9a-f]{7}", answer.inputs["name"])


def test_the_engines_own_proposal_of_a_name_wins(offline: provider_pb2_grpc.ResourceProviderStub) -> None:
    options = provider_pb2.CheckRequest.AutonamingOptions(proposed_name="as-configured")
    answer = offline.Check(provider_pb2.CheckRequest(urn=ROLE, news=struct(realmId="r"), autonaming=options))
    assert answer.inputs["name"] == "as-configured"


def test_a_refused_provider_input_is_named_after_the_provider(
    offline: provider_pb2_grpc.ResourceProviderStub,
) -> None:
    urn = "urn:pulumi:dev::p::pulumi:providers:keycloak::sso"
    answer = offline.CheckConfig(provider_pb2.CheckRequest(urn=urn, news=struct(url="http://k", foo="1")))
    expected = "could not validate provider configuration: Invalid or unknown key. Examine values at 'sso.foo'."
    assert [failure.reason for failure in answer.failures] == [expected]


def test_the_configuration_asks_no_server_without_an_initial_login(
    unconfigured: provider_pb2_grpc.ResourceProviderStub,
) -> None:
    args = struct(**UNREACHABLE, rootCaCertificate="garbage")
    answer = unconfigured.Configure(provider_pb2.ConfigureRequest(args=args))
    assert json_format.MessageToDict(answer) == {"supportsPreview": True, "supportsAutonamingConfiguration": True}


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize("distant", ["url", "adminUrl"])
def test_a_server_on_another_machine_is_refused_in_four_parts(
    unconfigured: provider_pb2_grpc.ResourceProviderStub, no_proxies: None, distant: str
) -> None:
    args = struct(**UNREACHABLE | {distant: "https://canary:secret@sso.example.com/auth"})
    with pytest.raises(grpc.RpcError) as error:
        unconfigured.Configure(provider_pb2.ConfigureRequest(args=args))
    code, text = refusal(error)
    assert code == grpc.StatusCode.UNKNOWN
    assert [line.split(":")[0].strip() for line in text.splitlines()[1:]] == ["found", "allowed", "do"]
    assert "https://sso.example.com, which is not on this machine" in text
    assert "canary" not in text


SSO = struct(**UNREACHABLE | {"url": "https://sso.example.com"})


@pytest.mark.parametrize("variables", [{"MAAS_ALLOW_STAND_INS": "true"}, {"HTTPS_PROXY": "http://127.0.0.1:1"}])
def test_the_permission_or_a_proxy_on_this_machine_allows_a_server_on_another_one(
    unconfigured: provider_pb2_grpc.ResourceProviderStub,
    no_proxies: None,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert unconfigured.Configure(provider_pb2.ConfigureRequest(args=SSO)).supportsPreview


@pytest.mark.parametrize(
    "variables",
    [
        {"MAAS_ALLOW_STAND_INS": "no"},
        {"HTTPS_PROXY": "http://proxy.example.com:1"},
        {"HTTPS_PROXY": "http://127.0.0.1:1", "NO_PROXY": ".example.com"},
    ],
)
def test_nothing_else_allows_a_server_on_another_machine(
    unconfigured: provider_pb2_grpc.ResourceProviderStub,
    no_proxies: None,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(grpc.RpcError) as error:
        unconfigured.Configure(provider_pb2.ConfigureRequest(args=SSO))
    assert "not on this machine" in refusal(error)[1]


def test_the_plugin_says_that_it_is_a_stand_in(
    unconfigured: provider_pb2_grpc.ResourceProviderStub, capsys: pytest.CaptureFixture[str]
) -> None:
    unconfigured.Configure(provider_pb2.ConfigureRequest(args=struct(**UNREACHABLE)))
    assert capsys.readouterr().err == (
        "pulumi-resource-keycloak 6.13.0 is this project's stand-in, not the official plugin.\n"
    )


def test_an_initial_login_without_a_server_fails_without_the_password(
    unconfigured: provider_pb2_grpc.ResourceProviderStub,
) -> None:
    args = struct(**{**UNREACHABLE, "initialLogin": "true"})
    with pytest.raises(grpc.RpcError) as error:
        unconfigured.Configure(provider_pb2.ConfigureRequest(args=args))
    code, text = refusal(error)
    assert code == grpc.StatusCode.UNKNOWN
    assert text.startswith("error initializing keycloak provider: failed to perform initial login to Keycloak: Post ")
    assert "canary" not in text


def test_a_creation_without_a_server_reports_like_the_real_plugin(
    offline: provider_pb2_grpc.ResourceProviderStub,
) -> None:
    request = provider_pb2.CreateRequest(urn=ROLE, properties=struct(realmId="r", name="n"))
    with pytest.raises(grpc.RpcError) as error:
        offline.Create(request)
    assert refusal(error)[1].startswith("1 error occurred:\n\t* failed to perform initial login to Keycloak")


def test_a_look_up_with_unknown_arguments_asks_nobody(offline: provider_pb2_grpc.ResourceProviderStub) -> None:
    args = struct(realmId="04da6b54-80e4-46f7-96ec-b56ff0331ba9", clientId="c")
    answer = offline.Invoke(provider_pb2.InvokeRequest(tok="keycloak:openid/getClient:getClient", args=args))
    assert json_format.MessageToDict(answer) == {}
