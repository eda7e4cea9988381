"""The token policy on a real nginx: what it counts, what it leaves alone, and what it does with trouble."""

import gzip
import json
import socket
import threading
from collections.abc import Iterator

import pytest

from sandbox.nginx.configuration import DECODERS
from sandbox.nginx.service import APICAST
from tests.gateway_nginx.client import ask, chat, connection
from tests.gateway_nginx.servers import AUTHORIZE, Answer, Asked
from tests.gateway_nginx.world import DONE, EVENT, LAST, PLAIN, USAGE, World, llm, world_of

LABELS = 'service_id="31",service_system_name="tinyllama"'
STREAM = chat(stream=True)


@pytest.fixture(scope="module", params=DECODERS)
def shared(request: pytest.FixtureRequest) -> Iterator[World]:
    """One gateway per decoder; every test has keys of its own."""
    with world_of(decoder=request.param) as made:
        yield made


@pytest.fixture
def key(request: pytest.FixtureRequest) -> str:
    return f"key-{abs(hash(request.node.nodeid))}"


def test_a_plain_answer_is_counted_cold_and_warm_and_not_changed(shared: World, key: str) -> None:
    for calls in (1, 2):
        got = ask(shared.gateway.url, chat(), key=key)
        assert (got.status, got.body) == (200, PLAIN)
        shared.wait_for_report(key, **{name: value * calls for name, value in USAGE.items()})
    assert shared.engine.asked[-1].body == chat()


def test_a_stream_is_counted_cold_and_warm(shared: World, key: str) -> None:
    for calls in (1, 2):
        got = ask(shared.gateway.url, STREAM, key=key)
        assert (got.status, got.body) == (200, EVENT * 3 + LAST + DONE)
        shared.wait_for_report(key, **{name: value * calls for name, value in USAGE.items()})


def test_usage_is_asked_for_with_the_smallest_change(shared: World, key: str) -> None:
    given = b'{"seed":9007199254740993,"stop":[],"stream":true,"a":"\\u00e9","messages":[]}'
    ask(shared.gateway.url, given, key=key)
    assert shared.engine.asked[-1].body == b'{"stream_options":{"include_usage":true},' + given[1:]


@pytest.mark.parametrize("size", [100, 20_000, 1_000_000])
def test_a_body_is_read_wherever_nginx_has_put_it(shared: World, key: str, size: int) -> None:
    body = chat(stream=True, padding="x" * size)
    assert ask(shared.gateway.url, body, key=key).status == 200
    shared.wait_for_report(key, **USAGE)
    assert len(shared.engine.asked[-1].body) == len(body) + len('"stream_options":{"include_usage":true},')


@pytest.mark.parametrize("size", [100, 100_000])
def test_a_chunked_request_is_counted_and_arrives_whole(shared: World, key: str, size: int) -> None:
    body = chat(stream=True, padding="x" * size)
    pieces = [body[start : start + 1000] for start in range(0, len(body), 1000)]
    assert ask(shared.gateway.url, iter(pieces), key=key, headers={"Transfer-Encoding": "chunked"}).status == 200
    shared.wait_for_report(key, **USAGE)
    assert json.loads(shared.engine.asked[-1].body)["padding"] == "x" * size


def test_an_event_arrives_before_the_next_one_is_sent() -> None:
    with world_of() as world:
        gate = threading.Event()
        pieces: list[bytes | threading.Event] = [EVENT, gate, LAST, DONE]
        world.engine.answer = lambda _: Answer(headers={"Content-Type": "text/event-stream"}, pieces=pieces)
        client = connection(world.gateway.url)
        client.request("POST", "/v1/chat/completions", STREAM, {"Authorization": "Bearer key"})
        answer = client.getresponse()
        assert answer.read1(len(EVENT)) == EVENT
        gate.set()
        assert answer.read() == LAST + DONE
        client.close()


def leave_after_the_first_event(world: World, pieces: list[bytes | threading.Event]) -> None:
    """Ask for a stream, read its beginning, and close the connection."""
    world.engine.answer = lambda _: Answer(headers={"Content-Type": "text/event-stream"}, pieces=pieces)
    host, port = world.gateway.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as client:
        head = ("POST /v1/chat/completions HTTP/1.1", "Host: a", "Authorization: Bearer key")
        client.sendall("\r\n".join([*head, f"Content-Length: {len(STREAM)}", "", ""]).encode() + STREAM)
        found = b""
        while b'"content"' not in found:
            found += client.recv(4096)


def test_a_client_that_leaves_is_counted_as_such_and_for_what_was_reported_by_then() -> None:
    with world_of(llm(continuous_usage_stats=True), APICAST) as world:
        gate = threading.Event()
        usage = b'{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6}'
        partial = b'data: {"choices":[{"delta":{"content":"a"}}],"usage":' + usage + b"}\n\n"
        leave_after_the_first_event(world, [partial, gate, *[EVENT] * 2000, LAST, DONE])
        world.wait_for_metric(f"llm_requests_aborted_total{{{LABELS}}} 1")
        world.wait_for_report("key", prompt_tokens=5, completion_tokens=1, total_tokens=6)
        gate.set()
        world.engine.wait(lambda: world.engine.broken == 1)
        assert b'"continuous_usage_stats":true' in world.engine.asked[0].body


