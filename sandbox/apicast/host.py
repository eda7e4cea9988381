"""What the model of `ngx` leaves to Python: the clock, the log, regular expressions, digests."""

from __future__ import annotations

import base64
import binascii
import hashlib
import logging
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LOG = logging.getLogger("sandbox.apicast")
# nginx's levels (ngx_log.h) as Python's.
_LEVELS = (50, 50, 50, 50, 40, 30, 20, 20, 10)
_NAMES = ("stderr", "emerg", "alert", "crit", "error", "warn", "notice", "info", "debug")
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}
# PCRE writes named groups and the end of the subject in ways Python does not know.
_PCRE = ((re.compile(rb"\(\?<(?=[A-Za-z_])"), rb"(?P<"), (re.compile(rb"\\z"), rb"\\Z"))

LOG_LEVELS: Mapping[str, int] = {name: level for level, name in enumerate(_NAMES)}
"""nginx's log levels by name; a line is kept when its level is not above the runtime's."""


@dataclass(frozen=True)
class LogLine:
    """One line of `ngx.log`."""

    level: str
    message: str


@dataclass
class Host:
    """The functions behind one LuaJIT."""

    clock: Callable[[], float]
    environment: Mapping[str, str]
    lines: list[LogLine] = field(default_factory=list)
    kept_lines: int = 1000
    """How many lines are remembered; the newest."""

    def functions(self) -> dict[bytes, Callable[..., object]]:
        """By the names under which the model calls them."""
        return {
            b"now": self.clock,
            b"log": self._log,
            b"getenv": self._getenv,
            b"match": _match,
            b"md5": lambda text: hashlib.md5(_bytes(text)).hexdigest().encode(),  # noqa: S324  # what nginx offers
            b"sha1": lambda text: hashlib.sha1(_bytes(text)).digest(),  # noqa: S324  # what nginx offers
            b"encode_base64": lambda text, *_: base64.b64encode(_bytes(text)),
            b"decode_base64": _decoded,
        }

    def _log(self, level: int, message: bytes) -> None:
        text = message.decode("utf-8", "replace")
        self.lines.append(LogLine(_NAMES[level], text))
        del self.lines[: -self.kept_lines]
        _LOG.log(_LEVELS[level], "%s", text)

    def _getenv(self, name: bytes) -> bytes | None:
        text = self.environment.get(name.decode())
        return None if text is None else text.encode()


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _decoded(text: bytes) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None


@lru_cache(maxsize=512)
def _compiled(pattern: bytes, options: bytes) -> re.Pattern[bytes]:
    for written, ours in _PCRE:
        pattern = written.sub(ours, pattern)
    flags = re.RegexFlag(0)
    for letter, flag in _FLAGS.items():
        if letter.encode() in options:
            flags |= flag
    return re.compile(pattern, flags)


def _match(subject: bytes, pattern: bytes, options: bytes, start: int) -> tuple[object, ...]:
    """Number of groups, first and last place (from 1), then the groups; -1 for no match; nil and why for no pattern."""
    try:
        compiled = _compiled(pattern, options)
    except re.error as error:
        return None, f"pcre_compile() failed: {error}".encode()
    find = compiled.match if b"a" in options else compiled.search
    found = find(subject, start - 1)
    if found is None:
        return (-1,)
    return (compiled.groups, found.start() + 1, found.end(), found.group(0), *found.groups())
