from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from sandbox import users
from sandbox.cli import main
from sandbox.errors import SandboxError
from sandbox.layout import Layout

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.running_sandbox import RunningSandbox

REVIEWS = "/apis/authentication.k8s.io/v1/selfsubjectreviews"


@pytest.mark.parametrize("name", ["", "../admin", "system:masters", "a/b", "-x", "x" * 64])
def test_a_name_that_is_no_file_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SandboxError, match="allowed: 1 to 63 letters"):
        users.issue(Layout.at(tmp_path), name)
    assert list(tmp_path.iterdir()) == []


def test_a_sandbox_that_was_never_started_has_no_users(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["user", "deployer", "--dir", str(tmp_path / "none")]) == 1
    assert "python -m sandbox start" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


@pytest.mark.e2e
def test_a_new_user_is_known_by_name_and_may_do_nothing(
    cluster: RunningSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["user", "visitor", "--dir", str(cluster.layout.root)]) == 0
    path = cluster.layout.users / "visitor.kubeconfig"
    assert capsys.readouterr().out == f"{path}\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    server = json.loads(path.read_text())["clusters"][0]["cluster"]["server"]
    assert server == json.loads(cluster.layout.kubeconfig.read_text())["clusters"][0]["cluster"]["server"]

    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    told = cluster.kube("POST", REVIEWS, asked, certificate="user-visitor").json()["status"]["userInfo"]
    assert (told["username"], told["groups"]) == ("visitor", ["system:authenticated"])
    refused = cluster.kube("GET", "/api/v1/namespaces", certificate="user-visitor")
    assert refused.status == 403
    assert 'User "visitor" cannot list resource "namespaces"' in refused.json()["message"]
