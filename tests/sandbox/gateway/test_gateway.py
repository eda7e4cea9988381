"""The gateway between the simulated 3scale and the model stub, all three on their own ports."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from sandbox.gateway.backend import Backend
from sandbox.gateway.configuration import Configuration
from sandbox.gateway.server import Gateway
from sandbox.gateway.transport import Surroundings, Transport
from sandbox.model.arguments import Arguments
from sandbox.model.server import ModelServer
from sandbox.request_log import RequestLog
from sandbox.threescale.server import Server
from tests.support.tenant import TOKEN, Api, fresh

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp.test_utils import BaseTestServer

HOST = "tiny-maas-apicast-production.apps.maas.test"
CHAT = {"model": "tiny", "messages": [{"role": "user", "content": "Hello there!"}]}
OK = {"left": "{{status}}", "left_type": "liquid", "op": "==", "right": "200", "right_type": "plain"}
METRICS = ("total_tokens", "prompt_tokens", "completion_tokens")
LLM = {
    "name": "llm-metrics",
    "version": "0.1",
    "enabled": True,
    "configuration": {
        "enable_sse_support": True,
        "rules": [
            {"metric": name, "increment": f"{{{{ llm_usage.{name} }}}}", "condition": {"operations": [OK]}}
            for name in METRICS
        ],
    },
}
CORS = {"name": "cors", "version": "builtin", "enabled": True, "configuration": {"allow_origin": "https://app.test"}}
UNKNOWN = {"name": "nowhere", "version": "9", "enabled": True, "configuration": {}}


@dataclass
class World:
    """The parts, and calls through the gateway."""

    api: Api
    threescale: Server
    model: ModelServer
    gateway: str
    session: ClientSession
    product: dict[str, Any]
    application: dict[str, Any]

    async def call(self, method: str, path: str, body: Any = None, key: str | None = None, **headers: str) -> Any:  # noqa: ANN401  # JSON in, response out
        """A call with the application's key; the answer is read whole."""
        key = self.application["user_key"] if key is None else key
        sent = {"Host": HOST, **({"Authorization": f"Bearer {key}"} if key else {}), **headers}
        response = await self.session.request(method, self.gateway + path, json=body, headers=sent)
        await response.read()
        return response

    async def counted(self, metric: str, wanted: int) -> None:
        """Wait until 3scale has that number; reports arrive after the answer."""
        metrics = {row["system_name"]: row["id"] for row in self.api.emulator.tenant.store.rows("metric")}
        last = None
        async with asyncio.timeout(5):
            while last != wanted:
                rows = self.api.emulator.tenant.store.connection.execute(
                    "SELECT SUM(value) FROM usage WHERE metric = ? AND period = 'eternity'", (metrics[metric],)
                )
                last = rows.fetchone()[0] or 0
                await asyncio.sleep(0)


def configured(api: Api) -> tuple[dict[str, Any], dict[str, Any]]:
    """A promoted product with a limit of four chat calls a minute, and an application on its plan."""
    product = api.product()
    api.put(f"/backend_apis/{product['backend']}", private_endpoint="http://tiny.models.svc:8080")
    path = f"/services/{product['id']}"
    chat = api.method(product, "chat")
    for name in METRICS:
        api.made(f"{path}/metrics", friendly_name=name, system_name=name, unit="token")
    rule = {"http_method": "POST", "pattern": "/v1/chat/completions", "metric_id": chat["id"], "delta": 1}
    api.made(f"{path}/proxy/mapping_rules", **rule)
    plan = api.made(f"{path}/application_plans", name="Standard", state_event="publish")["id"]
    api.made(f"/application_plans/{plan}/metrics/{chat['id']}/limits", period="minute", value=4)
    api.put(f"{path}/proxy", credentials_location="authorization")
    api.put(f"{path}/proxy/policies", policies_config=[CORS, UNKNOWN, LLM])
    api.promoted(product)
    account = api.made("/signup", org_name="Team", username="dev1", password="canary-password")["id"]
    return product, api.made(f"/accounts/{account}/applications", plan_id=plan, name="notebook")


def resolver(model: BaseTestServer) -> web.Application:
    """The sandbox's resolver, with one name."""

    async def resolve(request: web.Request) -> web.Response:
        if request.query["host"] != "tiny.models.svc":
            return web.json_response({"reason": "no such Service"}, status=404)
        return web.json_response({"address": "127.0.0.1", "port": model.port})

    application = web.Application()
    application.router.add_get("/resolve", resolve)
    return application