def test_a_client_that_leaves_before_any_usage_costs_nothing() -> None:
    with world_of() as world:
        gate = threading.Event()
        leave_after_the_first_event(world, [EVENT, gate, *[EVENT] * 2000, LAST, DONE])
        world.wait_for_metric(f"llm_requests_aborted_total{{{LABELS}}} 1")
        gate.set()
        world.engine.wait(lambda: world.engine.broken == 1)
        # Everything after the answer is over, so a report would be there.
        world.wait_until_idle()
        assert world.backend.reported("key") == {}


def test_an_error_of_the_policy_is_counted_and_does_not_reach_the_client() -> None:
    broken = b'data: {"choices":[],"usage":{"prompt_tokens":5,\n\n'
    with world_of() as world:
        world.engine.answer = lambda _: Answer(
            headers={"Content-Type": "text/event-stream"}, pieces=[EVENT, broken, DONE]
        )
        got = ask(world.gateway.url, STREAM)
        assert (got.status, got.body) == (200, EVENT + broken + DONE)
        world.wait_for_metric(f'llm_policy_errors_total{{{LABELS},reason="usage"}} 1')
        assert "dropped error" not in world.gateway.error_log.read_text()


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_an_error_of_the_engine_passes_and_counts_nothing(shared: World, key: str, status: int) -> None:
    answered = Answer(status, headers={"Content-Type": "application/json", "X-Own": "kept"}, body=PLAIN)
    shared.engine.answer, before = lambda _: answered, shared.engine.answer
    try:
        got = ask(shared.gateway.url, STREAM, key=key)
    finally:
        shared.engine.answer = before
    assert (got.status, got.body, got.headers["x-own"]) == (status, PLAIN, "kept")
    ask(shared.gateway.url, chat(), key=key)
    shared.wait_for_report(key, **USAGE)


def test_an_engine_is_not_asked_for_an_encoded_answer(shared: World, key: str) -> None:
    got = ask(shared.gateway.url, chat(), key=key, headers={"Accept-Encoding": "gzip"})
    assert (got.status, got.body) == (200, PLAIN)
    assert "accept-encoding" not in shared.engine.asked[-1].headers
    shared.wait_for_report(key, **USAGE)


def test_an_answer_that_is_encoded_all_the_same_passes_and_is_said_to_be_missing() -> None:
    with world_of() as world:
        packed = gzip.compress(PLAIN)
        fields = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        world.engine.answer = lambda _: Answer(headers=fields, body=packed)
        assert ask(world.gateway.url, chat()).body == packed
        world.wait_for_metric(f'llm_usage_missing_total{{{LABELS},reason="content_encoding"}} 1')


def test_a_large_answer_is_counted_and_arrives_byte_for_byte(shared: World, key: str) -> None:
    content = (
        b'{"choices":[{"message":{"content":"'
        + b"word " * 2_000_000
        + b'"}}],"usage":'
        + json.dumps(USAGE).encode()
        + b"}"
    )
    shared.engine.answer, before = (
        lambda _: Answer(headers={"Content-Type": "application/json"}, body=content),
        shared.engine.answer,
    )
    try:
        assert ask(shared.gateway.url, chat(), key=key).body == content
    finally:
        shared.engine.answer = before
    shared.wait_for_report(key, **USAGE)


def test_limits_of_tokens_are_looked_at_before_the_call() -> None:
    with world_of(llm(limited_metrics=["total_tokens"]), APICAST) as world:
        ask(world.gateway.url, chat())
        query = world.backend.authorised("key")[0].query
        assert (query["usage[hits]"], query["usage[total_tokens]"]) == ("1", "0")


def test_a_model_outside_the_plan_is_refused_before_the_engine_and_asked_once() -> None:
    with world_of(llm(plans=[{"plan": "Standard", "models": ["tiny"], "max_tokens": 100}]), APICAST) as world:
        for _ in range(2):
            got = ask(world.gateway.url, chat(model="huge"))
            assert (got.status, json.loads(got.body)["error"]["code"]) == (403, "model_not_in_plan")
        got = ask(world.gateway.url, chat(model="tiny", max_tokens=101))
        assert (got.status, json.loads(got.body)["error"]["code"]) == (400, "max_tokens_over_plan")
        assert world.engine.asked == []
        assert ask(world.gateway.url, chat(model="tiny")).status == 200
        assert json.loads(world.engine.asked[0].body)["max_tokens"] == 100
        assert len(world.backend.of(AUTHORIZE)) == 1
        world.wait_for_report("key", **USAGE)


def test_parallel_calls_of_one_key_are_all_counted() -> None:
    with world_of(workers=2) as world:
        threads = [threading.Thread(target=ask, args=(world.gateway.url, STREAM)) for _ in range(32)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        world.wait_for_report("key", **{name: value * 32 for name, value in USAGE.items()})


def test_reports_that_the_backend_does_not_take_are_counted_and_logged_without_the_key() -> None:
    with world_of() as world:
        answered = world.backend.answer

        def refusing(asked: Asked) -> Answer:
            return Answer(500) if asked.path == "/transactions.xml" else answered(asked)

        world.backend.answer = refusing
        assert ask(world.gateway.url, chat(), key="secret-key").status == 200
        world.wait_for_metric(f"llm_reports_failed_total{{{LABELS}}} 1")
        log = world.gateway.error_log.read_text()
        assert "total_tokens=8" in log
        assert "secret-key" not in log
