"""What a plan permits is refused before the engine is asked, and plans are learnt once."""

import json
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from hypothesis import given, strategies
from hypothesis import settings as examples

from sandbox.apicast.exchange import HttpAnswer, HttpCall
from tests.support.metered import Gateway, settings

PLANS = [
    {"plan": "Free & easy", "models": ["tiny", "sm\N{LATIN SMALL LETTER O WITH DIAERESIS}ll"], "max_tokens": 100},
    {"plan": "Capped", "max_tokens": 50},
    {"plan": "Named", "models": ["tiny"]},
    {"plan": "Open"},
]
Configured = Callable[..., Gateway]


def backend(title: str | None) -> Callable[[HttpCall], HttpAnswer]:
    """A backend that knows the key's plan; None = it knows no such key."""

    def answered(call: HttpCall) -> HttpAnswer:
        if urlsplit(call.url).path != "/transactions/authorize.xml":
            return HttpAnswer(202)
        if title is None:
            return HttpAnswer(403, b'<?xml version="1.0"?><error code="user_key_invalid">no</error>')
        written = title.replace("&", "&amp;").encode()
        return HttpAnswer(200, b"<status><authorized>true</authorized><plan>" + written + b"</plan></status>")

    return answered


@pytest.fixture
def planned(configured: Configured) -> Callable[[str | None], Gateway]:
    def gateway(title: str | None) -> Gateway:
        made = configured(plans=PLANS)
        made.answers = backend(title)
        return made

    return gateway


def test_a_model_of_the_plan_passes(planned: Callable[[str | None], Gateway]) -> None:
    gateway = planned("Free & easy")
    for name in ("tiny", "smöll"):
        body = json.dumps({"model": name, "messages": [], "max_tokens": 100}).encode()
        assert gateway.refused(body) is None
        assert gateway.sent(body) == body


@pytest.mark.parametrize(
    "body",
    [
        b'{"model":"big","messages":[]}',
        b'{"model":"tiny","messages":[],"model":"big"}',
        b'{"messages":[],"max_tokens":1}',
        b'{"model":null,"messages":[]}',
        b'{"model":["tiny"],"messages":[]}',
        b"not JSON",
    ],
)
def test_another_model_or_none_is_refused_with_what_the_plan_permits(
    planned: Callable[[str | None], Gateway], body: bytes
) -> None:
    refused = planned("Named").refused(body)
    assert refused is not None
    assert refused.status == 403
    error = json.loads(refused.body or b"")["error"]
    assert (error["code"], error["param"], error["type"]) == ("model_not_in_plan", "model", "invalid_request_error")
    assert "the plan Named permits tiny" in error["message"]
    assert ("content-type", "application/json") in [(name.lower(), value) for name, value in refused.headers]


def test_a_body_of_another_type_is_looked_at_all_the_same(planned: Callable[[str | None], Gateway]) -> None:
    refused = planned("Named").refused(b'{"model":"big","messages":[]}', Content_Type="text/plain")
    assert refused is not None
    assert refused.status == 403


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("max_tokens", "51"),
        ("max_completion_tokens", "51"),
        ("max_tokens", '"51"'),
        ("max_tokens", '"5_1"'),
        ("max_tokens", "5.1e1"),
        ("max_tokens", "[]"),
        ("max_tokens", "0"),
        ("max_tokens", "-1"),
        ("max_tokens", "1.5"),
        ("max_tokens", "NaN"),
        ("max_tokens", '"0x8"'),
        ("max_tokens", f'"{"9" * 100_000}"'),
        ("max_completion_tokens", "0"),
        ("max_output_tokens", "51"),
        ("n_predict", "51"),
        ("max_tok\\u0065ns", "51"),
    ],
)
def test_more_tokens_than_the_plan_has_are_refused(
    planned: Callable[[str | None], Gateway], member: str, value: str
) -> None:
    refused = planned("Capped").refused(f'{{"messages":[],"{member}":{value}}}'.encode())
    assert refused is not None
    assert refused.status == 400
    error = json.loads(refused.body or b"")["error"]
    assert error["code"] == "max_tokens_over_plan"
    assert "the plan Capped permits 1 to 50 tokens" in error["message"]
    assert len(refused.body or b"") < 400


