"""What is read of an answer, and that it passes as it is."""

import json
from collections.abc import Callable

import pytest

from tests.support.metered import EVENTS, JSON, WHOLE, Gateway, document, event, rules, usage


@pytest.mark.row("S-206", "S-212")
@pytest.mark.parametrize(
    ("text", "counted"),
    [
        (document(usage=usage()), WHOLE),
        (document(usage=usage(), choices=[{"index": 0}, {"index": 1}]), WHOLE),
        (document(usage={"prompt_tokens": 7, "total_tokens": 7}), {"prompt_tokens": 7, "total_tokens": 7}),
        (document(usage=usage(7, 0)), {"prompt_tokens": 7, "total_tokens": 7}),
        (document(usage={"input_tokens": 11, "output_tokens": 5, "total_tokens": 16}), WHOLE),
        (document(usage={"input_tokens": 11, "output_tokens": 5}), WHOLE),
        (document(usage={"total_tokens": 16, "completion_tokens": 5}), WHOLE),
        (document(usage={"prompt_tokens": 9}), {"prompt_tokens": 9, "total_tokens": 9}),
        (document(usage={"output_tokens": 5}), {"completion_tokens": 5, "total_tokens": 5}),
        (document(usage={"total_tokens": 9}), {"prompt_tokens": 9, "total_tokens": 9}),
        (document(results=[], usage={"prompt_tokens": 9, "total_tokens": 9}), {"prompt_tokens": 9, "total_tokens": 9}),
        (document(meta={"billed_units": {"input_tokens": 11, "output_tokens": 5}}), WHOLE),
        (document(text="hi", usage={"type": "tokens", "input_tokens": 11, "output_tokens": 5}), WHOLE),
        (document(usage=usage(), extra={"usage": usage(1, 1)}), WHOLE),
        (document(note='"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}', usage=usage()), WHOLE),
        (b'{"us\\u0061ge":{"prompt_tokens":11,"completion_tokens":5,"total_tokens":16}}', WHOLE),
        (b'  {"usage" : {"prompt_tokens": 11, "completion_tokens": 5.0, "total_tokens": 16} } \n', WHOLE),
    ],
)  # fmt: skip
def test_every_shape_of_usage_is_counted(any_gateway: Gateway, text: bytes, counted: dict[str, int]) -> None:
    assert any_gateway.answered([text]) == text
    assert any_gateway.counted == counted
    assert any_gateway.warnings == []


@pytest.mark.parametrize(
    "text",
    [
        document(),
        document(usage=None),
        document(usage=[]),
        document(usage={}),
        document(usage={"prompt_tokens": None}),
        document(usage={"prompt_tokens": "11"}),
        document(usage={"prompt_tokens": -1, "completion_tokens": 1.5}),
        document(detail={"usage": usage()}),
        b'[{"usage":{"prompt_tokens":1}}]',
        b"",
        b"null",
        b'"usage"',
    ],
)
def test_an_answer_without_readable_usage_counts_nothing_and_is_told(gateway: Gateway, text: bytes) -> None:
    assert gateway.answered([text]) == text
    assert gateway.reports == []
    assert gateway.counter("llm_usage_missing_total", reason="no_usage", service_id="7") == 1


def test_an_answer_whose_usage_is_no_json_is_an_error_that_is_counted(gateway: Gateway) -> None:
    text = b'{"usage":{"prompt_tokens":1,}}'
    assert gateway.answered([text]) == text
    assert gateway.reports == []
    assert gateway.counter("llm_policy_errors_total", reason="usage") == 1


@pytest.mark.parametrize("status", [201, 206, 299])
def test_other_successes_are_read_and_their_rules_decide(configured: Callable[..., Gateway], status: int) -> None:
    succeeded = {"left": "{{status}}", "left_type": "liquid", "op": "matches", "right": "^2"}
    gateway = configured(rules=[{**rules("total_tokens")[0], "condition": {"operations": [succeeded]}}])
    gateway.answered([document(usage=usage())], status=status)
    assert gateway.counted == {"total_tokens": 16}


