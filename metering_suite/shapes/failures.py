"""What goes wrong at the engine or before it: none of it uses tokens that could be counted."""

from __future__ import annotations

import json

from metering_suite.shapes import model as m
from metering_suite.shapes.calls import MULTIPART, form
from metering_suite.shapes.model import Ask, Reply, Shape, Truth

_PAGE = "<html><head><title>503</title></head><body>No server is available</body></html>"


def _error(status: int, says: str, **headers: str) -> Shape:
    body = json.dumps({"error": {"message": says, "type": "Error", "param": None, "code": status}})
    given = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Shape(name=f"error-{status}", says=f"{status}: {says}", reply=Reply(status=status, body=body, headers=given))


def _broken(name: str, says: str, body: str, **ask: str) -> Shape:
    return Shape(name=name, says=says, modes=m.PLAIN, ask=Ask(body=body, **ask))  # type: ignore[arg-type]  # texts only


SHAPES = (
    _error(400, "the prompt is too long"),
    _error(401, "the engine wants another key"),
    _error(404, "no such model"),
    _error(422, "a field is missing"),
    _error(429, "too many requests", Retry_After="1"),
    _error(500, "the engine failed"),
    _error(503, "the model is loading"),
    Shape(name="error-page", says="503 as a page", reply=Reply(status=503, body=_PAGE, content_type="text/html")),
    Shape(
        name="error-with-usage",
        says="An error that carries a usage: the call did not complete",
        reply=Reply(
            status=500,
            body='{"error":{"message":"failed"},"usage":{"prompt_tokens":90001,"completion_tokens":1,"total_tokens":90002}}',
        ),
    ),
    Shape(
        name="error-event",
        says="An error in the middle of a stream that began well",
        modes=m.STREAM,
        reply=Reply(error_event=True),
        truth=Truth.UNREPORTED,
    ),
    _broken("body-no-json", "A body that is no JSON", '{"model":"<model>","stream":true,"messages":['),
    _broken("body-text", "A body that is plain text", "stream=true, please"),
    _broken("body-array", "A body that is an array", '[{"stream":true,"messages":[]}]'),
    _broken("body-array-empty", "A body that is an empty array", "[]"),
    _broken("body-number", "A body that is a number", "17"),
    _broken("body-null", "A body that is null", "null"),
    _broken("body-empty", "No body at all", ""),
    _broken("body-spaces", "A body of spaces", "  \r\n\t "),
    _broken("body-twice", "Two objects in one body", f"{m.CHAT_BODY}{m.CHAT_BODY}"),
    _broken("body-bytes", "A body that is no text", '{"model":"ÿ","stream":true,"messages":[]}', charset="latin-1"),
    _broken("stream-object", "`stream` that is an object", '{"model":"<model>","stream":{},"messages":[]}'),
    _broken(
        "type-plain", "JSON sent as text", m.CHAT_BODY.replace("<stream>", '"stream":true,'), content_type="text/plain"
    ),
    _broken(
        "type-missing", "JSON sent without a type", m.CHAT_BODY.replace("<stream>", '"stream":true,'), content_type=""
    ),
    _broken(
        "type-form",
        "A form in place of JSON",
        "model=metering&stream=true&messages=%5B%5D",
        content_type="application/x-www-form-urlencoded",
    ),
    _broken("type-multipart", "A multipart body where JSON belongs", form(("stream", "true")), content_type=MULTIPART),
    _broken("type-json-form", "A multipart body that says it is JSON", form(("stream", "true"))),
)