@pytest.mark.parametrize(
    ("uri", "body"),
    [
        ("/v1/chat/completions", b'{"messages":[],"max_completion_tokens":5,"max_tokens":51}'),
        ("/v1/chat/completions", b'{"messages":[],"max_tokens":5,"n_predict":51}'),
        ("/v1/responses", b'{"input":"x","prompt":null,"max_tokens":1,"max_output_tokens":51}'),
        ("/v1/responses", b'{"input":"x","messages":[],"max_tokens":1,"max_output_tokens":51}'),
        ("/v1/completions", b'{"prompt_embeds":"x","max_tokens":51}'),
    ],
)
def test_one_number_does_not_hide_another_that_is_over(
    planned: Callable[[str | None], Gateway], uri: str, body: bytes
) -> None:
    refused = planned("Capped").refused(body, uri)
    assert refused is not None
    assert refused.status == 400


@pytest.mark.parametrize("number", [b"1", b"50", b'"50"', b"5e1"])
def test_numbers_up_to_the_plans_pass(planned: Callable[[str | None], Gateway], number: bytes) -> None:
    body = b'{"messages":[],"max_tokens":' + number + b"}"
    assert planned("Capped").sent(body) == body


def test_a_key_that_nobody_knows_is_asked_for_again_soon(planned: Callable[[str | None], Gateway]) -> None:
    gateway = planned(None)
    for seconds, calls in ((0, 1), (9, 1), (2, 2)):
        gateway.now += seconds
        gateway.sent(b'{"messages":[]}')
        assert len(gateway.calls) == calls


def test_a_completion_without_a_number_gets_no_more_than_the_api_gives_it(configured: Configured) -> None:
    for cap, number in ((4096, 16), (5, 5)):
        gateway = configured(plans=[{"plan": "Capped", "max_tokens": cap}])
        gateway.answers = backend("Capped")
        assert gateway.sent(b'{"prompt":"x"}', "/v1/completions") == b'{"max_tokens":%d,"prompt":"x"}' % number


@pytest.mark.parametrize(
    ("uri", "given", "sent"),
    [
        ("/v1/chat/completions", b'{"messages":[]}', b'{"max_tokens":50,"messages":[]}'),
        ("/v1/chat/completions", b'{"messages":[],"max_tokens":null}', b'{"messages":[],"max_tokens":50}'),
        ("/v1/completions", b'{"prompt":"x"}', b'{"max_tokens":16,"prompt":"x"}'),
        ("/v1/completions", b'{"prompt_embeds":"x"}', b'{"max_tokens":16,"prompt_embeds":"x"}'),
        ("/v1/responses", b'{"input":"x","prompt":{}}', b'{"max_output_tokens":50,"input":"x","prompt":{}}'),
        ("/v1/completions", b'{"prompt":"x","max_tokens":50}', b'{"prompt":"x","max_tokens":50}'),
        ("/v1/chat", b'{"messages":[],"max_completion_tokens":3}', b'{"messages":[],"max_completion_tokens":3}'),
        ("/v1/responses", b'{"input":"x"}', b'{"max_output_tokens":50,"input":"x"}'),
        ("/v1/embeddings", b'{"input":"x"}', b'{"input":"x"}'),
        ("/v1/chat/completions", b'[{"messages":[]}]', b'[{"messages":[]}]'),
        (
            "/v1/chat/completions",
            b'{"stream":true,"messages":[]}',
            b'{"max_tokens":50,"stream_options":{"include_usage":true},"stream":true,"messages":[]}',
        ),
    ],
)  # fmt: skip
def test_a_request_that_names_no_number_gets_the_plans(
    planned: Callable[[str | None], Gateway], uri: str, given: bytes, sent: bytes
) -> None:
    assert planned("Capped").sent(given, uri) == sent


