"""What is read of a stream, event by event, and what is kept of it."""

import json
from collections.abc import Callable

import pytest

from tests.support.metered import EVENTS, WHOLE, Gateway, document, event, usage

TOLD = f'"usage":{json.dumps(usage())}'


def test_the_last_usage_of_a_stream_wins(any_gateway: Gateway) -> None:
    pieces = [
        event(usage=None),
        event(usage=usage(11, 1)),
        event(usage=usage(11, 3)),
        event(usage=usage(11, 5)),
        b"data: [DONE]\n\n",
    ]
    assert any_gateway.answered(pieces, EVENTS) == b"".join(pieces)
    assert any_gateway.counted == WHOLE
    assert any_gateway.counter("llm_requests_aborted_total") == 0
    assert any_gateway.warnings == []


@pytest.mark.parametrize(
    "stream",
    [
        b": comment\ndata: %s\n\n",
        b": keep-alive\n\n: keep-alive\n\ndata:%s\n\n",
        b"event: message\r\nid: 7\r\nretry: 10\r\ndata: %s\r\n\r\n",
        b"data: %s\r\r",
        b"\xef\xbb\xbfdata: %s\n\n",
        b"data: %s\n\ndata: [DONE]\n\n",
        b"data: %s\n",
        b"data: %s",
        b"\n\n\ndata: %s\n\n\n\n",
        b"data\ndata: %s\n\n",
        b"dataset: {}\ndata: %s\n\n",
        b'data: {"usage":null}\n\ndata: %s\n\ndata: {"error":{"message":"usage"}}\n\n',
    ],
)
def test_every_way_to_write_an_event_is_read(gateway: Gateway, stream: bytes) -> None:
    text = stream % json.dumps({"choices": [], "usage": usage()}).encode()
    assert gateway.answered([text], EVENTS) == text
    assert gateway.counted == WHOLE


def test_a_byte_order_mark_is_one_at_the_beginning_alone(gateway: Gateway) -> None:
    gateway.answered([event(usage=usage()) + b"\xef\xbb\xbf" + event(usage=usage(99, 99))], EVENTS)
    assert gateway.counted == WHOLE


def test_data_in_several_lines_is_one_event(gateway: Gateway) -> None:
    text = b'data: {"usage":\ndata: {"prompt_tokens":11,\ndata:"completion_tokens":5,"total_tokens":\ndata: 16}}\n\n'
    assert gateway.answered([text], EVENTS) == text
    assert gateway.counted == WHOLE


def test_the_events_of_the_responses_api_are_read(gateway: Gateway) -> None:
    reported = {"input_tokens": 11, "output_tokens": 5, "total_tokens": 16}
    pieces = [
        event(type="response.created", response={"usage": None}),
        event(type="response.completed", response={"usage": {**reported, "output_tokens_details": {}}}),
    ]
    gateway.answered(pieces, EVENTS, uri="/v1/responses")
    assert gateway.counted == WHOLE


def test_usage_told_in_parts_adds_up_to_one_report(gateway: Gateway) -> None:
    pieces = [
        b'data: {"type":"message_start","message":{"usage":{"input_tokens":11,"output_tokens":1}}}\n\n',
        b'data: {"type":"message_delta","usage":{"output_tokens":5}}\n\n',
    ]
    gateway.answered(pieces, EVENTS, uri="/v1/messages")
    assert gateway.counted == WHOLE


def test_an_event_of_megabytes_is_read(gateway: Gateway) -> None:
    text = b"data: " + document(padding="x" * 5_000_000, usage=usage()) + b"\n\n"
    pieces = [text[at : at + 8192] for at in range(0, len(text), 8192)]
    assert gateway.answered(pieces, EVENTS) == text
    assert gateway.counted == WHOLE


def test_an_event_beyond_all_measure_is_passed_over_and_told(gateway: Gateway) -> None:
    # 33 MB in one line, one more than is kept of an event; the next event is read again.
    piece = b"x" * 1_000_000
    pieces = [b"data: ", *[piece] * 34, b"\n", b"\n", event(usage=usage())]
    gateway.answered(pieces, EVENTS)
    assert gateway.counted == WHOLE
    assert gateway.counter("llm_policy_errors_total", reason="usage") == 1


@pytest.mark.parametrize(
    ("pieces", "problems"),
    [
        # One line of 17 MB in pieces, then a second line of the same event that is cut once: together below the limit.
        ([b'data: {"x":"', *[b"x" * 65536] * 260, b'",\n', f"data: {TOLD}".encode(), b"}\n\n"], 0),
        # Comments keep connections alive for hours.
        ([*[b":" + b"k" * 8000, b"\n"] * 5000, event(usage=usage())], 0),
        ([f"data: {{{TOLD}}}\n".encode(), b":", *[b"k" * 65536] * 530, b"\n\n"], 0),
        # 40 lines of 1 MB that no blank line ends.
        ([*[b"data: " + b"x" * 1_000_000 + b"\n"] * 40, b"\n", event(usage=usage())], 1),
    ],
    ids=["a line and a piece", "comments", "one comment", "lines without end"],
)  # fmt: skip
def test_what_is_kept_of_a_stream_is_one_event_and_no_more(
    gateway: Gateway, pieces: list[bytes], problems: int
) -> None:
    gateway.answered(pieces, EVENTS)
    assert gateway.counted == WHOLE
    assert gateway.counter("llm_policy_errors_total", reason="usage") == problems


def test_streams_are_passed_over_without_support_for_them(configured: Callable[..., Gateway]) -> None:
    gateway = configured(enable_sse_support=False)
    gateway.answered([event(usage=usage())], EVENTS)
    assert gateway.calls == []
    assert gateway.counter("llm_usage_missing_total", reason="streams_off") == 1


def test_a_stream_that_is_cut_counts_what_was_reported_until_then(gateway: Gateway) -> None:
    gateway.answered([event(usage=usage(11, 2)), event(usage=None)], EVENTS, complete=False)
    assert gateway.counted == {"prompt_tokens": 11, "completion_tokens": 2, "total_tokens": 13}
    assert gateway.counter("llm_requests_aborted_total", service_id="7") == 1


def test_a_stream_cut_before_any_usage_counts_as_aborted_only(gateway: Gateway) -> None:
    gateway.answered([event()], EVENTS, complete=False)
    assert gateway.calls == []
    assert gateway.counter("llm_requests_aborted_total") == 1
    assert gateway.counter("llm_usage_missing_total") == 0


def test_a_stream_cut_within_its_usage_is_an_abort_and_no_error(gateway: Gateway) -> None:
    whole = event(usage=usage())
    gateway.answered([whole[:-12]], EVENTS, complete=False)
    assert gateway.counter("llm_requests_aborted_total") == 1
    assert gateway.counter("llm_policy_errors_total") == 0
    gateway.answered([whole[:-12]], EVENTS)
    assert gateway.counter("llm_policy_errors_total", reason="usage") == 1
