"""Whether a pending create happened in the cluster or in 3scale, and whether what is there is ours."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from operations.cluster import Access, connect
from operations.errors import OperationError
from operations.recover import lookup
from operations.recover.deployment import Found, PendingCreate
from tests.support.fake_cluster import FakeCluster, fake_cluster
from tests.support.http_fake import Answer, Fake, serving

TOKEN = "canary-access-token"
BACKEND = {"id": 11, "system_name": "llama", "name": "Llama", "private_endpoint": "http://llama:80", "description": ""}
DECLARED = {"system_name": "llama", "name": "Llama", "private_endpoint": "http://llama:80"}


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THREESCALE_ADMIN_URL", raising=False)
    monkeypatch.delenv("THREESCALE_ACCESS_TOKEN", raising=False)


def secret(**inputs: Any) -> PendingCreate:  # noqa: ANN401 (JSON)
    given = {"apiVersion": "v1", "kind": "Secret", "metadata": {"namespace": "llm", "name": "key"}, **inputs}
    return PendingCreate(urn="urn::x::key", type="kubernetes:core/v1:Secret", inputs=given, provider={})


def asked(fake: FakeCluster, create: PendingCreate, *managers: str) -> Found | None:
    fake.documents["/api/v1"] = {
        "resources": [
            {"kind": "Secret", "name": "secrets", "namespaced": True},
            {"kind": "Namespace", "name": "namespaces", "namespaced": False},
        ]
    }
    fields = [{"manager": manager} for manager in managers]
    if managers:
        fake.documents["/api/v1/namespaces/llm/secrets/key"] = {
            "metadata": {"namespace": "llm", "name": "key", "managedFields": fields}
        }
        fake.documents["/api/v1/namespaces/llm"] = {"metadata": {"name": "llm", "managedFields": fields}}
    return lookup.kubernetes(connect(Access(kubeconfig=str(fake.kubeconfig))))(create)


def test_an_object_of_this_programs_plugin_is_ours(tmp_path: Path) -> None:
    with fake_cluster(tmp_path) as fake:
        assert asked(fake, secret(), "kubectl", "pulumi-kubernetes") == Found(identity="llm/key")
        assert {method for method, _ in fake.requests} == {"GET"}


def test_an_object_without_namespace_has_its_name_as_id(tmp_path: Path) -> None:
    with fake_cluster(tmp_path) as fake:
        create = secret(kind="Namespace", metadata={"name": "llm"})
        assert asked(fake, create, "pulumi-kubernetes") == Found(identity="llm")


def test_an_object_that_others_made_is_none_of_ours(tmp_path: Path) -> None:
    with fake_cluster(tmp_path) as fake:
        assert asked(fake, secret(), "kubectl") is None


def test_an_object_that_is_not_there_was_not_made(tmp_path: Path) -> None:
    with fake_cluster(tmp_path) as fake:
        assert asked(fake, secret()) is None


@pytest.mark.parametrize("inputs", [{"metadata": {}}, {"kind": ""}, {"apiVersion": ""}])
def test_a_create_of_no_single_object_is_refused_by_name(tmp_path: Path, inputs: dict[str, Any]) -> None:
    with fake_cluster(tmp_path) as fake, pytest.raises(OperationError, match="Secret key"):
        asked(fake, secret(**inputs))


def tenant(_method: str, path: str, _body: bytes) -> Answer:
    if path.startswith("/admin/api/backend_apis.json"):
        return 200, {"backend_apis": [{"backend_api": BACKEND}]}
    if path.startswith("/admin/api/backend_apis/11.json"):
        return 200, {"backend_api": BACKEND}
    return 404, {"status": "Not found"}


def backend(**inputs: str) -> PendingCreate:
    kind = "pulumi-python:dynamic/threescale:Backend"
    return PendingCreate(urn="urn::x::llama", type=kind, inputs={**DECLARED, **inputs}, provider={})


def found(fake: Fake, create: PendingCreate) -> Found | None:
    return lookup.threescale({"adminUrl": fake.url, "accessToken": TOKEN})(create)


def test_a_backend_as_declared_is_ours() -> None:
    with serving(tenant) as fake:
        assert found(fake, backend()) == Found(identity="11", ours=True)
        assert {method for method, _ in fake.asked} == {"GET"}


def test_a_backend_of_the_name_with_other_fields_may_be_somebody_elses() -> None:
    with serving(tenant) as fake:
        assert found(fake, backend(private_endpoint="http://elsewhere:80")) == Found(identity="11", ours=False)


def test_a_backend_that_was_being_adopted_is_taken_over_as_it_is() -> None:
    with serving(tenant) as fake:
        inputs = {**DECLARED, "private_endpoint": "http://elsewhere:80", "adopt": True}
        assert found(fake, replace(backend(), inputs=inputs)) == Found(identity="11", ours=True)


def test_a_backend_of_another_name_was_not_made() -> None:
    with serving(tenant) as fake:
        assert found(fake, backend(system_name="other")) is None


def test_the_environment_wins_over_the_state(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(tenant) as fake:
        monkeypatch.setenv("THREESCALE_ADMIN_URL", fake.url)
        monkeypatch.setenv("THREESCALE_ACCESS_TOKEN", TOKEN)
        assert lookup.threescale({})(backend()) == Found(identity="11")


def test_a_provider_without_an_address_is_refused_in_words() -> None:
    with pytest.raises(OperationError, match="adminUrl"):
        lookup.threescale({})


def test_a_refusal_of_3scale_is_told_without_the_token() -> None:
    with serving(lambda *_: (403, {"error": "Your access token does not have the correct permissions"})) as fake:
        with pytest.raises(OperationError, match="refused") as refusal:
            found(fake, backend())
        assert TOKEN not in str(refusal.value)


def test_a_gate_makes_nothing() -> None:
    assert lookup.nothing(backend()) is None


TOKEN_TYPE = "pulumi-python:dynamic/threescale:AccessToken"
MADE = {"id": 12, "name": "automation", "scopes": ["stats"], "permission": "ro"}


class Tokens:
    """A tenant with two tokens, the program's own and one that a killed run made."""

    def __init__(self) -> None:
        own = {"id": 1, "name": "own", "scopes": ["account_management"], "permission": "rw"}
        self.held: list[dict[str, Any]] = [own, MADE]

    def __call__(self, method: str, path: str, _body: bytes) -> Answer:
        if method == "DELETE":
            id_ = int(path.rpartition("/")[2].partition(".")[0])
            self.held = [one for one in self.held if one["id"] != id_]
            return 200, {}
        if path.startswith("/admin/api/personal/access_tokens.json"):
            return 200, {"access_tokens": [{"access_token": one} for one in self.held]}
        return 404, {"status": "Not found"}