@pytest.mark.parametrize(
    ("uri", "given", "inserted"),
    [
        ("/v1/chat/completions", b'{"messages":[],"max_output_tokens":1}', b'"max_tokens":50,'),
        ("/v1/chat/completions", b'{"messages":[],"n_predict":1}', b'"max_tokens":50,'),
        ("/v1/chat/completions", b'{"messages":[],"prompt":"x","max_completion_tokens":null}', b'"max_tokens":50,'),
        ("/v1/chat/completions/", b'{"messages":[],"prompt":null}', b'"max_tokens":50,'),
        ("/v1/chat/completions%3f/embeddings", b'{"messages":[]}', b'"max_tokens":50,'),
        ("/v1/chat/completions%23/tokenize", b'{"messages":[]}', b'"max_tokens":50,'),
        ("/v1/chat/completions%3f/responses", b'{"messages":[]}', b'"max_tokens":50,'),
        ("/v1/responses%3f", b'{"input":"x"}', b'"max_output_tokens":50,'),
        ("/v1/responses/", b'{"input":"x"}', b'"max_output_tokens":50,'),
        ("/v1/responses", b'{"input":"x","max_tokens":1}', b'"max_output_tokens":50,'),
        ("/v1/responses", b'{"input":"x","max_completion_tokens":1}', b'"max_output_tokens":50,'),
        ("/v1/completions", b'{"prompt":"x","max_completion_tokens":1}', b'"max_tokens":16,'),
        ("/v1/completions", b'{"prompt":"x","messages":[],"max_completion_tokens":1}', b'"max_tokens":16,'),
        ("/v1/completions", b'{"prompt_embeds":"x","messages":[],"max_output_tokens":1}', b'"max_tokens":16,'),
    ],
)
def test_a_number_that_the_operation_passes_over_is_none(
    planned: Callable[[str | None], Gateway], uri: str, given: bytes, inserted: bytes
) -> None:
    assert planned("Capped").sent(given, uri) == b"{" + inserted + given[1:]


OPERATIONS = {
    "/v1/chat/completions": ("messages", ("max_completion_tokens", "max_tokens")),
    "/v1/completions": ("prompt", ("max_tokens",)),
    "/v1/responses": ("input", ("max_output_tokens",)),
}
"""What a request needs, and the names under which vLLM reads the length of its answer, in their order
(vllm, entrypoints/openai/protocol.py)."""
NAMES = ("max_tokens", "max_completion_tokens", "max_output_tokens", "n_predict", "messages", "prompt", "prompt_embeds")
LENGTHS = strategies.sampled_from([None, 1, 50, 51, 10**6, "7", "51"])
CAPPED = Gateway(settings(plans=PLANS))


@given(
    strategies.sampled_from(sorted(OPERATIONS)),
    strategies.lists(strategies.tuples(strategies.sampled_from(NAMES), LENGTHS), max_size=6),
)
@examples(max_examples=500, deadline=None)
def test_whatever_is_named_an_operation_reads_no_more_than_the_plans_number(
    uri: str, named: list[tuple[str, int | str | None]]
) -> None:
    needed, read = OPERATIONS[uri]
    CAPPED.answers = backend("Capped")
    body = json.dumps({**dict(named), needed: []}).encode()
    if CAPPED.refused(body, uri) is None:
        sent = json.loads(CAPPED.sent(body, uri))
        (length, *_) = [sent[name] for name in read if sent.get(name) is not None]
        assert 1 <= int(length) <= 50


def test_a_null_under_the_operations_own_name_is_replaced_whatever_else_is_named(
    planned: Callable[[str | None], Gateway],
) -> None:
    given = b'{"prompt":"x","max_tokens":null,"max_output_tokens":1}'
    assert planned("Capped").sent(given, "/v1/completions") == given.replace(b"null", b"16")


