"""How a gateway that counts right reads usage: from JSON at its end, from a stream event by event."""

from __future__ import annotations

import codecs
import json
import re

Usage = dict[str, int]
_NAMES = {
    "prompt_tokens": ("prompt_tokens", "input_tokens"),
    "completion_tokens": ("completion_tokens", "output_tokens"),
    "total_tokens": ("total_tokens",),
}
_LINE_END = re.compile(r"\r\n|\r|\n")


def usage_in(document: object) -> Usage | None:
    """The usage a document tells at its top, or inside `response`."""
    if not isinstance(document, dict):
        return None
    told = document.get("usage")
    inner = document.get("response")
    if told is None and isinstance(inner, dict):
        told = inner.get("usage")
    if not isinstance(told, dict):
        return None
    found = {
        metric: next((told[n] for n in names if type(told.get(n)) is int), None) for metric, names in _NAMES.items()
    }
    return {metric: value for metric, value in found.items() if value is not None} or None


class JsonReader:
    """A whole document."""

    def __init__(self) -> None:
        self.body = b""

    def feed(self, piece: bytes) -> None:
        self.body += piece

    def end(self) -> Usage | None:
        try:
            return usage_in(json.loads(self.body))
        except ValueError:
            return None


class StreamReader:
    """Server-sent events, whatever chunks they come in."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._line = ""
        self._data: list[str] = []
        self.usage: Usage | None = None

    def feed(self, piece: bytes) -> None:
        text = self._line + self._decoder.decode(piece)
        # A CR at the end may be half of a CR LF: it waits for what follows.
        held = "\r" if text.endswith("\r") else ""
        *lines, rest = _LINE_END.split(text.removesuffix("\r") if held else text)
        self._line = rest + held
        for line in lines:
            self.line(line)

    def end(self) -> Usage | None:
        self.line(self._line.removesuffix("\r"))
        self.dispatch()
        return self.usage

    def line(self, line: str) -> None:
        """One line: empty ones end an event, those with a colon first are comments."""
        if not line:
            self.dispatch()
            return
        name, _, value = line.partition(":")
        if name == "data":
            self._data.append(value.removeprefix(" "))

    def dispatch(self) -> None:
        """One event."""
        text, self._data = "\n".join(self._data), []
        try:
            found = usage_in(json.loads(text))
        except ValueError:
            return
        self.seen(found)

    def seen(self, found: Usage | None) -> None:
        """What an event tells; the last one counts."""
        self.usage = found or self.usage
