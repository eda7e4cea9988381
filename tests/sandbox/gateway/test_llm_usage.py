"""Reading usage never depends on where a stream is cut, and asking for it changes one place only."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.gateway.llm_usage import Events, asking_for_usage, of_document

USAGE = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
EVENT = f"data: {json.dumps({'choices': [], 'usage': USAGE})}"
STREAMS = [
    f'data: {{"choices":[{{"delta":{{"content":"\u00e9"}}}}]}}\n\n{EVENT}\n\ndata: [DONE]\n\n',
    f": comment\r\n{EVENT}\r\n\r\ndata: [DONE]\r\n\r\n",
    f"{EVENT}",
    f"\ufeff{EVENT}\r\r",
    f'data: {{"usage": null}}\n\n{EVENT}\n\n',
    'data: {"usage":\ndata: ' + json.dumps(USAGE) + "}\n\n",
    f'data: {{"usage": {{"total_tokens": 1}}}}\n\n{EVENT}\n\n',
]


@pytest.mark.parametrize("stream", STREAMS)
def test_a_stream_cut_in_any_two_places_gives_the_same_usage(stream: str) -> None:
    data = stream.encode()
    for cut in range(len(data) + 1):
        events = Events()
        for piece in (data[:cut], data[cut:]):
            events.feed(piece)
        events.end()
        assert events.usage == USAGE, cut


@given(st.lists(st.integers(min_value=1, max_value=40), max_size=20), st.sampled_from(STREAMS))
def test_a_stream_cut_into_many_pieces_gives_the_same_usage(sizes: list[int], stream: str) -> None:
    rest, events = stream.encode(), Events()
    for size in sizes:
        events.feed(rest[:size])
        rest = rest[size:]
    events.feed(rest)
    events.end()
    assert events.usage == USAGE


def test_only_numbers_that_the_engine_reported_count() -> None:
    assert of_document(json.dumps({"usage": USAGE}).encode()) == USAGE
    for text in (b"", b"[]", b"<html>", b'{"usage": null}', b'{"usage": {"total_tokens": -1}}', b'{"usage": []}'):
        assert of_document(text) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"stream":true}', '{"stream_options":{"include_usage":true},"stream":true}'),
        (' { "stream" : true, "stop":[] }', ' {"stream_options":{"include_usage":true}, "stream" : true, "stop":[] }'),
        ('{"stream":true,"stream_options":null}', '{"stream":true,"stream_options":{"include_usage":true}}'),
        ('{"stream_options":{},"stream":true}', '{"stream_options":{"include_usage":true},"stream":true}'),
        (
            '{"stream":true,"stream_options":{"include_usage":false},"seed":12345678901234567}',
            '{"stream":true,"stream_options":{"include_usage":true},"seed":12345678901234567}',
        ),
        (
            '{"a":{"stream_options":1},"stream":true,"stream_options" : {"x": 1} }',
            '{"a":{"stream_options":1},"stream":true,"stream_options" : {"x":1,"include_usage":true} }',
        ),
    ],
)
def test_a_stream_is_made_to_report_with_the_smallest_change(before: str, after: str) -> None:
    assert asking_for_usage(before.encode()) == after.encode()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no json",
        "[]",
        '{"stream":false}',
        '{"stream":"true"}',
        '{"stream":true,"stream_options":{"include_usage":true}}',
        "\xff",
        "[" * 100_000,
    ],
)
def test_other_bodies_are_left_alone(body: str) -> None:
    assert asking_for_usage(body.encode("latin-1")) is None


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60)
@given(
    st.dictionaries(st.text(max_size=5), values, max_size=3),
    st.sampled_from([None, {}, False, {"include_usage": False}, 3]),
)
def test_everything_but_the_option_stays_as_it_was(body: dict[str, object], options: object) -> None:
    sent = {**body, "stream": True, "stream_options": options}
    changed = asking_for_usage(json.dumps(sent, indent=1).encode())
    assert changed is not None
    assert json.loads(changed) == {**sent, "stream_options": {"include_usage": True}}
