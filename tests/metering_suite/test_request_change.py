"""What a gateway may change in a request: one edit of the text that asks for usage, and nothing else."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metering_suite.engine.request import asked
from metering_suite.request_change import difference
from metering_suite.shapes import model as m
from tests.metering_suite.body_edit import asking

_UNHURRIED = settings(database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_OPTIONS = st.none() | st.dictionaries(st.sampled_from(["include_usage", "chunk_size", "x"]), st.booleans(), max_size=3)


@st.composite
def _bodies(draw: st.DrawFn) -> bytes:
    """A streamed chat body in some order, spelling and coding."""
    members: dict[str, object] = {**draw(st.dictionaries(st.text(), _VALUES, max_size=4)), "messages": []}
    members["stream"] = draw(st.sampled_from([True, 1, "true"]))
    if draw(st.booleans()):
        members["stream_options"] = draw(_OPTIONS)
    keys = draw(st.permutations(list(members)))
    separators = draw(st.sampled_from([(",", ":"), (" , ", "\t:\n")]))
    text = json.dumps({key: members[key] for key in keys}, ensure_ascii=draw(st.booleans()), separators=separators)
    return text.encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])))


@_UNHURRIED
@given(body=_bodies())
def test_an_edit_that_asks_for_usage_and_no_more_is_permitted(body: bytes) -> None:
    edited = asking(body)
    assert asked(m.CHAT, m.JSON, edited).usage
    assert difference(m.CHAT, m.JSON, body, edited) == ""


@_UNHURRIED
@given(body=_bodies(), place=st.integers(0), character=st.sampled_from([b"0", b"x", b'"', b"}", b"["]))
def test_any_further_byte_is_a_change(body: bytes, place: int, character: bytes) -> None:
    edited = asking(body)
    spot = place % (len(edited) + 1)
    assert difference(m.CHAT, m.JSON, body, edited[:spot] + character + edited[spot:]) != ""


@_UNHURRIED
@given(body=_bodies(), place=st.integers(0))
def test_any_missing_byte_is_a_change(body: bytes, place: int) -> None:
    spot = place % len(body)
    assert difference(m.CHAT, m.JSON, body, body[:spot] + body[spot + 1 :]) != ""


@pytest.mark.parametrize(
    ("sent", "received"),
    [
        ('{"messages":[],"stream":true}', '{"messages":[],"stream":true,"stream_options":{"include_usage":true}}'),
        ('{"messages":[],"stream":true}', '{"messages":[], "stream_options": {"include_usage": true}, "stream":true}'),
        ('{"stream":1,"prompt":""}', '{"stream_options":{"include_usage":true},"stream":1,"prompt":""}'),
        (
            '{"messages":[],"stream":true,"stream_options":{"a":1}}',
            '{"messages":[],"stream":true,"stream_options":{"a":1,"include_usage":true}}',
        ),
        (
            '{"messages":[],"stream":true,"stream_options":{"include_usage":false,"a":[]}}',
            '{"messages":[],"stream":true,"stream_options":{"include_usage":true,"a":[]}}',
        ),
        (
            '{"messages":[],"stream":true,"stream_options":{"include_usage":true},"stream_options":null}',
            '{"messages":[],"stream":true,"stream_options":{"include_usage":true},"stream_options":{"include_usage":true}}',
        ),
    ],
)
def test_these_changes_are_permitted(sent: str, received: str) -> None:
    assert difference(m.CHAT, m.JSON, sent.encode(), received.encode()) == ""


@pytest.mark.parametrize(
    ("sent", "received"),
    [
        ('{"messages":[]}', '{"messages":[],"stream_options":{"include_usage":true}}'),
        ('{"messages":[],"stream":false}', '{"messages":[],"stream":false,"stream_options":{"include_usage":true}}'),
        (
            '{"messages":[],"stream":true}',
            '{"messages":[],"stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true}}',
        ),
        ('{"messages":[],"stream":true}', '{"messages":{},"stream":true,"stream_options":{"include_usage":true}}'),
        ('{"messages":[],"stream":true}', '{"messages": [],"stream":true}'),
        ('{"messages":[],"stream":true}', '{"messages":[],"stream":true,"stream_options":{"include_usage":true},}'),
        (
            '{"messages":[],"stream":true,"stream_options":{"a":1}}',
            '{"messages":[],"stream":true,"stream_options":{"include_usage":true}}',
        ),
        (
            '{"messages":[],"stream":true,"stream_options":[]}',
            '{"messages":[],"stream":true,"stream_options":{"include_usage":true}}',
        ),
        (
            '{"messages":[],"stream":true,"stream_options":{"include_usage":true}}',
            '{"messages":[],"stream":true,"stream_options":{"include_usage": true}}',
        ),
        ('{"messages":[],"stream":true}', '{"messages":[],"stream":true'),
        ('{"messages":[],"stream":true}', ""),
        ("no json", '{"stream_options":{"include_usage":true}}'),
    ],
)
def test_these_changes_are_not(sent: str, received: str) -> None:
    assert "became" in difference(m.CHAT, m.JSON, sent.encode(), received.encode())


def test_a_call_without_the_option_stays_as_it_is() -> None:
    sent = b'{"input":"","prompt":"","stream":true}'
    assert difference(m.RESPONSES, m.JSON, sent, asking(sent)) != ""
    assert difference(m.CHAT, "text/plain", sent, asking(sent)) != ""


def test_the_first_difference_is_shown_on_both_sides() -> None:
    found = difference(m.CHAT, m.JSON, b'{"seed":9007199254740993}', b'{"seed":9.007199254741e15}')
    assert found.startswith("from byte 9: ")
    assert "9007199254740993" in found
    assert "9.007199254741e15" in found