def run(scenario: Callable[[World], Awaitable[None]]) -> None:
    """Start all parts on free ports, run the scenario, stop them."""

    async def lived() -> None:
        api = fresh()
        product, application = configured(api)
        quiet = RequestLog(None, "test")
        threescale = Server(api.emulator, quiet)
        model = ModelServer(Arguments(names=("tiny",)), quiet)
        async with AsyncExitStack() as stack:
            portal = await stack.enter_async_context(TestServer(threescale.application()))
            engine = await stack.enter_async_context(TestServer(model.application()))
            control = await stack.enter_async_context(TestServer(resolver(engine)))
            endpoint = f"http://{TOKEN}@127.0.0.1:{portal.port}"
            transport = Transport(Surroundings(control_url=str(control.make_url("")).rstrip("/")))
            stack.push_async_callback(transport.close)
            configuration = Configuration(transport, endpoint, "production", 0.0)
            backend = Backend(transport, f"http://127.0.0.1:{portal.port}")
            gateway = Gateway(configuration, backend, transport, quiet)
            front = await stack.enter_async_context(TestServer(gateway.application()))
            session = await stack.enter_async_context(ClientSession())
            address = f"http://127.0.0.1:{front.port}"
            await scenario(World(api, threescale, model, address, session, product, application))

    asyncio.run(lived())


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

    run(scenario)


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

    run(scenario)
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

    run(scenario)


def test_the_engines_own_refusals_pass_and_count_no_token() -> None:
    async def scenario(world: World) -> None:
        answer = await world.call("POST", "/v1/chat/completions", {**CHAT, "model": "other"})
        assert (answer.status, (await answer.json())["error"]["type"]) == (404, "NotFoundError")
        await world.counted("chat", 1)
        await world.counted("total_tokens", 0)

    run(scenario)


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

    run(scenario)


def test_only_what_is_promoted_is_served_and_a_second_promotion_changes_it() -> None:
    async def scenario(world: World) -> None:
        path = f"/services/{world.product['id']}/proxy"
        world.api.put(path, error_auth_missing="No key at all")
        before = await world.call("POST", "/v1/chat/completions", key="")
        assert await before.text() == "Authentication parameters missing"
        world.api.promoted(world.product)
        after = await world.call("POST", "/v1/chat/completions", key="")
        assert await after.text() == "No key at all"

    run(scenario)


def test_an_upstream_that_is_not_there_is_502_and_a_dead_3scale_does_not_let_anyone_in() -> None:
    async def scenario(world: World) -> None:
        world.api.put(f"/backend_apis/{world.product['backend']}", private_endpoint="http://gone.models.svc")
        world.api.promoted(world.product)
        assert (await world.call("POST", "/v1/chat/completions", CHAT)).status == 502
        other = {**CHAT, "stream": True}
        world.threescale.faults.add(_fault("status", "/transactions/authrep.xml"))
        answer = await world.call("POST", "/v1/chat/completions", other, key="another")
        assert answer.status == 403

    run(scenario)


def test_a_portal_that_fails_leaves_the_old_configuration_in_force() -> None:
    async def scenario(world: World) -> None:
        assert (await world.call("POST", "/v1/chat/completions", CHAT)).status == 200
        world.threescale.faults.add(_fault("html", "/admin/api/account/proxy_configs/production.json"))
        assert (await world.call("POST", "/v1/chat/completions", CHAT)).status == 200

    run(scenario)


def test_the_service_token_shows_what_matched() -> None:
    async def scenario(world: World) -> None:
        token = world.api.emulator.tenant.store.rows("service_token", service_id=world.product["id"])[0]["value"]
        answer = await world.call("POST", "/v1/chat/completions", CHAT, **{"X-3scale-debug": token})
        assert answer.headers["X-3scale-matched-rules"] == "/v1/chat/completions"
        assert answer.headers["X-3scale-usage"] == "usage%5Bchat%5D=1"

    run(scenario)


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

    run(scenario)


def _fault(kind: str, path: str) -> Any:  # noqa: ANN401  # a fault order
    from sandbox.threescale.faults import parsed  # noqa: PLC0415  # only two tests need it

    return parsed({"kind": kind, "path": path})


@pytest.mark.row("S-073")
def test_a_servers_own_key_replaces_the_developers_after_that_was_read() -> None:
    def keyed(place: int) -> list[dict[str, Any]]:
        change = {"op": "set", "header": "Authorization", "value_type": "plain", "value": "Bearer inner"}
        headers = {"name": "headers", "version": "builtin", "enabled": True, "configuration": {"request": [change]}}
        chain = [{"name": "apicast", "version": "builtin", "enabled": True, "configuration": {}}]
        return [*chain[:place], headers, *chain[place:]]

    async def scenario(world: World) -> None:
        world.model.arguments = Arguments(names=("tiny",), api_key="inner")
        assert (await world.call("POST", "/v1/chat/completions", CHAT)).status == 401
        for place, status in ((1, 200), (0, 403)):
            world.api.put(f"/services/{world.product['id']}/proxy/policies", policies_config=keyed(place))
            world.api.promoted(world.product)
            assert (await world.call("POST", "/v1/chat/completions", CHAT)).status == status

    run(scenario)
