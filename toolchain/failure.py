"""What can go wrong, as exceptions that compose their own sentence.

ToolchainError            a person has to do something; four parts
├── NoSourceError         every source of a tool failed
├── ChecksumError         a file is not the one that is pinned
├── DiskFullError         no space left
└── CommandError          a command we ran failed
SourceUnavailableError    this source has nothing for us; the next one is tried
InterruptedRunError       the run was stopped
"""

from __future__ import annotations

import errno
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})
"""`OSError.errno` values that mean the disk or the quota is full."""

NO_SPACE_TEXT = ("no space left on device", "disk quota exceeded")
"""How other programs say the same, in lower case (strerror of the C library)."""


class ToolchainError(Exception):
    """A person has to act; the text has the four parts, one per line."""

    def __init__(self, *, asked: str, wrong: str, allowed: str, remedy: str) -> None:
        super().__init__(f"{asked}\n  found:   {wrong}\n  allowed: {allowed}\n  do:      {remedy}")


class NoSourceError(ToolchainError):
    """No source had the tool; `reasons` has one line per source that was tried."""

    def __init__(self, tool: str, version: str, reasons: Sequence[str]) -> None:
        super().__init__(
            asked=f"{tool} {version} could not be obtained.",
            wrong="; ".join(reasons),
            allowed="that version already installed, in the mirror, by official download, or from a package registry",
            remedy="make one of these reachable (PLUGIN_MIRROR=<folder or URL> names a site's mirror), then run again",
        )


class ChecksumError(ToolchainError):
    """A file has another SHA-256 than the pinned or published one."""

    def __init__(self, name: str, found: str, expected: str, source: str) -> None:
        super().__init__(
            asked=f"{name} was obtained from {source}.",
            wrong=f"SHA-256 {found}",
            allowed=f"SHA-256 {expected}",
            remedy="replace the damaged or altered file at its source; nothing of it was installed",
        )


class DiskFullError(ToolchainError):
    """No space is left where `path` lies."""

    def __init__(self, doing: str, path: Path) -> None:
        free = shutil.disk_usage(_existing(path)).free / 1e6
        super().__init__(
            asked=f"{doing} needs space under {path}.",
            wrong=f"the disk or the quota is full ({free:.0f} MB free)",
            allowed="about 9 GB free while the tools are built, 1.5 GB afterwards",
            remedy="free some space, or name another disk with XDG_CACHE_HOME, then run again: finished tools are kept",
        )


class CommandError(ToolchainError):
    """A command ended with a status other than 0; `tail` is the end of what it said."""

    def __init__(self, command: str, status: int, tail: str, log: Path) -> None:
        self.tail = tail
        super().__init__(
            asked=f"`{command}` was run.",
            wrong=f"it ended with status {status}; its last lines:\n{_indented(tail)}",
            allowed="status 0",
            remedy=f"read {log}, repair the cause, then run again: finished tools are kept",
        )


class SourceUnavailableError(Exception):
    """This source has nothing for us; its text is the reason, half a sentence."""


class InterruptedRunError(Exception):
    """The run was stopped, by a signal or because another part of it failed."""


def is_disk_full(error: BaseException) -> bool:
    """Whether an error, ours or another program's, says that the disk is full."""
    if isinstance(error, OSError):
        return error.errno in NO_SPACE
    text = error.tail.lower() if isinstance(error, CommandError) else ""
    return any(sign in text for sign in NO_SPACE_TEXT)


def _existing(path: Path) -> Path:
    """`path` or its nearest parent that exists."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines()[-12:])
