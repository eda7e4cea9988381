"""How far a token limit is overshot: the bound that docs/metering.md states."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.sandbox.gateway.world import APICAST, CHAT, PATH, POLICIES, World, counting, item, run

LIMIT = 60
MOST = 24
"""Tokens of one answer: what a plan's `maxTokens` bounds."""
UNCACHED = item("caching", caching_type="none")


def limited(world: World, value: int = LIMIT) -> None:
    """Limit the total of tokens alone; the limit of calls goes."""
    plan = world.application["plan_id"]
    for one in world.api.get(f"/application_plans/{plan}/limits")["limits"]:
        world.api.deleted(f"/application_plans/{plan}/metrics/{one['limit']['metric_id']}/limits/{one['limit']['id']}")
    total = world.metrics_by_name()["total_tokens"]
    world.api.made(f"/application_plans/{plan}/metrics/{total}/limits", period="day", value=value)


async def status(world: World, **body: Any) -> int:  # noqa: ANN401  # JSON
    answer: int = (await world.call("POST", PATH, {**CHAT, "max_tokens": MOST, **body})).status
    return answer


async def settled(world: World) -> int:
    """The total once 3scale has the report of every answer."""
    await world.front.finish()
    total = sum(entry.total_tokens for entry in world.model.ledger.entries)
    if total:
        await world.counted("total_tokens", total)
    return total


@pytest.mark.row("S-171")
def test_answers_under_way_are_all_that_is_over_a_limit() -> None:
    under_way = 8

    async def scenario(world: World) -> None:
        limited(world)
        while await settled(world) <= LIMIT - MOST:
            assert await status(world) == 200
        before = await settled(world)
        together = await asyncio.gather(*(status(world, stream=True) for _ in range(under_way)))
        served = together.count(200)
        assert served > 1
        total = await settled(world)
        used = [entry.total_tokens for entry in world.model.ledger.entries[-served:]]
        assert before <= LIMIT < total <= LIMIT + served * max(used)
        assert [await status(world) for _ in range(3)] == [429] * 3
        assert await settled(world) == total

    run(scenario, policies=POLICIES, chain=[UNCACHED, counting(limited_metrics=["total_tokens"]), APICAST])


@pytest.mark.parametrize(("chain", "more"), [([UNCACHED], 0), ([], 1)], ids=["exact", "cached"])
def test_a_cache_lets_one_call_more_of_a_key_pass(chain: list[dict[str, Any]], more: int) -> None:
    async def scenario(world: World) -> None:
        # The first call of a key is over it at once, and remembered before that is known.
        limited(world, 1)
        assert await status(world) == 200
        await settled(world)
        found = []
        for _ in range(4):
            found.append(await status(world))
            await world.front.finish()
        assert found == [200] * more + [429] * (4 - more)

    run(scenario, policies=POLICIES, chain=[*chain, counting(limited_metrics=["total_tokens"]), APICAST])


def test_a_limit_that_no_call_names_never_refuses() -> None:
    async def scenario(world: World) -> None:
        limited(world)
        for _ in range(8):
            assert await status(world) == 200
            await settled(world)
        assert await settled(world) > 2 * LIMIT

    run(scenario, policies=POLICIES, chain=[UNCACHED, counting(), APICAST])
