"""Archives: what is taken out of them, and what is refused."""

import re
import tarfile
from pathlib import Path

import pytest

from tests.toolchain.machine import everything_below, tarred, zipped
from toolchain.archives import published_sum, unpack, verify
from toolchain.failure import ChecksumError, ToolchainError


def test_only_the_named_folder_is_taken(tmp_path: Path) -> None:
    archive = tmp_path / "a.tar.gz"
    archive.write_bytes(tarred({"pulumi/pulumi": b"x", "pulumi/sub/y": b"y", "other": b"z", "pulumi-other/z": b"z"}))
    unpack(archive, tmp_path / "into", "pulumi")
    assert everything_below(tmp_path / "into") == {"pulumi", "sub/y"}
    assert (tmp_path / "into" / "pulumi").stat().st_mode & 0o111


def test_a_zip_keeps_the_executable_bit(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(zipped({"k/bin/kc.sh": b"x", "k/README": b"y"}, executable="k/bin/kc.sh"))
    unpack(archive, tmp_path / "into", "k")
    assert (tmp_path / "into" / "bin" / "kc.sh").stat().st_mode & 0o111
    assert not (tmp_path / "into" / "README").stat().st_mode & 0o111


def test_any_other_file_is_a_program_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "kube-apiserver").write_bytes(b"x")
    unpack(tmp_path / "kube-apiserver", tmp_path / "into")
    assert (tmp_path / "into" / "kube-apiserver").stat().st_mode & 0o111


@pytest.mark.parametrize("name", ["../out", "pulumi/../../out", "/out"])
@pytest.mark.parametrize("kind", ["a.tar.gz", "a.zip"])
def test_a_member_that_leads_out_is_refused(tmp_path: Path, name: str, kind: str) -> None:
    content = tarred({name: b"x"}) if kind == "a.tar.gz" else zipped({name: b"x"})
    (tmp_path / kind).write_bytes(content)
    with pytest.raises(ToolchainError, match="leads out of the folder"):
        unpack(tmp_path / kind, tmp_path / "deep" / "into")
    assert not (tmp_path / "deep" / "out").exists()


def test_links_in_an_archive_are_not_made(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc"
        archive.addfile(link)
    with pytest.raises(ToolchainError, match="it holds nothing"):
        unpack(tmp_path / "a.tar.gz", tmp_path / "into")


@pytest.mark.parametrize("kind", ["a.tar.gz", "a.zip"])
def test_a_damaged_archive_is_named_with_its_place(tmp_path: Path, kind: str) -> None:
    (tmp_path / kind).write_bytes(b"not an archive")
    with pytest.raises(ToolchainError, match=re.escape(str(tmp_path / kind))):
        unpack(tmp_path / kind, tmp_path / "into")


def test_a_wrong_sum_names_both_sums(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    with pytest.raises(ChecksumError, match=r"found: {3}SHA-256 2d711642") as caught:
        verify(tmp_path / "a", "00", "the mirror")
    assert "allowed: SHA-256 00" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("AB  a.zip\ncd  b.zip\n", "ab"),
        ("cd *a.zip\n", "cd"),
        ("ef\n", "ef"),
        ("ab  b.zip\n", None),
        ("ab\ncd\n", None),
        ("", None),
    ],
)
def test_published_sums_are_read_as_sha256sum_writes_them(text: str, found: str | None) -> None:
    assert published_sum(text, "a.zip") == found