def token(**inputs: Any) -> PendingCreate:  # noqa: ANN401 (JSON)
    declared = {"name": "automation", "scopes": ["stats"], "permission": "ro", **inputs}
    return PendingCreate(urn="urn::x::token", type=TOKEN_TYPE, inputs=declared, provider={})


def test_a_token_is_found_to_be_discarded_and_nothing_else_is() -> None:
    tokens = Tokens()
    with serving(tokens) as fake:
        made = found(fake, token())
        assert made is not None
        assert (made.identity, made.ours) == ("12", True)
        assert {method for method, _ in fake.asked} == {"GET"}
        assert made.discard is not None
        made.discard()
    assert [one["name"] for one in tokens.held] == ["own"]


def test_a_token_that_is_to_be_replaced_anyway_is_left_to_the_next_create() -> None:
    with serving(Tokens()) as fake:
        assert found(fake, token(permission="rw", adopt=True)) is None


def test_a_token_of_other_rights_may_be_somebody_elses() -> None:
    with serving(Tokens()) as fake:
        made = found(fake, token(permission="rw"))
        assert made is not None
        assert not made.ours


@pytest.mark.usefixtures("impatient")
def test_a_token_that_cannot_be_discarded_is_told_in_words() -> None:
    with serving(Tokens()) as fake:
        made = found(fake, token())
    assert made is not None
    assert made.discard is not None
    with pytest.raises(OperationError, match=r"DELETE .*/personal/access_tokens/12\.json: no answer"):
        made.discard()
