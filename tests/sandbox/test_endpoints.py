from __future__ import annotations

import json
import stat
import subprocess
from pathlib import Path

import pytest

from sandbox.endpoints import Addresses, write_endpoints
from sandbox.kube.pki import Authority
from sandbox.layout import Layout
from sandbox.manifest import Tools

_ADDRESSES = Addresses(domain="apps.maas.test", proxy_port=1111, control_port=2222)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    found = Layout.at(tmp_path / "with a blank")
    found.create()
    tools = Tools(
        etcd=Path("/e"),
        kube_apiserver=Path("/a"),
        kube_controller_manager=Path("/c"),
        bin=Path("/tools/bin"),
        pulumi_home=Path("/tools/pulumi-home"),
        environment={"PULUMI_SKIP_UPDATE_CHECK": "1"},
    )
    write_endpoints(found, _ADDRESSES, tools, Authority(found.pki, "router-ca").pem)
    return found


def _sourced(layout: Layout, prepared: dict[str, str]) -> dict[str, str]:
    words = ["/bin/sh", "-c", f". '{layout.env}'; env -0"]
    shown = subprocess.run(words, check=True, capture_output=True, env={"PATH": "/usr/bin:/bin"} | prepared, text=True)
    return dict(line.split("=", 1) for line in shown.stdout.split("\0") if line)


def test_the_endpoints_have_the_agreed_keys(layout: Layout) -> None:
    found = json.loads(layout.endpoints.read_text())
    assert set(found) == {"domain", "kubeconfig", "ca_file", "proxy", "threescale", "keycloak", "control_url"}
    assert found["threescale"] == {
        "admin_url": "https://maas-admin.apps.maas.test",
        "control_url": "http://127.0.0.1:2222/threescale",
    }
    assert found["keycloak"] == {"url": "https://sso.apps.maas.test"}


def test_files_that_lead_to_secrets_are_the_owners_alone(layout: Layout) -> None:
    for path in (layout.endpoints, layout.env, layout.passphrase, layout.pki / "router-ca.key"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE(layout.root.stat().st_mode) == 0o700


def test_the_environment_keeps_loopback_off_the_proxy(layout: Layout) -> None:
    found = _sourced(layout, {"HTTPS_PROXY": "http://company", "SSL_CERT_FILE": "/other"})
    assert found["HTTPS_PROXY"] == found["https_proxy"] == "http://127.0.0.1:1111"
    assert found["NO_PROXY"] == found["no_proxy"] == "127.0.0.1,localhost,::1"
    assert found["SSL_CERT_FILE"] == found["REQUESTS_CA_BUNDLE"] == str(layout.ca_bundle)
    assert found["PULUMI_BACKEND_URL"] == f"file://{layout.root}/pulumi-state"
    assert found["PATH"].split(":")[0] == "/tools/bin"
    assert found["PULUMI_SKIP_UPDATE_CHECK"] == "1"
    assert (layout.root / "pulumi-state").is_dir()


def test_nothing_of_a_persons_shell_leads_to_a_real_system(layout: Layout) -> None:
    elsewhere = {
        "THREESCALE_ADMIN_URL": "https://maas-admin.example.com",
        "THREESCALE_ACCESS_TOKEN": "canary",
        "KEYCLOAK_URL": "https://sso.example.com",
        "PULUMI_CONFIG_PASSPHRASE": "canary",
        "ALL_PROXY": "http://company",
    }
    assert set(_sourced(layout, elsewhere)) & set(elsewhere) == set()


def test_what_a_killed_program_leaves_goes_with_the_sandbox(layout: Layout) -> None:
    folder = Path(_sourced(layout, {})["TMPDIR"])
    assert folder.is_dir()
    assert folder.is_relative_to(layout.root)


def test_nothing_marks_a_users_shell_as_part_of_the_sandbox(layout: Layout) -> None:
    assert "SANDBOX_SUPERVISED_BY" not in _sourced(layout, {})


def test_the_bundle_has_our_authority_last(layout: Layout) -> None:
    assert layout.ca_bundle.read_text().endswith(layout.ca.read_text())


def test_the_passphrase_is_made_once(layout: Layout) -> None:
    before = layout.passphrase.read_text()
    tools = Tools(etcd=Path("/e"), kube_apiserver=Path("/a"), kube_controller_manager=Path("/c"))
    write_endpoints(layout, _ADDRESSES, tools, layout.ca.read_text())
    assert layout.passphrase.read_text() == before
    assert len(before) >= 32
