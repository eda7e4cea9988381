"""Calls through the gateway: what passes, what is counted, what is refused with which words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.model.arguments import Arguments
from sandbox.threescale.faults import parsed
from tests.sandbox.gateway.world import APICAST, CHAT, METRICS, POLICIES, World, counting, item, run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

CORS = item("cors", allow_origin="https://app.test")
UNKNOWN = item("nowhere", "9")


def lived(scenario: Callable[[World], Awaitable[None]]) -> None:
    """The scenario with the token policy in the chain."""
    run(scenario, policies=POLICIES, chain=[CORS, UNKNOWN, counting(), APICAST])


@pytest.mark.row("S-142")
def test_plain_and_streamed_answers_are_counted_exactly_as_the_engine_counted_them() -> None:
    async def scenario(world: World) -> None:
        for body in (CHAT, CHAT, {**CHAT, "stream": True}):
            answer = await world.call("POST", "/v1/chat/completions", body)
            assert answer.status == 200
        truth = world.model.ledger.rendered()["totals"]
        assert isinstance(truth, dict)
        assert truth["requests"] == 3
        for metric in METRICS:
            await world.counted(metric, truth[metric])
        await world.counted("chat", 3)

    lived(scenario)


def test_refusals_use_the_texts_of_the_proxy_settings(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(world: World) -> None:
        missing = await world.call("POST", "/v1/chat/completions", CHAT, key="")
        assert (missing.status, await missing.text()) == (403, "Authentication parameters missing")
        wrong = await world.call("POST", "/v1/chat/completions", CHAT, key="wrong")
        assert (wrong.status, await wrong.text()) == (403, "Authentication failed")
        nothing = await world.call("DELETE", "/v1/chat/completions")
        assert (nothing.status, await nothing.text()) == (404, "No Mapping Rule matched")
        assert nothing.headers["Content-Type"] == "text/plain; charset=us-ascii"
        unknown = await world.call("GET", "/", Host="unknown.example")
        assert unknown.status == 404
        assert world.model.ledger.entries == []

    lived(scenario)
    assert "failed to load policy nowhere version 9" in caplog.text


@pytest.mark.row("S-171")
def test_a_limit_ends_in_429_and_says_when_to_come_back() -> None:
    async def scenario(world: World) -> None:
        statuses = []
        for number in range(8):
            answer = await world.call("POST", "/v1/chat/completions", CHAT)
            statuses.append(answer.status)
            if number < 4:
                await world.counted("chat", min(number + 1, 4))
        assert statuses[:4] == [200] * 4
        # The fifth passes by a remembered authorisation; its refusal afterwards ends the remembering.
        assert statuses[4:] == [200, 429, 429, 429]
        assert 0 < int(answer.headers["Retry-After"]) <= 60
        await world.counted("chat", 4)

    lived(scenario)


def test_the_engines_own_refusals_pass_and_count_no_token() -> None:
    async def scenario(world: World) -> None:
        answer = await world.call("POST", "/v1/chat/completions", {**CHAT, "model": "other"})
        assert (answer.status, (await answer.json())["error"]["type"]) == (404, "NotFoundError")
        await world.counted("chat", 1)
        await world.counted("total_tokens", 0)

    lived(scenario)


@pytest.mark.row("S-144")
def test_a_browser_gets_its_headers_and_a_preflight_needs_no_key() -> None:
    async def scenario(world: World) -> None:
        asked = {"Origin": "https://app.test", "Access-Control-Request-Method": "POST"}
        preflight = await world.call("OPTIONS", "/v1/chat/completions", key="", **asked)
        assert (preflight.status, preflight.headers["Access-Control-Allow-Methods"]) == (204, "POST")
        answer = await world.call("POST", "/v1/chat/completions", CHAT, Origin="https://app.test")
        assert answer.headers["Access-Control-Allow-Origin"] == "https://app.test"
        plain = await world.call("POST", "/v1/chat/completions", CHAT)
        assert "Access-Control-Allow-Origin" not in plain.headers

    lived(scenario)


def test_only_what_is_promoted_is_served_and_a_second_promotion_changes_it() -> None:
    async def scenario(world: World) -> None:
        path = f"/services/{world.product['id']}/proxy"
        world.api.put(path, error_auth_missing="No key at all")
        before = await world.call("POST", "/v1/chat/completions", key="")
        assert await before.text() == "Authentication parameters missing"
        world.api.promoted(world.product)
        after = await world.call("POST", "/v1/chat/completions", key="")
        assert await after.text() == "No key at all"

    lived(scenario)


def test_an_upstream_that_is_not_there_is_502_and_a_dead_3scale_does_not_let_anyone_in() -> None:
    async def scenario(world: World) -> None:
        world.api.put(f"/backend_apis/{world.product['backend']}", private_endpoint="http://gone.models.svc")
        world.api.promoted(world.product)
        assert (await world.call("POST", "/v1/chat/completions", CHAT)).status == 502
        other = {**CHAT, "stream": True}
        world.threescale.faults.add(parsed({"kind": "status", "path": "/transactions/authrep.xml"}))
        answer = await world.call("POST", "/v1/chat/completions", other, key="another")
        assert answer.status == 403

    lived(scenario)


def test_a_portal_that_fails_leaves_the_old_configuration_in_force() -> None:
    async def scenario(world: World) -> None:
        assert (await world.call("POST", "/v1/chat/completions", CHAT)).status == 200
        configurations = "/admin/api/account/proxy_configs/production.json"
        world.threescale.faults.add(parsed({"kind": "html", "path": configurations}))
        assert (await world.call("POST", "/v1/chat/completions", CHAT)).status == 200

    lived(scenario)


def test_the_service_token_shows_what_matched() -> None:
    async def scenario(world: World) -> None:
        token = world.api.emulator.tenant.store.rows("service_token", service_id=world.product["id"])[0]["value"]
        answer = await world.call("POST", "/v1/chat/completions", CHAT, **{"X-3scale-debug": token})
        assert answer.headers["X-3scale-matched-rules"] == "/v1/chat/completions"
        assert answer.headers["X-3scale-usage"] == "usage%5Bchat%5D=1"

    lived(scenario)


def test_another_usage_path_is_routed_and_cut_off() -> None:
    async def scenario(world: World) -> None:
        path = f"/services/{world.product['id']}"
        usage = world.api.get(f"{path}/backend_usages")[0]["backend_usage"]["id"]
        world.api.put(f"{path}/backend_usages/{usage}", path="/llama")
        rule = {"http_method": "POST", "pattern": "/llama", "metric_id": world.product["hits"], "delta": 1}
        world.api.made(f"{path}/proxy/mapping_rules", **rule)
        world.api.promoted(world.product)
        answer = await world.call("POST", "/llama/v1/chat/completions", CHAT)
        assert answer.status == 200
        assert world.model.ledger.entries[0].path == "/v1/chat/completions"

    lived(scenario)


@pytest.mark.row("S-073")
def test_a_servers_own_key_replaces_the_developers_after_that_was_read() -> None:
    change = {"op": "set", "header": "Authorization", "value_type": "plain", "value": "Bearer inner"}
    headers = item("headers", request=[change])

    async def scenario(world: World) -> None:
        world.model.arguments = Arguments(names=("tiny",), api_key="inner")
        assert (await world.call("POST", "/v1/chat/completions", CHAT)).status == 401
        for chain, status in (((APICAST, headers), 200), ((headers, APICAST), 403)):
            world.chain(*chain)
            assert (await world.call("POST", "/v1/chat/completions", CHAT)).status == status

    lived(scenario)
