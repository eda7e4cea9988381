"""Methods, paths and headers of requests other than a plain POST of JSON."""

from __future__ import annotations

from metering_suite.shapes import model as m
from metering_suite.shapes.model import Ask, Shape

_ORIGIN = (("Origin", "https://portal.example"), ("Access-Control-Request-Method", "POST"))


def _bodyless(name: str, says: str, method: str, path: str) -> Shape:
    headers = _ORIGIN if method == "OPTIONS" else ()
    ask = Ask(method=method, path=path, body="", content_type="", headers=headers)
    return Shape(name=name, says=says, modes=m.PLAIN, ask=ask, own_answer=True)


def _typed(name: str, says: str, kind: str) -> Shape:
    return Shape(name=name, says=says, ask=Ask(content_type=kind))


SHAPES = (
    _bodyless("models", "The list of models", "GET", m.MODELS),
    _bodyless("models-head", "HEAD", "HEAD", m.MODELS),
    _bodyless("preflight", "A browser's preflight", "OPTIONS", m.CHAT),
    _bodyless("chat-get", "GET where POST belongs", "GET", m.CHAT),
    _bodyless("unknown-path", "A path that nobody knows", "GET", "/v1/nowhere"),
    Shape(
        name="unknown-post",
        says="POST to a path that nobody knows",
        ask=Ask(path="/v1/nowhere"),
        own_answer=True,
    ),
    Shape(name="delete", says="DELETE with a body", modes=m.PLAIN, ask=Ask(method="DELETE"), own_answer=True),
    Shape(name="query", says="Parameters in the address", ask=Ask(path=m.CHAT + "?api-version=2024-10-21&empty=")),
    _typed("request-charset", "A charset in the request's type", "application/json; charset=utf-8"),
    _typed("request-type-case", "A request's type in capitals", "Application/JSON;Charset=UTF-8"),
    Shape(
        name="prior-headers",
        says="Headers that look like the metering's own",
        ask=Ask(headers=(("X-Usage", '{"total_tokens":90001}'), ("3scale-options", "no_body=1"))),
    ),
)
