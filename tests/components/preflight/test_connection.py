"""Keys of a kubeconfig are used and not left on disk."""

import tempfile
from pathlib import Path

import pytest

from components.preflight.reader import ClusterReader
from tests.support.client_certificate_server import client_certificate_server


def test_inline_keys_are_used_and_leave_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    with client_certificate_server(tmp_path) as kubeconfig:
        reader = ClusterReader(kubeconfig, None)
        assert list(scratch.iterdir()) == []
        assert reader.read("/") == {"kind": "Greeting"}
    assert list(scratch.iterdir()) == []
