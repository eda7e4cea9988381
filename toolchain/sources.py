"""The order of sources, the same for every tool: the first that works gives the tool.

1. the exact version, already installed
2. the cache, where an earlier run put it
3. the mirror that PLUGIN_MIRROR names
4. the vendor's own download
5. package registries, and own stand-ins for what no registry carries

A cached build comes after the mirror, so that a newly configured mirror replaces what was built without it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from toolchain import archives
from toolchain.cache import key_of
from toolchain.failure import NoSourceError, SourceUnavailableError
from toolchain.progress import size_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from toolchain.cache import Entry
    from toolchain.catalogue import Tool
    from toolchain.session import Session


@dataclass(frozen=True, kw_only=True)
class Obtained:
    """A tool that can be used: its folder, what it is and where it came from. A stand-in has no folder."""

    name: str
    version: str
    source: str
    path: Path | None
    size: int = 0
    """Bytes; 0 for what lies elsewhere on the machine."""
    seconds: float = 0.0
    """How long it took in this run; 0 for what was there."""
    stand_in: bool = False


@dataclass(frozen=True, kw_only=True)
class Source:
    """One place to get a tool from; `obtain` raises SourceUnavailableError when it has nothing."""

    name: str
    obtain: Callable[[], Obtained]


def first_that_works(session: Session, tool: Tool, sources: Sequence[Source]) -> Obtained:
    """What the first working source gives; one line tells which.

    Raises:
        NoSourceError: none worked.
        ChecksumError: a source had another file than the pinned one (later sources are then not tried).
    """
    reasons = []
    with session.progress.task(tool.name):
        for source in sources:
            session.processes.check()
            try:
                obtained = source.obtain()
            except SourceUnavailableError as error:
                reasons.append(f"{source.name}: {error}")
                continue
            size = f", {size_text(obtained.size)}" if obtained.size else ""
            took = f", took {obtained.seconds:.1f} s" if obtained.seconds else ""
            session.progress.line(tool.name, f"{obtained.version} ready, from {obtained.source}{size}{took}")
            return obtained
    raise NoSourceError(tool.name, tool.version, reasons)


def from_entry(tool: Tool, entry: Entry) -> Obtained:
    """A cache entry as a tool."""
    return Obtained(name=tool.name, version=entry.version, source=entry.source, path=entry.path, size=entry.size)


def cached(session: Session, tool: Tool, key: str) -> Source:
    """The cache's entry of that key."""

    def obtain() -> Obtained:
        if entry := session.cache.find(tool.name, key):
            return from_entry(tool, entry)
        raise SourceUnavailableError("not there")

    return Source(name="cache", obtain=obtain)


def official_key(tool: Tool) -> str:
    """The cache key of a tool's official archive."""
    return key_of("official", tool.name, tool.version, tool.archive, tool.inside, tool.sha256)


def official(session: Session, tool: Tool) -> list[Source]:
    """The official archive: cached, from the mirror, by download."""
    sources = [cached(session, tool, official_key(tool))]
    if mirror := session.mirror:

        def from_mirror() -> Obtained:
            return _unpacked(session, tool, f"the mirror {mirror.name}", lambda into: mirror.archive(tool, into))

        sources.append(Source(name="mirror", obtain=from_mirror))
    return sources


def download(session: Session, tool: Tool) -> list[Source]:
    """The vendor's own download, unless this run does without."""

    def obtain() -> Obtained:
        return _unpacked(session, tool, tool.url, lambda into: session.downloads.archive(tool, into))

    return [Source(name="official download", obtain=obtain)] if session.official and tool.url else []


def filled(session: Session, tool: Tool, key: str, content: Callable[[Path], None], *, source: str) -> Obtained:
    """Fill the cache's entry, with a line before that says what begins."""
    session.progress.line(tool.name, f"{tool.version} from {source} ...")
    entry = session.cache.fill(tool.name, key, version=tool.version, source=source, content=content)
    return replace(from_entry(tool, entry), seconds=entry.seconds)


def _unpacked(session: Session, tool: Tool, source: str, fetch: Callable[[Path], Path]) -> Obtained:
    with session.cache.scratch(tool.name) as folder:
        archive = fetch(folder)
        return filled(
            session,
            tool,
            official_key(tool),
            lambda into: archives.unpack(archive, into, tool.inside),
            source=source,
        )
