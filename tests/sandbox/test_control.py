"""The control API's way to the control port of one model process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from aiohttp.test_utils import TestClient, TestServer

from sandbox.control import Control
from sandbox.faults import Faults
from sandbox.model.arguments import Arguments
from sandbox.model.server import ModelServer
from sandbox.node.images import Program
from sandbox.node.world import Instance, World
from sandbox.request_log import RequestLog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

NOBODY = cast("Any", None)


def _instance(part: str, pod: str, workload: str, port: int | None) -> Instance:
    return Instance(program=Program(part, ()), child=NOBODY, pod=pod, workload=workload, ports={}, control_port=port)


def served(scenario: Callable[[Any, ModelServer], Awaitable[None]]) -> None:
    """Run a scenario against the control API of a world with one model of one pod and one of two."""

    async def run() -> None:
        model = ModelServer(Arguments(), RequestLog(None, "model"))
        world = World(client=NOBODY, layout=NOBODY, faults=Faults(), events=NOBODY, environment={})
        control = Control(NOBODY, world.faults, NOBODY, dict, world=world)
        async with TestServer(model.control()) as port, TestClient(TestServer(control.application())) as client:
            for found in (
                _instance("model", "llm/tiny-7d-x/main", "tiny-predictor", port.port),
                _instance("gateway", "llm/gate-1/main", "gate", None),
                _instance("model", "llm/big-1/main", "big", port.port),
                _instance("model", "llm/big-2/main", "big", port.port),
            ):
                world.instances[found.pod] = found
            await scenario(client, model)

    asyncio.run(run())


def test_the_ledger_is_found_by_pod_and_by_workload() -> None:
    async def scenario(client: Any, model: ModelServer) -> None:  # noqa: ANN401  # the test client
        entry = model.ledger.open("1", "/v1/completions", "tiny", 4, stream=False)
        entry.completion_tokens, entry.completed = 3, True
        for name in ("tiny-7d-x", "tiny-predictor"):
            ledger = await (await client.get(f"/model/llm/{name}/_ledger")).json()
            assert ledger["totals"]["total_tokens"] == 7
        assert (await client.delete("/model/llm/tiny-predictor/_ledger")).status == 200
        assert model.ledger.entries == []

    served(scenario)


def test_a_ledger_that_is_not_there_or_not_one_is_refused_by_name() -> None:
    async def scenario(client: Any, _model: ModelServer) -> None:  # noqa: ANN401  # the test client
        for missing in ("llm/other", "elsewhere/tiny-predictor", "llm/gate"):
            answer = await client.get(f"/model/{missing}/_ledger")
            assert (answer.status, "no model runs" in (await answer.json())["error"]) == (404, True)
        several = await client.get("/model/llm/big/_ledger")
        assert (several.status, "big-1, big-2" in (await several.json())["error"]) == (409, True)
        assert (await client.get("/model/llm/big-2/_ledger")).status == 200

    served(scenario)