@pytest.mark.parametrize("status", [301, 400, 401, 404, 409, 429, 500, 503])
def test_an_error_passes_and_counts_nothing(gateway: Gateway, status: int) -> None:
    text = document(usage=usage(), error={"message": "no"})
    assert gateway.answered([text], status=status) == text
    assert gateway.calls == []
    assert gateway.counter("llm_usage_missing_total") == 0


@pytest.mark.parametrize(
    "kind", ["text/html", "text/plain", "application/octet-stream", "audio/mpeg", "application/x-ndjson"]
)
def test_what_is_no_json_passes_and_counts_nothing(gateway: Gateway, kind: str) -> None:
    text = document(usage=usage())
    assert gateway.answered([text], {"Content-Type": kind}) == text
    assert gateway.calls == []


def test_an_answer_without_a_type_passes_and_counts_nothing(gateway: Gateway) -> None:
    assert gateway.answered([b"x"], {}) == b"x"
    assert gateway.calls == []


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON", "application/problem+json"])
def test_json_is_known_by_its_media_type(gateway: Gateway, kind: str) -> None:
    gateway.answered([document(usage=usage())], {"Content-Type": kind})
    assert gateway.counted == WHOLE


def test_an_encoded_answer_is_told_apart(gateway: Gateway) -> None:
    gateway.answered([b"\x1f\x8b"], {**JSON, "Content-Encoding": "gzip"})
    assert gateway.counter("llm_usage_missing_total", reason="content_encoding") == 1
    gateway.answered([document(usage=usage())], {**JSON, "Content-Encoding": "identity"})
    assert gateway.counted == WHOLE


@pytest.mark.parametrize("uri", ["/tokenize", "/v1/detokenize", "/health"])
def test_operations_that_have_no_usage_miss_none(gateway: Gateway, uri: str) -> None:
    gateway.answered([b'{"count":3}'], uri=uri)
    assert gateway.counter("llm_usage_missing_total") == 0


def test_the_answer_of_a_get_is_not_read(gateway: Gateway) -> None:
    gateway.answered([document(usage=usage())], uri="/v1/models", method="GET", body=b"")
    assert gateway.calls == []
    assert gateway.counter("llm_usage_missing_total") == 0


@pytest.mark.row("S-212")
def test_an_answer_of_ten_megabytes_is_counted_and_not_kept(gateway: Gateway) -> None:
    vectors = b",".join([b'{"embedding":[' + b",".join([b"0.0123456789"] * 800) + b"]}"] * 1000)
    text = b'{"data":[' + vectors + b'],"usage":{"prompt_tokens":4000,"total_tokens":4000}}'
    before = gateway.runtime.lua('collectgarbage() return collectgarbage("count")')
    pieces = [text[at : at + 8192] for at in range(0, len(text), 8192)]
    assert gateway.answered(pieces) == text
    assert gateway.counted == {"prompt_tokens": 4000, "total_tokens": 4000}
    after = gateway.runtime.lua('collectgarbage() return collectgarbage("count")')
    assert len(text) > 10_000_000
    assert after - before < 500, "kilobytes"


@pytest.mark.parametrize("half", [r"\ud83d", r"\ude00", r"\ud83dx", r"\ud83d\ud83d"])
def test_half_a_surrogate_pair_in_the_text_loses_no_usage(any_gateway: Gateway, half: str) -> None:
    text = f'{{"choices":[{{"delta":{{"content":"{half}"}}}}],"usage":{json.dumps(usage())}}}'.encode()
    assert any_gateway.answered([text]) == text
    assert any_gateway.counted == WHOLE
    any_gateway.calls.clear()
    assert any_gateway.answered([b"data: " + text + b"\n\n"], EVENTS) == b"data: " + text + b"\n\n"
    assert any_gateway.counted == WHOLE
    assert any_gateway.warnings == []


