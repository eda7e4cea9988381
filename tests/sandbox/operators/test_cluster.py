"""Keys of a kubeconfig are used and not left on disk."""

import tempfile
from pathlib import Path

import pytest

from sandbox.operators.cluster import Cluster
from sandbox.operators.kinds import Kind
from tests.support.client_certificate_server import client_certificate_server


def test_inline_keys_are_used_and_leave_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    with client_certificate_server(tmp_path) as kubeconfig:
        cluster = Cluster(str(kubeconfig), connections=1)
        assert list(scratch.iterdir()) == []
        with pytest.raises(KeyError, match="items"):  # it answers, with an object that is no list
            cluster.snapshot(Kind("v1", "Secret", "secrets"))
        cluster.close()
    assert list(scratch.iterdir()) == []
