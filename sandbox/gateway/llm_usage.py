"""Reading token usage out of model answers: plain JSON, and server-sent events cut anywhere.

Nothing here changes a byte of the answer; it only looks. Facts: WHATWG HTML, server-sent events;
OpenAI API reference, `usage` and `stream_options.include_usage`; vLLM, `continuous_usage_stats`.
"""

from __future__ import annotations

import json
import re
from typing import Any

Usage = dict[str, int]
_NAMES = ("prompt_tokens", "completion_tokens", "total_tokens")
MOST_BYTES = 16 * 1024 * 1024
"""Larger plain answers are not read; they pass all the same."""


def of_document(text: bytes) -> Usage | None:
    """The usage object of a JSON answer, None when there is none."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _usage(data)


def _usage(data: Any) -> Usage | None:  # noqa: ANN401  # any JSON value
    usage = data.get("usage") if isinstance(data, dict) else None
    if not isinstance(usage, dict):
        return None
    counts = {name: usage[name] for name in _NAMES if isinstance(usage.get(name), int) and usage[name] >= 0}
    return counts or None


class Events:
    """Collects the last usage of an event stream; fed with its bytes as they come."""

    def __init__(self) -> None:
        self.usage: Usage | None = None
        self._rest = b""
        self._data: list[bytes] = []

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes; an unfinished line waits for the next ones."""
        # A lone CR ends a line too; one at the end of the chunk may be half of CR LF and waits.
        lines = re.split(rb"\r\n|\n|\r(?!\Z)", self._rest + chunk)
        self._rest = lines.pop()
        for line in lines:
            self._line(line.removeprefix(b"\xef\xbb\xbf"))

    def end(self) -> None:
        """The stream is over: what was waiting counts as a line, and an open event as finished."""
        if self._rest:
            self._line(self._rest.rstrip(b"\r"))
            self._rest = b""
        self._line(b"")

    def _line(self, line: bytes) -> None:
        if not line:
            self._event()
        elif line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))

    def _event(self) -> None:
        text = b"\n".join(self._data)
        self._data.clear()
        # Only such an event can carry usage; the others need not be decoded.
        if b'"usage"' in text:
            self.usage = of_document(text) or self.usage


def asking_for_usage(body: bytes) -> bytes | None:
    """The request body with `stream_options.include_usage` true, changed in no other byte.

    None when nothing is to be changed: no JSON object, no stream, or usage is asked for already.
    """
    try:
        text = body.decode()
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or data.get("stream") is not True:
        return None
    options = data.get("stream_options")
    if isinstance(options, dict) and options.get("include_usage") is True:
        return None
    if "stream_options" not in data:
        start = text.index("{") + 1
        return f'{text[:start]}"stream_options":{{"include_usage":true}},{text[start:]}'.encode()
    start, end = _span(text, "stream_options")
    kept = options if isinstance(options, dict) else {}
    value = json.dumps({**kept, "include_usage": True}, separators=(",", ":"))
    return f"{text[:start]}{value}{text[end:]}".encode()


def _span(text: str, wanted: str) -> tuple[int, int]:
    """Where the value of a top-level key stands; of a repeated key the last, which is the one that counts."""
    decoder = json.JSONDecoder()
    place, found = text.index("{") + 1, (0, 0)
    while True:
        place = _skip(text, place, " \t\r\n,")
        if text[place] == "}":
            return found
        key, place = decoder.raw_decode(text, place)
        start = _skip(text, place, " \t\r\n:")
        _, place = decoder.raw_decode(text, start)
        if key == wanted:
            found = (start, place)


def _skip(text: str, place: int, characters: str) -> int:
    while text[place] in characters:
        place += 1
    return place
