"""How a gateway that changes nothing it need not makes a streamed request ask for its usage."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]')
_TRUE_WORDS = ("1", "on", "t", "true", "y", "yes")
_ASKING = '"include_usage":true'


@dataclass(frozen=True)
class Member:
    key: str
    start: int
    end: int


def truthy(value: object) -> bool:
    """Whether an engine takes a value for true."""
    if isinstance(value, str):
        return value.lower() in _TRUE_WORDS
    return isinstance(value, (bool, int, float)) and bool(value)


def completes(data: dict[str, object]) -> bool:
    """Whether a body is a chat or a text completion; a prompt that is an object belongs to another API."""
    return "messages" in data or isinstance(data.get("prompt"), (str, list))


def members(text: str, start: int) -> list[Member]:
    """The members of the object that begins at a place of a text."""
    found: list[Member] = []
    depth, key, begin, last = 0, "", None, ""
    for match in _TOKEN.finditer(text, start):
        token = match[0]
        if token in ("}", "]", ",") and begin is not None and depth == 1:
            value = text[begin : match.start()]
            found.append(Member(key, begin + len(value) - len(value.lstrip()), begin + len(value.rstrip())))
            begin = None
        depth += (token in "{[") - (token in "}]")
        if token == ":" and depth == 1 and begin is None:
            key, begin = json.loads(last), match.end()
        if depth == 0:
            break
        last = token
    return found


def asking(body: bytes) -> bytes:
    """The body with one edit, or as it is where none is needed or none would help."""
    try:
        data = json.loads(body)
        if not isinstance(data, dict) or not truthy(data.get("stream")) or not completes(data):
            return body
        coding = json.detect_encoding(body)
        text = body.decode(coding)
        # Encoding with the general names would write a mark of its own.
        mark = "" if coding not in ("utf-16", "utf-8-sig") else "\ufeff"
        fixed = {"utf-16": "utf-16-le" if body.startswith(b"\xff\xfe") else "utf-16-be", "utf-8-sig": "utf-8"}
        return (mark + _edited(text)).encode(fixed.get(coding, coding))
    except (ValueError, RecursionError):
        return body


def _edited(text: str) -> str:
    top = text.index("{")
    options = next((one for one in reversed(members(text, top)) if one.key == "stream_options"), None)
    if options is None:
        return f'{text[: top + 1]}"stream_options":{{{_ASKING}}},{text[top + 1 :]}'
    value = text[options.start : options.end]
    if value == "null":
        return f"{text[: options.start]}{{{_ASKING}}}{text[options.end :]}"
    if not value.startswith("{"):
        return text
    inner = members(text, options.start)
    usage = next((one for one in reversed(inner) if one.key == "include_usage"), None)
    if usage is None:
        after = options.start + 1
        return f"{text[:after]}{_ASKING}{',' if inner else ''}{text[after:]}"
    if truthy(json.loads(text[usage.start : usage.end])):
        return text
    return f"{text[: usage.start]}true{text[usage.end :]}"
