from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.lifecycle import clean
from sandbox.ownership import MARKER, claim, clean_command

if TYPE_CHECKING:
    from pathlib import Path


def test_a_claimed_folder_is_claimed_again_and_removed(tmp_path: Path) -> None:
    layout = Layout.at(tmp_path / "sandbox")
    claim(layout)
    (layout.root / "state").write_text("")
    claim(layout)
    clean(layout)
    assert not layout.root.exists()


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    claim(Layout.at(tmp_path))
    assert (tmp_path / MARKER).is_file()


def test_a_folder_without_the_marker_is_kept(tmp_path: Path) -> None:
    for name in ("pids", "pki"):
        (tmp_path / name).mkdir()
    (tmp_path / "progress.jsonl").write_text("")
    with pytest.raises(SandboxError, match="does not look like a sandbox"):
        clean(Layout.at(tmp_path))
    assert (tmp_path / "progress.jsonl").exists()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    claim(Layout.at(tmp_path / "real"))
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(SandboxError, match="symbolic link"):
        clean(Layout.at(tmp_path / "link"))
    assert (tmp_path / "real" / MARKER).exists()


@pytest.mark.parametrize("home", [".", "below"])
def test_a_home_folder_and_what_is_above_it_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str) -> None:
    claim(Layout.at(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path / home))
    with pytest.raises(SandboxError, match="home folder"):
        clean(Layout.at(tmp_path))
    assert (tmp_path / MARKER).exists()


@pytest.mark.parametrize("place", [".git", "deep/inside/.git"])
def test_a_folder_with_a_repository_is_kept(tmp_path: Path, place: str) -> None:
    claim(Layout.at(tmp_path))
    (tmp_path / place).mkdir(parents=True)
    with pytest.raises(SandboxError, match="a repository lies in it"):
        clean(Layout.at(tmp_path))
    assert (tmp_path / place).exists()


def test_the_remedy_names_the_folder(tmp_path: Path) -> None:
    assert clean_command(Layout.at(tmp_path / "a b")).endswith(f"--dir '{tmp_path}/a b'")