TOLD = f'"usage":{json.dumps(usage())}'
DEEP = "[" * 1001 + "]" * 1001


@pytest.mark.parametrize(
    "text",
    [
        f'{{{TOLD},"meta":{{"x":"\\ud83d"}}}}',
        f'{{"meta":{{"x":{DEEP}}},{TOLD}}}',
        f'{{"usage":{{}},"meta":{{"tokens":{json.dumps(usage())}}}}}',
    ],
)
def test_what_stands_beside_usage_does_not_matter(any_gateway: Gateway, text: str) -> None:
    assert any_gateway.answered([text.encode()]) == text.encode()
    assert any_gateway.counted == WHOLE


@pytest.mark.parametrize(
    "text",
    [
        f'{{"response":null,"message":{{{TOLD}}}}}',
        f'{{"response":"x","message":{{{TOLD}}}}}',
        f'{{"response":[],"message":{{{TOLD}}}}}',
        f'{{"message":"hi","response":{{{TOLD}}}}}',
        f'{{"usage":{{}},"response":{{{TOLD}}}}}',
        f'{{"usage":null,"response":{{{TOLD}}}}}',
        f'{{"usage":{{"cached_tokens":3}},"response":{{{TOLD}}}}}',
        f'{{"meta":{{"tokens":{{"input_tokens":1}}}},"response":{{{TOLD}}}}}',
        f'{{"meta":{{"m":"\\ud83d"}},"response":{{{TOLD}}}}}',
        f'{{"response":{{"meta":{{"m":"\\ud83d"}},{TOLD}}}}}',
        f'{{"type":"message_start","message":{{"content":[],{TOLD}}}}}',
    ],
)
def test_usage_one_level_down_in_an_event_is_counted(any_gateway: Gateway, text: str) -> None:
    assert any_gateway.answered([f"data: {text}\n\n".encode()], EVENTS)
    assert any_gateway.counted == WHOLE


@pytest.mark.parametrize(
    ("first", "last", "prompt"),
    [
        ({"input_tokens": 5, "cache_read_input_tokens": 9, "cache_creation_input_tokens": 7}, {"input_tokens": 5}, 21),
        ({"input_tokens": 25}, {"input_tokens": 0}, 25),
        ({"input_tokens": 25}, {"input_tokens": 40}, 40),
        ({"input_tokens": 25}, {}, 25),
    ],
)  # fmt: skip
def test_a_last_report_without_the_cached_prompt_takes_nothing_away(
    gateway: Gateway, first: dict[str, int], last: dict[str, int], prompt: int
) -> None:
    begun = event(type="message_start", message={"usage": {**first, "output_tokens": 1}})
    gateway.answered([begun, event(type="message_delta", delta={}, usage={**last, "output_tokens": 15})], EVENTS)
    counted = dict(gateway.counted)
    assert (counted["prompt_tokens"], counted["completion_tokens"], counted["total_tokens"]) == (
        prompt,
        15,
        prompt + 15,
    )


COHERE = {"tokens": {"input_tokens": 11, "output_tokens": 5}, "billed_units": {"input_tokens": 1, "output_tokens": 2}}


def test_cohere_tells_usage_one_level_further_down(any_gateway: Gateway) -> None:
    any_gateway.answered([document(usage=COHERE)])
    assert any_gateway.counted == WHOLE
    for last in ({"delta": {"usage": COHERE}}, {"response": {"meta": COHERE}}, {"meta": COHERE}):
        any_gateway.calls.clear()
        any_gateway.answered([event(type="message-end", **last)], EVENTS)
        assert any_gateway.counted == WHOLE
    any_gateway.calls.clear()
    any_gateway.answered([document(meta={"tokens": None, "billed_units": {"total_tokens": 7}})])
    assert any_gateway.counted == {"prompt_tokens": 7, "total_tokens": 7}


