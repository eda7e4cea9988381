"""What changed on the way between client and engine: the address, the bodies, the answer's headers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from metering_suite.http.wire import digest
from metering_suite.request_change import difference
from metering_suite.shapes.model import Shape, Truth

if TYPE_CHECKING:
    from metering_suite.engine.ledger import Entry
    from metering_suite.http.client import Answered

_OF_THE_CONNECTION = (
    "connection",
    "content-length",
    "date",
    "keep-alive",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
)
"""Headers that belong to a connection or to whoever answers on it (RFC 9110, 7.6.1; 6.6.1; 10.2.4)."""
_CHARSET = "charset"


def address(shape: Shape, answer: Answered, entry: Entry, key_parameter: str) -> str:
    """How the engine was asked otherwise than the gateway: method, path or parameters but for the key's own."""
    if entry.method != answer.request.method:
        return f"{answer.request.method} became {entry.method}"
    sent, received = urlsplit(answer.request.target), urlsplit(entry.target)
    # A gateway may take off the path that it is reached under.
    allowed = {unquote(sent.path), unquote(urlsplit(shape.ask.path).path)}
    if unquote(received.path) not in allowed:
        return f"the path {urlsplit(shape.ask.path).path} became {received.path}"
    before, after = (_parameters(one.query, key_parameter) for one in (sent, received))
    return "" if before == after else f"the parameters {before} became {after}"


def _parameters(query: str, key_parameter: str) -> list[tuple[str, str]]:
    return [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != key_parameter]


def request_body(answer: Answered, entry: Entry) -> str:
    """What changed in a request's body beyond the permitted edit."""
    given = {name.lower(): value for name, value in answer.request.headers}
    path = unquote(urlsplit(answer.request.target).path)
    found = difference(path, given.get("content-type", ""), answer.request.body, entry.body)
    return f"request {found}" if found else ""


def answer_body(answer: Answered, entry: Entry) -> str:
    """What changed in an answer; a gateway may take out the usage that it had asked for itself."""
    told = f": {answer.problem}" if answer.problem else ""
    if not entry.complete:
        return f"the engine could not send its whole answer; {len(answer.body)} bytes came{told}"
    if answer.request.method != "HEAD" and digest(answer.body) not in (entry.sent_digest, _lean(answer, entry)):
        return f"answer of {entry.sent_bytes} bytes came as {len(answer.body)} others{told}"
    return _type(answer, entry)[0]


def broken(shape: Shape, answer: Answered) -> str:
    """What was wrong with an answer that began; calls that are left half way may end so."""
    if shape.truth is Truth.ABORTED or not answer.status or not answer.problem:
        return ""
    return f"the answer did not end well: {answer.problem}"


def headers(shape: Shape, answer: Answered) -> str:
    """Which of the headers that the shape tells the engine to send did not come as they are."""
    for name, value in shape.reply.headers:
        found = [given for given_name, given in answer.headers if given_name.lower() == name.lower()]
        if name.lower() not in _OF_THE_CONNECTION and value not in found:
            return f"header {name}: {value} came as {', '.join(found) or 'none'}"
    return ""


def remark(answer: Answered, entry: Entry) -> str:
    """A change of the answer's type that changes nothing in how it is read."""
    return _type(answer, entry)[1]


def _type(answer: Answered, entry: Entry) -> tuple[str, str]:
    """What became of the answer's type: a change, or one of its charset's wording alone."""
    found = next((value for name, value in answer.headers if name.lower() == "content-type"), "")
    if not entry.sent_type or found == entry.sent_type:
        return "", ""
    told = f"answer of type {entry.sent_type} came as {found or 'none'}"
    before, after = _typed(entry.sent_type), _typed(found)
    if before == after and found.replace(" ", "") == entry.sent_type.replace(" ", ""):
        return "", ""
    charsets = {kind.pop(_CHARSET, "") for kind in (before, after)} - {""}
    return ("", told) if before == after and len(charsets) <= 1 else (told, "")


def _typed(value: str) -> dict[str, str]:
    """A media type and its parameters, in lower case and without quotes; the type itself has no name."""
    kind, *parameters = value.lower().split(";")
    pairs = (one.partition("=") for one in parameters if one.strip())
    return {"": kind.strip()} | {name.strip(): given.strip().strip('"') for name, _, given in pairs}


def _lean(answer: Answered, entry: Entry) -> str:
    return entry.lean_digest if entry.body != answer.request.body else entry.sent_digest
