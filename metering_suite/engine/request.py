"""What a body asks of an engine, read as vLLM reads it.

Facts: FastAPI hands the body to Python's `json.loads` as bytes, which takes a byte order mark, UTF-16, NaN and the last
of duplicate keys; vLLM's models take 1, "true", "yes" and the like for a boolean (pydantic, lax mode) and refuse
`stream_options` without `stream`. By default usage is told only when asked for (OpenAI's API reference).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from metering_suite.shapes import model as m

_TRUE_WORDS = frozenset({"1", "on", "t", "true", "y", "yes"})
_FALSE_WORDS = frozenset({"0", "off", "f", "false", "n", "no"})
"""Words that pydantic takes for a boolean, in any case (pydantic's documentation, "Booleans")."""
WITHOUT_OPTIONS = (m.EMBEDDINGS, m.RESPONSES, m.RERANK, m.AUDIO)
"""Calls that have no option for usage in a stream: it is always told, or there is no stream."""


class RefusedError(Exception):
    """The engine answers 400 with this sentence."""


@dataclass(frozen=True)
class Asked:
    """What a request wants."""

    stream: bool = False
    usage: bool = False
    """Whether a stream has to tell its usage."""


def flag(value: object) -> bool:
    """A boolean as pydantic reads it in lax mode; null is false.

    Raises:
        RefusedError: the value stands for no boolean.
    """
    if value is None or isinstance(value, bool):
        return bool(value)
    if isinstance(value, (int, float)) and value in (0, 1):
        return bool(value)
    if isinstance(value, str) and value.lower() in _TRUE_WORDS | _FALSE_WORDS:
        return value.lower() in _TRUE_WORDS
    raise RefusedError(f"Input should be a valid boolean, not {value!r}")


def document(content_type: str, body: bytes) -> dict[str, Any]:
    """The object in a JSON body.

    Raises:
        RefusedError: another media type, no JSON, or no object.
    """
    if content_type.partition(";")[0].strip().lower() != m.JSON:
        raise RefusedError("Unsupported Media Type: Only 'application/json' is allowed")
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise RefusedError("JSON decode error") from None
    if not isinstance(data, dict):
        raise RefusedError("Input should be a valid dictionary")
    return data


def asked(path: str, content_type: str, body: bytes) -> Asked:
    """What a request wants.

    Raises:
        RefusedError: the engine does not take the body.
    """
    if path == m.AUDIO:
        if not content_type.lower().startswith("multipart/form-data"):
            raise RefusedError("Field required: file")
        return Asked(stream=b'name="stream"\r\n\r\ntrue' in body, usage=True)
    data = document(content_type, body)
    stream = flag(data.get("stream"))
    if path in WITHOUT_OPTIONS:
        return Asked(stream, usage=True)
    return Asked(stream, _usage_asked(data, stream=stream))


def _usage_asked(data: dict[str, Any], *, stream: bool) -> bool:
    options = data.get("stream_options")
    if options is None:
        return False
    if not isinstance(options, dict):
        raise RefusedError("stream_options: Input should be a valid dictionary")
    if options and not stream:
        raise RefusedError("Stream options can only be defined when `stream=True`.")
    return flag(options.get("include_usage"))
