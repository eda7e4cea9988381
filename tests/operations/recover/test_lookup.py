"""Whether a pending create happened in the cluster or in 3scale, and whether what is there is ours."""

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
