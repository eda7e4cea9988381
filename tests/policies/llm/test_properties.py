"""Properties: cuts change nothing, and bodies come out as they went in but for the option."""

import itertools
import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, strategies
from hypothesis import settings as examples
from pydantic import TypeAdapter, ValidationError

from tests.support.metered import EVENTS, JSON, Gateway, event, usage

ASKED = b'"stream_options":{"include_usage":true},'
EXAMPLES = int(os.environ.get("MAAS_EXAMPLES", "700"))
"""Of each of the three properties."""
thorough = examples(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
GATEWAY = Gateway()
BOOLEAN = TypeAdapter(bool)
"""vLLM's own reading of `stream`, which is pydantic's."""

hard = strategies.sampled_from(["\ud83d", "\ude00", '"usage":{', "\\", '"', "}", "\x00", "data: ", "\u2028"])
"""Halves of surrogate pairs, as engines that write ASCII cut them, and signs that mean something elsewhere."""
texts = strategies.lists(strategies.characters(codec=None, exclude_categories=()) | hard, max_size=20).map("".join)
flags = strategies.sampled_from(
    ["true", "1", "1e0", "1.00", "10e-1", '"TRUE"', '"on"', '"y"', "0", "2", '"no"', "null"]
)
values: strategies.SearchStrategy[Any] = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers(-(10**20), 10**20)
    | strategies.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: strategies.lists(inner, max_size=4) | strategies.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
spaces = strategies.sampled_from(["", " ", "\n", "\t \r\n"])


@strategies.composite
def bodies(draw: strategies.DrawFn) -> bytes:
    """A JSON object written with any spaces and escapes, with some of the members that matter."""
    members = draw(strategies.dictionaries(texts, values, max_size=5))
    chosen = ("messages", "prompt", "stream", "n")
    members |= {name: draw(values) for name in chosen if draw(strategies.booleans())}
    flag = draw(flags) if draw(strategies.booleans()) else None
    ascii_only = draw(strategies.booleans())
    parts = [
        f"{draw(spaces)}{json.dumps(name, ensure_ascii=ascii_only)}{draw(spaces)}:{draw(spaces)}"
        f"{json.dumps(value, ensure_ascii=ascii_only)}{draw(spaces)}"
        for name, value in draw(strategies.permutations(list(members.items())))
    ]
    if flag:
        parts.insert(draw(strategies.integers(0, len(parts))), f'"stream":{flag}')
    whole = f"{draw(spaces)}{{{','.join(parts) or draw(spaces)}}}{draw(spaces)}"
    return whole.encode("utf-8", "surrogatepass")


def streamed(value: object) -> bool:
    try:
        return BOOLEAN.validate_python(value)
    except ValidationError:
        return False


@thorough
@given(bodies())
def test_a_body_comes_out_as_it_went_in_but_for_the_inserted_option(body: bytes) -> None:
    sent = GATEWAY.sent(body)
    decoded = json.loads(body)
    asked = {"messages", "prompt", "prompt_embeds"} & decoded.keys() and streamed(decoded.get("stream"))
    if asked and "stream_options" not in decoded:
        at = body.index(b"{") + 1
        assert sent == body[:at] + ASKED + body[at:]
    else:
        assert sent == body


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """The data in pieces, some of which can be empty."""
    borders = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[first:last] for first, last in itertools.pairwise(borders)]


@strategies.composite
def streams(draw: strategies.DrawFn) -> tuple[bytes, int]:
    """A stream with any line ends, comments and fields, and the total of its last usage."""
    end = draw(strategies.sampled_from(["\n", "\r\n", "\r"]))
    lines, total = [], 0
    for number in range(draw(strategies.integers(1, 6))):
        lines += [f": {draw(strategies.sampled_from(['', 'ping', 'data: {']))}"] * draw(strategies.integers(0, 2))
        if draw(strategies.booleans()):
            lines.append(draw(strategies.sampled_from(["event: x", "id: 7", "retry: 3", "nothing", "data"])))
        reported = draw(strategies.sampled_from([None, usage(number + 1, draw(strategies.integers(0, 9)))]))
        if reported:
            total = reported["total_tokens"]
        event = json.dumps({"text": draw(texts), "usage": reported}, ensure_ascii=draw(strategies.booleans()))
        middle = draw(strategies.integers(0, 1)) * event.index('"usage"')
        halves = [event[:middle], event[middle:]] if middle else [event]
        lines += [f"data:{draw(strategies.sampled_from(['', ' ']))}{half}" for half in halves] + [""]
    lines += draw(strategies.sampled_from([[], ["data: [DONE]", ""], ["data: [DONE]"]]))
    return end.join(lines).encode("utf-8", "surrogatepass") + end.encode() * draw(strategies.integers(0, 1)), total


@thorough
@given(streams(), strategies.lists(strategies.integers(0, 10_000), max_size=12))
def test_however_a_stream_is_cut_its_bytes_and_its_count_are_the_same(
    stream: tuple[bytes, int], places: list[int]
) -> None:
    data, total = stream
    GATEWAY.calls.clear()
    assert GATEWAY.answered(cut(data, places), EVENTS) == data
    assert GATEWAY.counted.get("total_tokens", 0) == total


@thorough
@given(
    strategies.dictionaries(texts.filter(lambda name: name not in ("usage", "meta")), values, max_size=5),
    strategies.integers(1, 10**6),
    strategies.integers(0, 10**6),
    strategies.lists(strategies.integers(0, 10_000), max_size=12),
)
def test_however_an_answer_is_cut_its_bytes_and_its_count_are_the_same(
    members: dict[str, Any], prompt: int, completion: int, places: list[int]
) -> None:
    items = list(members.items())
    middle = len(items) // 2
    data = json.dumps(dict([*items[:middle], ("usage", usage(prompt, completion)), *items[middle:]])).encode()
    GATEWAY.calls.clear()
    assert GATEWAY.answered(cut(data, places), JSON) == data
    assert GATEWAY.counted["total_tokens"] == prompt + completion


def test_every_single_cut_of_a_hard_stream_is_read() -> None:
    data = (
        b': hi\r\ndata: {"usage":null}\r\n\r\nevent: x\ndata: {"usage":\r\ndata:{"prompt_tokens":11,\r\n'
        b'data: "completion_tokens":5,"total_tokens":16}}\r\n\r\ndata: [DONE]'
    )  # fmt: skip
    for at in range(len(data) + 1):
        GATEWAY.calls.clear()
        assert GATEWAY.answered([data[:at], data[at:]], EVENTS) == data
        assert GATEWAY.counted["total_tokens"] == 16, at


@pytest.mark.row("S-216")
def test_every_byte_on_its_own_is_read() -> None:
    data = event(text='"usage"') + event(usage={"prompt_tokens": 1, "total_tokens": 1})
    GATEWAY.calls.clear()
    assert GATEWAY.answered([data[at : at + 1] for at in range(len(data))], EVENTS) == data
    assert GATEWAY.counted["total_tokens"] == 1
