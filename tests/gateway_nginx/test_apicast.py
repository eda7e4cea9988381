"""The model of APIcast on nginx: who gets in, when the backend is asked, what happens to errors."""

import base64
from pathlib import Path

import pytest

from sandbox.nginx.service import APICAST
from tests.gateway_nginx.client import ask, chat
from tests.gateway_nginx.servers import Answer
from tests.gateway_nginx.world import PLAIN, World, world_of

LIMITED = Answer(409, headers={"3scale-rejection-reason": "limits_exceeded", "3scale-limit-reset": "17"})
PHASES = ("rewrite", "access", "header_filter", "body_filter", "post_action", "log")


def test_the_first_call_of_a_key_is_authorised_before_the_engine_is_asked(world: World) -> None:
    world.backend.refusals["key"] = Answer(403)
    got = ask(world.gateway.url, chat())
    assert (got.status, got.body) == (403, b"Authentication failed")
    assert world.engine.asked == []


def test_a_remembered_key_passes_at_once_and_is_authorised_after_the_answer(world: World) -> None:
    ask(world.gateway.url, chat())
    world.backend.refusals["key"] = LIMITED
    assert ask(world.gateway.url, chat()).status == 200
    world.wait_for_metric('threescale_backend_calls{endpoint="authrep",status="4xx"} 1')
    got = ask(world.gateway.url, chat())
    assert (got.status, got.body, got.headers["retry-after"]) == (429, b"Usage limit exceeded", "17")
    assert len(world.engine.asked) == 2


def test_a_call_counts_by_the_mapping_rules_that_match() -> None:
    with world_of(APICAST, rules={"/v1/": "hits", "/v1/chat": "chat", "/v1/other": "other"}) as world:
        ask(world.gateway.url, chat())
        query = world.backend.authorised("key")[0].query
        assert {name for name in query if name.startswith("usage")} == {"usage[hits]", "usage[chat]"}
        assert (query["service_id"], query["service_token"]) == ("31", "service-token")


def test_a_path_without_a_rule_is_not_found_and_asks_nobody(world: World) -> None:
    got = ask(world.gateway.url, chat(), path="/unknown")
    assert (got.status, got.body) == (404, b"No Mapping Rule matched")
    assert world.backend.asked == world.engine.asked == []


def test_a_call_without_a_key_asks_nobody(world: World) -> None:
    got = ask(world.gateway.url, chat(), key=None)
    assert (got.status, got.body) == (403, b"Authentication parameters missing")
    assert world.backend.asked == world.engine.asked == []


@pytest.mark.parametrize(("user", "password"), [("key", ""), ("", "key"), ("key", "other")])
def test_a_key_may_stand_in_basic_credentials(world: World, user: str, password: str) -> None:
    coded = base64.b64encode(f"{user}:{password}".encode()).decode()
    assert ask(world.gateway.url, chat(), key=None, headers={"Authorization": f"Basic {coded}"}).status == 200
    assert len(world.backend.authorised("key")) == 1


def test_a_metric_that_is_switched_off_is_no_limit_to_wait_for(world: World) -> None:
    world.backend.refusals["key"] = Answer(409, headers={**LIMITED.headers, "3scale-limit-max-value": "0"})
    assert ask(world.gateway.url, chat()).status == 403


def test_a_backend_that_is_gone_lets_in_who_is_remembered_once(world: World) -> None:
    ask(world.gateway.url, chat())
    world.backend.refusals |= {"key": Answer(dropped=True), "new": Answer(dropped=True)}
    assert ask(world.gateway.url, chat(), key="new").status == 403
    assert ask(world.gateway.url, chat()).status == 200
    world.wait_for_metric('threescale_backend_calls{endpoint="authrep",status="invalid_status"} 2')
    assert ask(world.gateway.url, chat()).status == 403


@pytest.mark.parametrize(
    "answer",
    [
        Answer(409, headers=LIMITED.headers, body=b"<status/>"),
        Answer(409, headers=LIMITED.headers, pieces=[b"<sta", b"tus/>"]),
        Answer(409, headers=LIMITED.headers, body=b"<status/>", until_close=True),
        Answer(409, headers={**LIMITED.headers, "Connection": "close"}),
    ],
    ids=["known length", "chunked", "until the end", "closing"],
)
def test_any_form_of_the_backends_answer_is_read(world: World, answer: Answer) -> None:
    world.backend.refusals["refused"] = answer
    for _ in range(3):
        assert ask(world.gateway.url, chat(), key="refused").status == 429
    assert ask(world.gateway.url, chat()).status == 200


def faulty(folder: Path, phase: str) -> Path:
    """A policy that fails in one phase."""
    folder.mkdir()
    (folder / "apicast-policy.json").write_text('{"version": "1.0"}')
    (folder / "init.lua").write_text(
        "local policy = require('apicast.policy').new('Faulty', '1.0')\n"
        f"function policy.{phase}() error('it broke') end\nreturn policy\n"
    )
    return folder


@pytest.mark.parametrize("phase", PHASES)
def test_an_error_in_a_phase_is_dropped_and_logged(tmp_path: Path, phase: str) -> None:
    item = {"name": "faulty", "version": "1.0", "configuration": {}}
    with world_of(item, APICAST, policies={"faulty": faulty(tmp_path / "faulty", phase)}) as world:
        got = ask(world.gateway.url, chat())
        assert (got.status, got.body) == (200, PLAIN)
        ask(world.gateway.url, chat())
        world.backend.wait(lambda: len(world.backend.authorised("key")) == 2)
        world.wait_until_idle()
        assert f"dropped error of Faulty in {phase}: " in world.gateway.error_log.read_text()


def test_a_policy_of_another_version_is_left_out_with_a_line_in_the_log(tmp_path: Path) -> None:
    item = {"name": "faulty", "version": "1.1", "configuration": {}}
    with world_of(item, APICAST, policies={"faulty": faulty(tmp_path / "faulty", "rewrite")}) as world:
        assert ask(world.gateway.url, chat()).status == 200
        log = world.gateway.error_log.read_text()
        assert "failed to load policy: faulty version: 1.1" in log
        assert "dropped error" not in log


def test_the_engine_gets_the_call_as_it_came(world: World) -> None:
    ask(world.gateway.url, chat(), path="/v1/chat/completions?a=%20b&c", headers={"X-Own": "kept"})
    (asked,) = world.engine.asked
    assert (asked.method, asked.path, asked.query, asked.body) == ("POST", "/v1/chat/completions", {"a": " b"}, chat())
    assert asked.headers["x-own"] == "kept"
    assert asked.headers["host"] == world.engine.url.removeprefix("http://")
