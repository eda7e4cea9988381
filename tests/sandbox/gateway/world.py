"""The gateway between the simulated 3scale and the model stub, all on their own ports."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from sandbox.gateway.assembly import assembled, listening
from sandbox.gateway.chains import MOUNTED_AT
from sandbox.gateway.transport import Surroundings, Transport
from sandbox.model.arguments import Arguments
from sandbox.model.server import ModelServer
from sandbox.request_log import RequestLog
from sandbox.threescale.server import Server
from tests.support.tenant import TOKEN, Api, fresh

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from aiohttp.test_utils import BaseTestServer

    from sandbox.gateway.server import Gateway

HOST = "tiny-maas-apicast-production.apps.maas.test"
CHAT = {"model": "tiny", "messages": [{"role": "user", "content": "Hello there!"}]}
METRICS = ("total_tokens", "prompt_tokens", "completion_tokens")
TOKEN_POLICY = Path(__file__).parents[3] / "policies" / "llm"
POLICIES = {"llm-metrics/0.2": TOKEN_POLICY}
PATH = "/v1/chat/completions"


def item(name: str, version: str = "builtin", /, **configuration: Any) -> dict[str, Any]:  # noqa: ANN401  # any setting
    """A link of a policy chain."""
    return {"name": name, "version": version, "enabled": True, "configuration": configuration}


def counting(version: str = "0.2", **configuration: Any) -> dict[str, Any]:  # noqa: ANN401  # any setting
    """The token policy's link with one rule per metric."""
    answered = {"left": "{{status}}", "left_type": "liquid", "op": "==", "right": "200", "right_type": "plain"}
    rules = [
        {"metric": name, "increment": f"{{{{ llm_usage.{name} }}}}", "condition": {"operations": [answered]}}
        for name in METRICS
    ]
    return item("llm-metrics", version, enable_sse_support=True, rules=rules, **configuration)


APICAST = item("apicast")


def local(port: int | None) -> str:
    """The URL of a port of this machine by a cluster's name; 3scale takes no other."""
    return f"http://own.models.svc:{port}"


@dataclass
class World:
    """The parts, and calls through the gateway."""

    api: Api
    threescale: Server
    model: ModelServer
    front: Gateway
    gateway: str
    metrics_address: str
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

    def chain(self, *links: dict[str, Any]) -> None:
        """Promote this policy chain."""
        self.api.put(f"/services/{self.product['id']}/proxy/policies", policies_config=list(links))
        self.api.promoted(self.product)

    def upstream(self, port: int | None) -> None:
        """Promote an upstream that listens on this port."""
        self.api.put(f"/backend_apis/{self.product['backend']}", private_endpoint=local(port))
        self.api.promoted(self.product)

    async def metrics(self) -> list[str]:
        """The lines of the gateway's counters."""
        async with self.session.get(f"{self.metrics_address}/metrics") as response:
            return (await response.text()).splitlines()

    def metrics_by_name(self) -> dict[str, int]:
        """Number of each metric."""
        return {row["system_name"]: row["id"] for row in self.api.emulator.tenant.store.rows("metric")}

    async def counted(self, metric: str, wanted: int) -> None:
        """Wait until 3scale has that number; reports arrive after the answer."""
        number, last = self.metrics_by_name()[metric], None
        async with asyncio.timeout(5):
            while last != wanted:
                rows = self.api.emulator.tenant.store.connection.execute(
                    "SELECT SUM(value) FROM usage WHERE metric = ? AND period = 'eternity'", (number,)
                )
                last = rows.fetchone()[0] or 0
                await asyncio.sleep(0.01)


def configured(api: Api, chain: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
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
    api.put(f"{path}/proxy/policies", policies_config=chain)
    api.promoted(product)
    account = api.made("/signup", org_name="Team", username="dev1", password="canary-password")["id"]
    return product, api.made(f"/accounts/{account}/applications", plan_id=plan, name="notebook")


def resolver(model: BaseTestServer) -> web.Application:
    """The sandbox's resolver: the model stub under its name, and whatever a test listens on."""

    async def resolve(request: web.Request) -> web.Response:
        if request.query["host"] == "own.models.svc":
            return web.json_response({"address": "127.0.0.1", "port": int(request.query["port"])})
        if request.query["host"] != "tiny.models.svc":
            return web.json_response({"reason": "no such Service"}, status=404)
        return web.json_response({"address": "127.0.0.1", "port": model.port})

    application = web.Application()
    application.router.add_get("/resolve", resolve)
    return application


async def address_of(application: web.Application, stack: AsyncExitStack) -> str:
    """The URL at which an application of the gateway listens until the stack is left."""
    runner, port = await listening(application, 0)
    stack.push_async_callback(runner.cleanup)
    return f"http://127.0.0.1:{port}"


def mounted(folders: Mapping[str, Path]) -> str:
    """What the node tells the gateway about mounted policies; `name/version` → folder."""
    return json.dumps({f"{MOUNTED_AT}/{name}": str(folder) for name, folder in folders.items()})


def run(
    scenario: Callable[[World], Awaitable[None]],
    *,
    policies: Mapping[str, Path] | None = None,
    chain: Iterable[dict[str, Any]] = (),
    **environment: str,
) -> None:
    """Start all parts on free ports, run the scenario, stop them."""

    async def lived() -> None:
        api = fresh()
        product, application = configured(api, list(chain))
        quiet = RequestLog(None, "test")
        threescale = Server(api.emulator, quiet)
        model = ModelServer(Arguments(names=("tiny",)), quiet)
        async with AsyncExitStack() as stack:
            portal = await stack.enter_async_context(TestServer(threescale.application()))
            engine = await stack.enter_async_context(TestServer(model.application()))
            control = await stack.enter_async_context(TestServer(resolver(engine)))
            transport = Transport(Surroundings(control_url=str(control.make_url("")).rstrip("/")))
            stack.push_async_callback(transport.close)
            told = {
                "THREESCALE_PORTAL_ENDPOINT": f"http://{TOKEN}@127.0.0.1:{portal.port}",
                "BACKEND_ENDPOINT_OVERRIDE": f"http://127.0.0.1:{portal.port}",
                "SANDBOX_MOUNTS": mounted(policies or {}),
                **environment,
            }
            gateway = assembled(transport, quiet, told, "production", 0.0)
            stack.push_async_callback(gateway.finish)
            front = await address_of(gateway.application(), stack)
            side = await address_of(gateway.metrics(), stack)
            session = await stack.enter_async_context(ClientSession())
            await scenario(World(api, threescale, model, gateway, front, side, session, product, application))

    asyncio.run(lived())
