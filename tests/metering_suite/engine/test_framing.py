"""The bytes of a stream: what each frame does, and that every cut leaves them as they are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metering_suite.counts import tokens_of
from metering_suite.engine.documents import Event, events
from metering_suite.engine.framing import chunks
from metering_suite.shapes import model as m
from metering_suite.shapes.model import Comments, Cut, Frame, Reply
from tests.metering_suite.usage_reader import StreamReader

ONE = [Event({"a": 1, "b": "ž"}, 1.0)]
_FRAMES = st.builds(
    Frame,
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    space=st.sampled_from([" ", ""]),
    done=st.booleans(),
    last_blank=st.booleans(),
    bom=st.booleans(),
    fields=st.sampled_from([(), ("event: x", "id: <n>", "retry: 5")]),
    fields_after=st.sampled_from([(), ("id: <n>", "other")]),
    multi_line=st.booleans(),
    blanks=st.integers(1, 3),
    comments=st.sampled_from(Comments),
    cut=st.sampled_from(Cut),
)


def _bytes(frame: Frame) -> bytes:
    return b"".join(one.data for one in chunks(ONE, frame, ascii_only=False))


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (Frame(), 'data: {"a":1,"b":"ž"}\n\ndata: [DONE]\n\n'),
        (Frame(done=False, last_blank=False), 'data: {"a":1,"b":"ž"}'),
        (Frame(line_end="\r\n", space="", done=False), 'data:{"a":1,"b":"ž"}\r\n\r\n'),
        (Frame(bom=True, done=False, fields=("id: <n>",)), '\ufeffid: 0\ndata: {"a":1,"b":"ž"}\n\n'),
        (Frame(multi_line=True, done=False), 'data: {\ndata:  "a": 1,\ndata:  "b": "ž"\ndata: }\n\n'),
        (Frame(comments=Comments.BEFORE, done=False), ': keep-alive\n\ndata: {"a":1,"b":"ž"}\n\n'),
        (Frame(comments=Comments.INSIDE, done=False), 'data: {"a":1,"b":"ž"}\n: keep-alive\n\n'),
    ],
)
def test_a_frame_makes_these_bytes(frame: Frame, expected: str) -> None:
    assert _bytes(frame) == expected.encode()


def test_a_comment_has_a_chunk_of_its_own_or_shares_one() -> None:
    apart = chunks(ONE, Frame(comments=Comments.APART, done=False), ascii_only=False)
    shared = chunks(ONE, Frame(comments=Comments.AFTER, done=False), ascii_only=False)
    assert [one.data[:1] for one in apart] == [b":", b"d"]
    assert [one.data[:1] for one in shared] == [b"d"]


@pytest.mark.parametrize("cut", list(Cut))
def test_a_usage_is_sent_with_its_last_byte(cut: Cut) -> None:
    found = chunks(
        [Event({"usage": {"total_tokens": 12}}, 1.0, usage=True)], Frame(cut=cut, done=False), ascii_only=False
    )
    assert [one.usage for one in found] == [False] * (len(found) - 1) + [True]


@settings(database=None, deadline=None)
@given(frame=_FRAMES, reply=st.sampled_from([Reply(), Reply(text="Ž\u2028🙂", usage=m.Usage.CONTINUOUS)]))
def test_any_frame_in_any_cut_is_read_as_the_same_usage(frame: Frame, reply: Reply) -> None:
    tokens = tokens_of("one")
    reader = StreamReader()
    for one in chunks(events(m.CHAT, "one", tokens, reply, asked=True), frame, ascii_only=False):
        reader.feed(one.data)
    counts = {"prompt_tokens": tokens.prompt, "completion_tokens": tokens.completion, "total_tokens": tokens.total}
    assert reader.end() == counts
