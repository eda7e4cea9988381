import hashlib
from pathlib import Path

import pytest

from dynamic_providers.threescale.errors import ThreescaleError
from dynamic_providers.threescale.portal_file import content, stored_name


def declared(source: str, data: bytes) -> dict[str, str]:
    return {"source": source, "sha256": hashlib.sha256(data).hexdigest()}


def test_the_name_of_an_upload_carries_the_checksum_and_keeps_the_ending() -> None:
    sha256 = "0123456789abcdef" * 4
    assert stored_name("/images/logo.png", sha256) == "logo.0123456789ab.png"
    assert stored_name("/a/b c+d", sha256) == "b_c_d.0123456789ab"


def test_the_bytes_are_those_below_the_programs_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "portal").mkdir()
    (tmp_path / "portal" / "x.bin").write_bytes(b"\x00\xff")
    assert content("/x.bin", declared("portal/x.bin", b"\x00\xff")) == b"\x00\xff"


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "outside").write_bytes(b"canary")
    folder = tmp_path / "program"
    folder.mkdir()
    (folder / "inside").symlink_to(tmp_path / "outside")
    monkeypatch.chdir(folder)
    with pytest.raises(ThreescaleError, match="`inside` is no file there") as refusal:
        content("/x", declared("inside", b"canary"))
    assert "canary" not in str(refusal.value)
