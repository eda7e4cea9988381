"""Cache entries are complete or absent."""

import errno
import stat
from pathlib import Path

import pytest

from toolchain.cache import Cache, key_of, remove_tree
from toolchain.failure import DiskFullError


def fill(cache: Cache, text: str = "x") -> Path:
    def content(into: Path) -> None:
        (into / "tool").write_text(text, encoding="utf-8")

    return cache.fill("tool", "key", version="1", source="a test", content=content).path


def test_an_entry_is_found_with_what_it_is(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    assert cache.find("tool", "key") is None
    fill(cache)
    entry = cache.find("tool", "key")
    assert entry is not None
    assert (entry.path, entry.version, entry.source, entry.size) == (tmp_path / "tool-key", "1", "a test", 1)


def test_an_error_leaves_nothing(tmp_path: Path) -> None:
    cache = Cache(tmp_path)

    def content(into: Path) -> None:
        (into / "tool").write_text("half", encoding="utf-8")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        cache.fill("tool", "key", version="1", source="a test", content=content)
    assert [path.name for path in tmp_path.rglob("*")] == ["partial"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_names_what_was_being_done(tmp_path: Path, number: int) -> None:
    def content(_into: Path) -> None:
        raise OSError(number, "full")

    with pytest.raises(DiskFullError, match="Filling the cache with tool 1 needs space under"):
        Cache(tmp_path).fill("tool", "key", version="1", source="a test", content=content)


@pytest.mark.parametrize("damage", ["missing", "short", "no entry"])
def test_a_damaged_entry_counts_as_absent_and_can_be_filled_again(tmp_path: Path, damage: str) -> None:
    cache = Cache(tmp_path)
    folder = fill(cache)
    if damage == "short":
        (folder / "tool").write_text("", encoding="utf-8")
    else:
        (folder / ("tool" if damage == "missing" else "entry.json")).unlink()
    assert cache.find("tool", "key") is None
    fill(cache)
    assert cache.find("tool", "key") is not None


def test_read_only_folders_are_removed_too(tmp_path: Path) -> None:
    folder = tmp_path / "mod" / "module"
    folder.mkdir(parents=True)
    (folder / "file").touch()
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    (tmp_path / "mod").chmod(stat.S_IRUSR | stat.S_IXUSR)
    remove_tree(tmp_path / "mod")
    assert not (tmp_path / "mod").exists()
    remove_tree(tmp_path / "mod")


def test_keys_tell_parts_apart(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("ab", encoding="utf-8")
    assert key_of("ab", "c") != key_of("a", "bc")
    assert key_of(tmp_path / "file") == key_of("ab")
