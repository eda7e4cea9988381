from __future__ import annotations

import base64
import json
import stat
from pathlib import Path

import pytest

from sandbox.kube import control_plane
from sandbox.layout import Layout
from sandbox.manifest import Tools

_TOOLS = Tools(etcd=Path("/bin/etcd"), kube_apiserver=Path("/bin/api"), kube_controller_manager=Path("/bin/kcm"))
_PORTS = control_plane.Ports(etcd=1, etcd_peer=2, api=3)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    found = Layout.at(tmp_path)
    found.create()
    return found


def test_everything_listens_on_loopback(layout: Layout) -> None:
    who = control_plane.identities(layout)
    etcd = control_plane.etcd(_TOOLS, layout, _PORTS)
    api = control_plane.api_server(_TOOLS, layout, _PORTS, who)
    manager = control_plane.controller_manager(_TOOLS, layout, who)
    assert {word.partition("=")[2] for word in etcd.argv if word.startswith("--listen")} == {
        "http://127.0.0.1:1",
        "http://127.0.0.1:2",
    }
    assert "--bind-address=127.0.0.1" in api.argv
    assert "--advertise-address=127.0.0.1" in api.argv
    assert "--secure-port=0" in manager.argv


def test_no_argument_holds_a_secret(layout: Layout) -> None:
    who = control_plane.identities(layout)
    keys = [path.read_text().splitlines()[1] for path in layout.pki.glob("*.key")]
    words = " ".join(control_plane.api_server(_TOOLS, layout, _PORTS, who).argv)
    assert len(keys) >= 6
    assert not any(key in words for key in keys)


def test_own_parts_are_left_out_of_the_audit_and_people_are_not(layout: Layout) -> None:
    rules = control_plane.audit_policy()["rules"]
    assert isinstance(rules, list)
    assert rules[0] == {"level": "None", "users": list(control_plane._OWN_USERS)}
    assert rules[-1] == {"level": "Metadata"}


def test_a_kubeconfig_is_whole_and_private(layout: Layout) -> None:
    who = control_plane.identities(layout)
    control_plane.write_kubeconfigs(layout, who, 4321)
    found = json.loads(layout.kubeconfig.read_text())
    cluster = found["clusters"][0]["cluster"]
    assert cluster["server"] == "https://127.0.0.1:4321"
    assert base64.b64decode(cluster["certificate-authority-data"]).decode() == who.authority.pem
    assert stat.S_IMODE(layout.kubeconfig.stat().st_mode) == 0o600
    assert (layout.pki / "operators.kubeconfig").exists()
