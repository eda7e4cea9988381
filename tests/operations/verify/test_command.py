"""`verify` from the stack's outputs to the lines a person pastes."""

import base64
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from operations.cluster import Access
from operations.errors import OperationError
from operations.verify import command
from operations.verify.pasted import Entry, curl
from tests.operations.fake_pulumi import FakePulumi, fake_pulumi
from tests.support.fake_cluster import FakeCluster, fake_cluster
from tests.support.http_fake import Answer, Fake, serving

KEY, PASSWORD, TOKEN, CLIENT = "canary-key", "canary-password", "canary-token", "canary-client-secret"
MODEL = {"served_model_name": "llama", "production_url": "https://llama.apps.maas.test:443", "system_name": "llama"}
ENTRY = Entry(namespace="maas-consumers", name="dev1-key", key="user_key")
ACCESS = Access(kubeconfig="/k", context="c")


def platform() -> Any:  # noqa: ANN401 (a closure for the fake)
    """Gateway and 3scale at one address; each of the two calls is counted as seven tokens."""
    calls: list[str] = []

    def answer(_method: str, path: str, body: bytes) -> Answer:
        if path == "/v1/models":
            return 200, {"data": [{"id": "llama"}]}
        if path == "/v1/chat/completions":
            calls.append(path)
            if b'"stream": true' in body:
                return 200, b'data: {"usage": {"total_tokens": 7}}\n\ndata: [DONE]\n\n'
            return 200, {"usage": {"total_tokens": 7}}
        if path.startswith("/admin/api/services.json"):
            return 200, {"services": [{"service": {"id": 31, "system_name": "llama"}}]}
        return 200, {"total": 7 * len(calls)}

    return answer


def base64ed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCluster]:
    secrets = {
        "maas-consumers/secrets/dev1-key": {"user_key": KEY},
        "tenant/secrets/system-seed": {"ADMIN_PASSWORD": PASSWORD},
        "keycloak/secrets/keycloak-automation": {"client-id": "maas-automation", "client-secret": CLIENT},
    }
    with fake_cluster(tmp_path) as fake:
        for path, data in secrets.items():
            document = {"metadata": {}, "data": {key: base64ed(value) for key, value in data.items()}}
            fake.documents[f"/api/v1/namespaces/{path}"] = document
        monkeypatch.setenv("KUBECONFIG", str(fake.kubeconfig))
        yield fake


def stack(pulumi: FakePulumi, fake: Fake, **changes: Any) -> None:  # noqa: ANN401 (JSON)
    outputs = {
        "models": [{**MODEL, "production_url": fake.url}],
        "test_application_keys": {
            "dev1/a": {"model": "llama", "namespace": "maas-consumers", "name": "dev1-key", "key": "user_key"}
        },
        "portal_url": "https://maas.apps.maas.test",
        "threescale_admin_url": fake.url,
        "identity_issuer_url": "https://sso.apps.maas.test/realms/maas",
        **changes,
    }
    pulumi.answer("stack", "output", output=outputs)
    settings = {
        "maas:cluster": {"value": '{"wildcardDomain": "apps.maas.test"}'},
        "maas:namespaces": {"value": '{"threescale": "tenant"}'},
        "maas:threescaleSeedToken": {"value": TOKEN, "secret": True},
    }
    pulumi.answer("config", output=settings)


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakePulumi:
    return fake_pulumi(tmp_path, monkeypatch)


def said(pulumi: FakePulumi, capsys: pytest.CaptureFixture[str], **changes: Any) -> str:  # noqa: ANN401 (JSON)
    with serving(platform()) as fake:
        stack(pulumi, fake, **changes)
        assert command.main("dev") == 0
    return capsys.readouterr().out


@pytest.mark.usefixtures("cluster")
def test_it_ends_with_the_addresses_and_how_to_read_the_passwords(
    pulumi: FakePulumi, capsys: pytest.CaptureFixture[str]
) -> None:
    text = said(pulumi, capsys)
    assert "3scale counted 14 tokens for the two calls" in text
    assert "Developer portal: https://maas.apps.maas.test\n" in text
    assert "3scale admin portal: http://127.0.0.1:" in text
    assert "Keycloak: https://sso.apps.maas.test\n" in text
    assert text.index("\ncurl ") < text.index("Developer portal")
    assert not [canary for canary in (KEY, PASSWORD, TOKEN, CLIENT) if canary in text]


@pytest.mark.usefixtures("cluster")
def test_every_printed_line_prints_its_value_from_any_directory(
    pulumi: FakePulumi, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [line.strip() for line in said(pulumi, capsys).splitlines() if line.strip().startswith("(cd ")]
    done = [
        subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True, cwd="/", env={})
        for line in lines
    ]
    assert [run.stdout for run in done] == [PASSWORD, "maas-automation", CLIENT]


@pytest.mark.usefixtures("cluster")
def test_without_an_identity_server_there_is_no_line_for_one(
    pulumi: FakePulumi, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Keycloak" not in said(pulumi, capsys, identity_issuer_url=None)


@pytest.mark.parametrize("changes", [{"models": []}, {"test_application_keys": {}}])
def test_a_stack_without_anything_to_call_is_refused(
    pulumi: FakePulumi, capsys: pytest.CaptureFixture[str], changes: dict[str, Any]
) -> None:
    with pytest.raises(OperationError, match="one of each is needed"):
        said(pulumi, capsys, **changes)


def test_the_printed_line_reads_the_key_when_it_runs() -> None:
    line = curl(MODEL, ENTRY, ACCESS, {"HTTPS_PROXY": "http://127.0.0.1:1", "SSL_CERT_FILE": "/ca.pem"})
    assert line.startswith("curl -sS --proxy http://127.0.0.1:1 --cacert /ca.pem ")
    assert "-m operations secret --kubeconfig /k --context c maas-consumers/dev1-key user_key)" in line


def test_the_key_reaches_curl_and_is_in_nobodys_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = uuid.uuid4().hex
    reader, seen = tmp_path / "reader", tmp_path / "curl"
    reader.write_text(f"#!/bin/sh\nprintf {key}")
    # What every user's process list shows while curl runs; the pattern does not match the arguments of grep itself.
    seen.write_text(
        '#!/bin/bash\nfor word in "$@"; do case "$word" in @*) echo "header: $(cat "${word#@}")";; esac; done\n'
        f"cat /proc/[0-9]*/cmdline 2>/dev/null | grep --text --count '[{key[0]}]{key[1:]}' || true\n"
    )
    for script in (reader, seen):
        script.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(reader))
    line = curl(MODEL, ENTRY, ACCESS, {})
    run = ["bash", "-c", line.replace("curl ", f"{seen} ", 1)]
    done = subprocess.run(run, capture_output=True, text=True, check=True, cwd="/", timeout=30)
    assert done.stdout == f"header: Authorization: Bearer {key}\n0\n"
