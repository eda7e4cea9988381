"""One value of a Secret on standard output."""

import base64
from pathlib import Path

import pytest

from operations import secret
from operations.errors import OperationError
from tests.support.fake_cluster import fake_cluster

DOCUMENT = {
    "metadata": {"name": "key"},
    "data": {"user_key": base64.b64encode(b"canary").decode(), "blob": base64.b64encode(b"\xff\xfe").decode()},
}


def printed(tmp_path: Path, reference: str, key: str) -> int:
    with fake_cluster(tmp_path) as fake:
        fake.documents["/api/v1/namespaces/llm/secrets/key"] = DOCUMENT
        return secret.main(reference, key, str(fake.kubeconfig), None)


def test_the_value_is_printed_and_nothing_beside_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(tmp_path, "llm/key", "user_key") == 0
    assert capsys.readouterr() == ("canary", "")


@pytest.mark.parametrize(
    ("reference", "key", "told"),
    [
        ("key", "user_key", "NAMESPACE/NAME"),
        ("/key", "user_key", "NAMESPACE/NAME"),
        ("llm/", "user_key", "NAMESPACE/NAME"),
        ("llm/other", "user_key", "does not exist"),
        ("llm/key", "password", "it has blob, user_key"),
        ("llm/key", "blob", "no text"),
    ],
)
def test_what_cannot_be_printed_is_refused_without_a_value(tmp_path: Path, reference: str, key: str, told: str) -> None:
    with pytest.raises(OperationError, match=told) as refusal:
        printed(tmp_path, reference, key)
    assert "canary" not in str(refusal.value)


def test_a_relative_kubeconfig_is_below_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with fake_cluster(tmp_path) as fake:
        fake.documents["/api/v1/namespaces/llm/secrets/key"] = DOCUMENT
        monkeypatch.chdir(tmp_path)
        secret.main("llm/key", "user_key", fake.kubeconfig.name, None)
    assert capsys.readouterr().out == "canary"
