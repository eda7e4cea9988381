"""A site's mirror: a folder or URL with `plugins/` (official archives under official names) and optionally `crds/`."""

from __future__ import annotations

import urllib.parse
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain import archives
from toolchain.failure import SourceUnavailableError, ToolchainError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from toolchain.catalogue import Tool
    from toolchain.official import Downloads

_VARIABLE = "PLUGIN_MIRROR"


class Mirror:
    """The mirror that `PLUGIN_MIRROR` names."""

    def __init__(self, place: str, downloads: Downloads) -> None:
        self.name = without_password(place)
        """The place as it may be shown."""
        self._place = place
        self._downloads = downloads
        self._is_url = bool(urllib.parse.urlsplit(place).netloc)
        if not self._is_url and not Path(place).expanduser().is_dir():
            raise ToolchainError(
                asked=f"{_VARIABLE} names a site's mirror.",
                wrong=f"{place!r} is no folder",
                allowed="a folder, or a URL with https:// or http://, that holds plugins/ and optionally crds/",
                remedy=f"correct {_VARIABLE}, or unset it to do without a mirror",
            )

    @classmethod
    def of(cls, environ: Mapping[str, str], downloads: Downloads) -> Mirror | None:
        """The configured mirror, or None.

        Raises:
            ToolchainError: `PLUGIN_MIRROR` names a folder that does not exist.
        """
        place = environ.get(_VARIABLE, "").strip()
        return cls(place, downloads) if place else None

    def archive(self, tool: Tool, into: Path) -> Path:
        """The tool's official archive, its sum checked where one is pinned or lies beside it.

        Raises:
            SourceUnavailableError: the mirror does not have it.
            ChecksumError: it is not the pinned file.
        """
        path = self._file(f"plugins/{tool.archive}", into, tool.name)
        expected = tool.sha256 or self._sum_beside(tool, into)
        if expected:
            archives.verify(path, expected, f"the mirror {self.name}")
        return path

    def crds(self, names: Iterable[str], into: Path) -> int:
        """Copy the definitions the mirror has into `into`; returns how many there were.

        A folder is copied whole (every `crds/<group>/<plural>.yaml`); a URL is asked for `names`.
        """
        if not self._is_url:
            folder = Path(self._place).expanduser() / "crds"
            names = [str(path.relative_to(folder)) for path in sorted(folder.rglob("*.yaml"))]
        return sum(self._crd(name, into) for name in names)

    def _crd(self, name: str, into: Path) -> bool:
        target = into / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            path = self._file(f"crds/{name}", target.parent)
        except SourceUnavailableError:
            return False
        target.write_bytes(path.read_bytes())
        return True

    def _sum_beside(self, tool: Tool, into: Path) -> str | None:
        """The sum in `<archive>.sha256` or in the vendor's file of sums, if the mirror holds one."""
        for name in (f"{tool.archive}.sha256", tool.checksums):
            if not name:
                continue
            try:
                text = self._file(f"plugins/{name}", into).read_text(encoding="utf-8")
            except SourceUnavailableError:
                continue
            if found := archives.published_sum(text, tool.archive):
                return found
        return None

    def _file(self, name: str, into: Path, label: str = "") -> Path:
        if self._is_url:
            return self._downloads.fetch(f"{self._place.rstrip('/')}/{name}", into, label)
        path = Path(self._place).expanduser() / name
        if not path.is_file():
            raise SourceUnavailableError(f"the mirror {self.name} has no {name}")
        return path


def without_password(place: str) -> str:
    """A URL without its user and password; anything else unchanged."""
    parts = urllib.parse.urlsplit(place)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() if parts.netloc else place
