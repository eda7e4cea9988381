"""The engine acts shapes out and keeps the ledger."""

from __future__ import annotations

import asyncio
import gzip
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from metering_suite import parts
from metering_suite.counts import tokens_of
from metering_suite.engine.control import LocalControl, RemoteControl
from metering_suite.http.client import Answered, Request, answers
from metering_suite.http.connection import Address
from metering_suite.http.wire import digest
from metering_suite.shapes import model as m
from metering_suite.shapes.model import Ask, Client, Frame, Gzip, Mode, Reply, Shape, Usage

if TYPE_CHECKING:
    from metering_suite.engine.ledger import Entry


def _acted(
    shape: Shape, mode: Mode = Mode.PLAIN, *, client: Client | None = None, headers: tuple[tuple[str, str], ...] = ()
) -> tuple[Answered, Entry]:
    """The answer to one request, and the ledger's entry read from outside."""
    body = m.body_bytes(shape.ask, mode, "metering")
    named = ((m.HEADER_SHAPE, shape.name), (m.HEADER_REQUEST, "r-0"), ("Authorization", "Bearer k"))
    kind = (("Content-Type", shape.ask.content_type), ("Content-Length", str(len(body))))
    request = Request(
        request_id="r-0", method=shape.ask.method, target=shape.ask.path, headers=(*named, *kind, *headers), body=body
    )

    async def run() -> tuple[Answered, Entry]:
        async with parts(shapes={shape.name: shape}) as here:
            found = (await answers(Address.of(here.engine_url), [request], client or Client(), 5))[0]
            control = RemoteControl(here.control_url)
            await _ended(control)
            assert await control.of("r-") == await LocalControl(here.engine.ledger).of("r-")
            return found, (await control.of("r-"))[0]

    return asyncio.run(run())


def _shape(ask: Ask | None = None, **reply: object) -> Shape:
    return Shape(name="one", says="", ask=ask or Ask(), reply=Reply(**reply))  # type: ignore[arg-type]


async def _ended(control: RemoteControl) -> None:
    async with asyncio.timeout(5):
        while not all(entry.ended for entry in await control.of("r-")):
            pass


ASKING = Ask(body='{"stream":true,"messages":[],"stream_options":{"include_usage":true,"continuous_usage_stats":true}}')


def test_the_ledger_has_tokens_bytes_key_and_body() -> None:
    found, entry = _acted(_shape())
    tokens = tokens_of("r-0")
    assert json.loads(found.body)["usage"]["total_tokens"] == tokens.total == entry.tokens.total
    assert (entry.key, entry.body, entry.complete, entry.reported, entry.status) == (
        "k",
        found.request.body,
        True,
        True,
        200,
    )
    assert (entry.sent_bytes, entry.sent_digest) == (len(found.body), digest(found.body))
    assert entry.headers["content-type"] == m.JSON


def test_a_stream_without_the_option_uses_tokens_and_tells_none() -> None:
    found, entry = _acted(_shape(), Mode.STREAM)
    assert b"usage" not in found.body
    assert found.body.endswith(b"data: [DONE]\n\n")
    assert (entry.reported, entry.tokens.total) == (False, tokens_of("r-0").total)


def test_an_answer_without_its_usage_events_has_a_digest_of_its_own() -> None:
    asking, entry = _acted(_shape(ASKING), Mode.STREAM)
    assert entry.lean_digest != entry.sent_digest == digest(asking.body)
    lines = [line for line in asking.body.split(b"\n\n") if b'"choices":[]' not in line]
    assert entry.lean_digest == digest(b"\n\n".join(lines))


@pytest.mark.parametrize("accepted", [True, False])
def test_gzip_is_sent_only_where_it_is_accepted_unless_the_engine_never_asks(accepted: bool) -> None:  # noqa: FBT001
    headers = (("Accept-Encoding", "gzip"),) if accepted else ()
    asked, _ = _acted(_shape(gzip=Gzip.ASKED), headers=headers)
    always, entry = _acted(_shape(gzip=Gzip.ALWAYS), headers=headers)
    assert (("Content-Encoding", "gzip") in asked.headers) == accepted
    assert ("Content-Encoding", "gzip") in always.headers
    assert json.loads(asked.body)["usage"] == json.loads(always.body)["usage"]
    assert entry.sent_digest == digest(always.body) != digest(gzip.compress(always.body))


def test_an_engine_that_dies_has_used_a_part_and_did_not_complete() -> None:
    found, entry = _acted(_shape(ASKING, dies=True, usage=Usage.CONTINUOUS), Mode.STREAM)
    whole = tokens_of("r-0")
    assert not found.whole
    assert not entry.complete
    assert entry.tokens.completion is not None
    assert whole.completion is not None
    assert 0 < entry.tokens.completion < whole.completion
    plain, cut = _acted(_shape(dies=True))
    assert not plain.whole
    assert 0 < len(plain.body) < cut.sent_bytes


def test_a_client_that_leaves_stops_the_engine() -> None:
    shape = _shape(events=200, frame=Frame(pause_seconds=0.005))
    found, entry = _acted(shape, Mode.STREAM, client=Client(leaves_after=300))
    whole = tokens_of("r-0")
    assert found.left
    assert not entry.complete
    assert entry.tokens.completion is not None
    assert whole.completion is not None
    assert entry.tokens.completion < whole.completion


def test_http_1_0_gets_no_chunks() -> None:
    found, entry = _acted(_shape(), Mode.STREAM, client=Client(version="HTTP/1.0"))
    assert "Transfer-Encoding" not in dict(found.headers)
    assert digest(found.body) == entry.sent_digest


@pytest.mark.parametrize(
    ("ask", "status"),
    [
        (Ask(body="{"), 400),
        (Ask(content_type="text/plain"), 400),
        (Ask(path="/v1/nowhere"), 404),
        (Ask(method="PUT"), 405),
        (Ask(method="GET", path=m.MODELS, body=""), 200),
    ],
)
def test_what_makes_no_work_uses_no_tokens(ask: Ask, status: int) -> None:
    found, entry = _acted(_shape(ask))
    assert (found.status, entry.status, entry.tokens.total) == (status, status, 0)


def test_head_and_204_have_no_body() -> None:
    head, _ = _acted(_shape(Ask(method="HEAD", path=m.MODELS, body="")))
    nothing, entry = _acted(_shape(status=204, body="", content_type=""))
    assert (head.status, head.body, head.whole) == (200, b"", True)
    assert (nothing.status, nothing.body, entry.complete) == (204, b"", True)


def test_a_request_without_a_shape_is_told_what_is_missing() -> None:
    shape = _shape()
    request = Request(request_id="", method="GET", target="/", headers=(), body=b"")

    async def run() -> Answered:
        async with parts(shapes={shape.name: shape}) as here:
            return (await answers(Address.of(here.engine_url), [request], Client(), 5))[0]

    found = asyncio.run(run())
    assert found.status == 501
    assert b"X-Metering-Shape" in found.body


def test_entries_are_forgotten_by_prefix() -> None:
    async def run() -> list[str]:
        async with parts() as here:
            _, one = await asyncio.to_thread(_acted, _shape())
            here.engine.ledger.open(one)
            here.engine.ledger.open(replace(one, request_id="s-0"))
            await RemoteControl(here.control_url).forget("r-")
            return [entry.request_id for entry in await RemoteControl(here.control_url).of("")]

    assert asyncio.run(run()) == ["s-0"]