@pytest.mark.parametrize(
    ("uri", "given"),
    [
        ("/tokenize", b'{"prompt":"x"}'),
        ("/v1/embeddings", b'{"messages":[]}'),
        ("/v1/messages/count_tokens", b'{"messages":[]}'),
        ("/pooling", b'{"messages":[]}'),
        ("/v1/images/generations", b'{"prompt":"a cat","stream":true}'),
    ],
)
def test_a_request_that_generates_no_text_stays_as_it_is(
    planned: Callable[[str | None], Gateway], uri: str, given: bytes
) -> None:
    assert planned("Capped").sent(given, uri) == given


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (b"x" + "é".encode() * 60, "The model x" + "é" * 39 + "… was"),
        (b"\x80", "The model ? was"),
        (b"\xed\xa0\x80", "The model ? was"),
    ],
)
def test_a_name_that_is_cut_or_no_text_is_told_as_text(
    planned: Callable[[str | None], Gateway], name: bytes, told: str
) -> None:
    refused = planned("Named").refused(b'{"model":"' + name + b'"}')
    assert refused is not None
    assert told in json.loads(refused.body or b"")["error"]["message"]


def test_keys_that_only_look_alike_have_plans_of_their_own(configured: Configured) -> None:
    gateway = configured(plans=PLANS)
    gateway.answers = backend(None)
    gateway.key = {"app_id": "1:app_key=2"}
    body = b'{"model":"big","messages":[]}'
    assert gateway.refused(body) is None
    gateway.answers = backend("Named")
    gateway.key = {"app_id": "1", "app_key": "2"}
    assert gateway.refused(body) is not None


@pytest.mark.parametrize("title", ["Open", "Of somebody else", None])
def test_a_plan_that_restricts_nothing_and_a_key_nobody_knows_pass_on(
    planned: Callable[[str | None], Gateway], title: str | None
) -> None:
    body = b'{"model":"big","messages":[],"max_tokens":100000}'
    assert planned(title).sent(body) == body


def test_the_plan_of_a_key_is_learnt_once_a_minute(planned: Callable[[str | None], Gateway]) -> None:
    gateway = planned("Named")
    body = b'{"model":"tiny","messages":[]}'
    for _ in range(5):
        gateway.sent(body)
    assert len(gateway.calls) == 1
    assert "no_body" not in str(gateway.calls[0])
    gateway.key = {"user_key": "another"}
    gateway.sent(body)
    assert len(gateway.calls) == 2
    gateway.now += 61
    gateway.sent(body)
    assert len(gateway.calls) == 3


def test_while_the_backend_does_not_answer_what_is_known_holds_and_the_rest_waits(
    planned: Callable[[str | None], Gateway],
) -> None:
    gateway = planned("Named")
    body = b'{"model":"tiny","messages":[]}'
    gateway.sent(body)
    gateway.now += 3600
    for down in (HttpAnswer(error="timeout"), HttpAnswer(503), HttpAnswer(499)):
        gateway.answers = lambda _, answer=down: answer  # type: ignore[misc]
        assert gateway.refused(body) is None
        assert gateway.refused(b'{"model":"big","messages":[]}') is not None
    gateway.key = {"user_key": "another"}
    refused = gateway.refused(body)
    assert refused is not None
    assert refused.status == 503
    assert json.loads(refused.body or b"")["error"]["code"] == "plan_unknown"


def test_without_plans_nobody_is_asked(configured: Configured) -> None:
    gateway = configured(plans=[])
    assert gateway.sent(b'{"model":"big","messages":[],"max_tokens":9}') is not None
    assert gateway.calls == []


def test_requests_without_a_body_are_not_judged(planned: Callable[[str | None], Gateway]) -> None:
    gateway = planned("Named")
    exchange = gateway.exchange(b"", "/v1/models", "GET")
    assert (exchange.rewrite(), exchange.access()) == (None, None)
    assert gateway.calls == []