def test_a_total_is_that_of_its_own_report(any_gateway: Gateway) -> None:
    later = {"prompt_tokens": 11, "completion_tokens": 5}
    any_gateway.answered([event(usage=usage(11, 1)), event(usage=later)], EVENTS)
    assert any_gateway.counted == WHOLE


@pytest.mark.parametrize(("prompt", "counts"), [(10**13, True), (10**13 + 1, False)])
def test_counts_stay_whole_numbers_in_a_report(any_gateway: Gateway, prompt: int, counts: bool) -> None:  # noqa: FBT001
    any_gateway.answered([document(usage={"prompt_tokens": prompt, "completion_tokens": 5})])
    told = {"prompt_tokens": prompt} if counts else {}
    assert any_gateway.counted == {**told, "completion_tokens": 5, "total_tokens": 5 + sum(told.values())}


def test_a_prompt_from_a_cache_is_counted_whole(gateway: Gateway) -> None:
    told = {"input_tokens": 100, "cache_read_input_tokens": 900, "cache_creation_input_tokens": 20, "output_tokens": 5}
    gateway.answered([document(usage=told)], uri="/v1/messages")
    assert gateway.counted == {"prompt_tokens": 1020, "completion_tokens": 5, "total_tokens": 1025}


def test_tokens_that_only_a_header_tells_are_counted(gateway: Gateway) -> None:
    header = {**JSON, "X-Compute-Tokens": "42"}
    gateway.answered([b"[[0.1,0.2]]"], header, uri="/embed")
    assert gateway.counted == {"prompt_tokens": 42, "total_tokens": 42}
    gateway.answered([document(usage=usage())], header)
    assert gateway.counted["total_tokens"] == 42 + 16
    for text in ("many", "-1", "1.5", ""):
        gateway.answered([b"[]"], {**JSON, "X-Compute-Tokens": text}, uri="/embed")
    assert gateway.counted["total_tokens"] == 42 + 16


def test_reasoning_and_cached_tokens_are_values_of_their_own(configured: Callable[..., Gateway]) -> None:
    names = ("completion_tokens", "reasoning_tokens", "cached_tokens")
    gateway = configured(rules=[{"metric": name, "increment": f"{{{{ llm_usage.{name} }}}}"} for name in names])
    details = {"completion_tokens_details": {"reasoning_tokens": 3}, "prompt_tokens_details": {"cached_tokens": 8}}
    gateway.answered([document(usage=usage(11, 5, **details))])
    assert gateway.counted == {"completion_tokens": 5, "reasoning_tokens": 3, "cached_tokens": 8}
    assert gateway.counter("llm_reasoning_tokens_total") == 3
    assert gateway.counter("llm_cached_tokens_total") == 8


def test_an_estimate_is_off_and_never_among_the_counted_tokens(configured: Callable[..., Gateway]) -> None:
    plain = configured()
    plain.answered([document()])
    assert plain.counter("llm_estimated_tokens_total") == 0
    estimating = configured(
        rules=rules("total_tokens", "estimated_tokens"), estimate={"enabled": True, "bytes_per_token": 5}
    )
    body = b'{"messages":["' + b"x" * 100 + b'"]}'
    estimating.answered([b'{"a":"' + b"y" * 92 + b'"}'], body=body)
    # 117 bytes asked and 100 answered.
    assert estimating.counted == {"estimated_tokens": 117 // 5 + 100 // 5}
    assert estimating.counter("llm_estimated_tokens_total") == 43
    assert estimating.counter("llm_tokens_total") == 0
    estimating.answered([event(), event(), event()], EVENTS, body=body)
    assert estimating.counted["estimated_tokens"] == 43 + 117 // 5 + 3
    estimating.answered([document(usage=usage())])
    assert estimating.counted["total_tokens"] == 16
