"""The cache folder: one entry per tool and key, complete or absent.

An entry is a folder `<tool>-<key>` that was filled elsewhere and renamed; its `entry.json` says what it is. The key is
a hash of everything the content depends on, so a changed lock file makes a new entry and keeps the others.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.failure import DiskFullError, is_disk_full

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ENTRY = "entry.json"
_PARTIAL = "partial"
_KEY_LENGTH = 16


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A complete entry: its folder, what it is, where it came from, seconds it took, bytes it has."""

    path: Path
    version: str
    source: str
    seconds: float
    size: int


def key_of(*parts: str | Path) -> str:
    """A hash of texts and of files' contents, in this order."""
    digest = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else part.encode()
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()[:_KEY_LENGTH]


class Cache:
    """The entries below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, tool: str, key: str) -> Path:
        """Where the entry is or will be."""
        return self.root / f"{tool}-{key}"

    def find(self, tool: str, key: str) -> Entry | None:
        """The complete entry, or None: never filled, or a file is missing or has changed its size since."""
        folder = self.folder(tool, key)
        try:
            found = json.loads((folder / _ENTRY).read_text(encoding="utf-8"))
            intact = all((folder / name).stat().st_size == size for name, size in found["files"].items())
        except (OSError, ValueError, KeyError):
            return None
        if not intact:
            return None
        return Entry(
            path=folder,
            version=found["version"],
            source=found["source"],
            seconds=found["seconds"],
            size=sum(found["files"].values()),
        )

    def fill(self, tool: str, key: str, *, version: str, source: str, content: Callable[[Path], None]) -> Entry:
        """Make the entry: `content` writes into the folder it is given; an error leaves nothing.

        Raises:
            DiskFullError: no space was left; whatever else `content` raises.
        """
        begin = time.monotonic()
        with self.scratch(tool) as scratch:
            folder = scratch / "entry"
            with reporting_full_disk(f"Filling the cache with {tool} {version}", self.root):
                folder.mkdir()
                content(folder)
                entry = {
                    "tool": tool,
                    "version": version,
                    "source": source,
                    "seconds": round(time.monotonic() - begin, 1),
                    "files": _sizes(folder),
                }
                (folder / _ENTRY).write_text(json.dumps(entry, indent=1) + "\n", encoding="utf-8")
            final = self.folder(tool, key)
            remove_tree(final)
            folder.rename(final)
        found = self.find(tool, key)
        if found is None:
            raise AssertionError(f"{final} was filled a moment ago and is not intact")
        return found

    @contextmanager
    def scratch(self, tool: str) -> Iterator[Path]:
        """An empty folder on the cache's disk, removed at the end."""
        parent = self.root / _PARTIAL
        parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f"{tool}-", dir=parent))
        try:
            yield folder
        finally:
            remove_tree(folder)

    def sweep(self) -> None:
        """Remove what interrupted runs left half done. Only for the holder of the cache's lock."""
        remove_tree(self.root / _PARTIAL)


@contextmanager
def reporting_full_disk(doing: str, path: Path) -> Iterator[None]:
    """Turn "no space left", ours or another program's, into a DiskFullError that names what was being done."""
    try:
        yield
    except DiskFullError:
        raise
    except Exception as error:
        if is_disk_full(error):
            raise DiskFullError(doing, path) from error
        raise


def remove_tree(folder: Path) -> None:
    """Remove a folder with all it holds, read-only folders (Go's module cache) included; gone already is fine."""
    if not folder.exists():
        return

    def retry_writable(function: Callable[[str], object], name: str, _error: object) -> None:
        Path(name).parent.chmod(stat.S_IRWXU)
        Path(name).chmod(stat.S_IRWXU)
        function(name)

    shutil.rmtree(folder, onerror=retry_writable)


def _sizes(folder: Path) -> dict[str, int]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.stat().st_size for path in files}
