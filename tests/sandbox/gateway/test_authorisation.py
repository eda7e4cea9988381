"""What the gateway asks the backend, what it remembers, and how it answers refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.threescale.faults import parsed
from tests.sandbox.gateway.world import APICAST, CHAT, PATH, POLICIES, World, counting, item, run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


def lived(caching: str | None, scenario: Callable[[World], Awaitable[None]]) -> None:
    """The scenario with a type of caching; None leaves the gateway's own."""
    chain = [APICAST] if caching is None else [APICAST, item("caching", caching_type=caching)]
    run(scenario, chain=chain)


async def statuses(world: World, times: int, key: str | None = None) -> list[int]:
    """What so many calls are answered with; each is over with all that comes after it before the next one."""
    found = []
    for _ in range(times):
        found.append((await world.call("POST", PATH, CHAT, key=key)).status)
        await world.front.finish()
    return found


async def asked(world: World) -> int:
    """How often the backend was asked to authorise."""
    lines = [line for line in await world.metrics() if line.startswith('threescale_backend_calls{endpoint="authrep"')]
    return sum(int(line.rpartition(" ")[2]) for line in lines)


def broken(world: World) -> None:
    """From now on the backend fails."""
    world.threescale.faults.add(parsed({"kind": "status", "path": "/transactions/authrep.xml", "count": 0}))


def limited(world: World, metric: str, value: int) -> None:
    """Put a limit of an hour on a metric of the application's plan."""
    plan, number = world.application["plan_id"], world.metrics_by_name()[metric]
    world.api.made(f"/application_plans/{plan}/metrics/{number}/limits", period="hour", value=value)


@pytest.mark.parametrize("caching", [None, "strict", "resilient", "allow"])
def test_a_remembered_authorisation_lets_one_call_too_many_pass(caching: str | None) -> None:
    async def scenario(world: World) -> None:
        # Four are allowed; the fifth passes by what was remembered, and its refusal afterwards is remembered too.
        assert await statuses(world, 7) == [200] * 5 + [429] * 2
        assert await asked(world) == 7
        await world.counted("chat", 4)

    lived(caching, scenario)


def test_without_caching_no_call_too_many_passes() -> None:
    async def scenario(world: World) -> None:
        assert await statuses(world, 6) == [200] * 4 + [429] * 2
        assert await asked(world) == 6
        await world.counted("chat", 4)

    lived("none", scenario)


def test_an_unknown_type_of_caching_remembers_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(world: World) -> None:
        assert await statuses(world, 5) == [200] * 4 + [429]

    lived("sometimes", scenario)
    assert "Invalid caching type" in caplog.text


@pytest.mark.parametrize(
    ("caching", "known", "unknown"),
    [
        (None, [200, 403, 403], 403),
        ("strict", [200, 403, 403], 403),
        ("resilient", [200, 200, 200], 403),
        ("allow", [200, 200, 200], 200),
        ("none", [403, 403, 403], 403),
    ],
)
def test_a_backend_that_fails_leaves_what_the_type_of_caching_says(
    caching: str | None, known: list[int], unknown: int
) -> None:
    async def scenario(world: World) -> None:
        assert await statuses(world, 1) == [200]
        broken(world)
        assert await statuses(world, 3) == known
        assert await statuses(world, 1, key="another") == [unknown]

    lived(caching, scenario)


def test_a_denied_key_stays_denied_while_the_backend_fails_even_when_others_are_let_in() -> None:
    async def scenario(world: World) -> None:
        assert await statuses(world, 1, key="wrong") == [403]
        broken(world)
        assert await statuses(world, 1, key="wrong") == [403]
        assert await statuses(world, 1, key="never seen") == [200]

    lived("allow", scenario)


def test_a_limit_of_nothing_is_a_refusal_and_no_matter_of_waiting() -> None:
    async def scenario(world: World) -> None:
        limited(world, "hits", 0)
        answer = await world.call("POST", PATH, CHAT)
        assert (answer.status, await answer.text()) == (403, "Authentication failed")
        assert "Retry-After" not in answer.headers

    lived(None, scenario)


def test_a_metric_that_does_not_exist_is_a_refusal() -> None:
    async def scenario(world: World) -> None:
        store = world.api.emulator.tenant.store
        rule = next(row for row in store.rows("metric") if row["system_name"] == "chat")
        assert (await world.call("POST", PATH, CHAT)).status == 200
        store.update("metric", rule["id"], system_name="renamed")
        answer = await world.call("POST", PATH, CHAT, key="new")
        assert (answer.status, await answer.text()) == (403, "Authentication failed")

    lived(None, scenario)


def test_no_matching_rule_has_its_own_words_and_asks_nobody() -> None:
    async def scenario(world: World) -> None:
        answer = await world.call("DELETE", PATH)
        assert (answer.status, await answer.text()) == (404, "No Mapping Rule matched")
        assert answer.headers["X-3scale-matched-rules"] == ""
        assert await asked(world) == 0

    lived(None, scenario)


@pytest.mark.row("S-171")
def test_a_limit_on_tokens_blocks_the_next_call_and_a_remembered_call_does_not_hide_it() -> None:
    chain = [counting(limited_metrics=["total_tokens"]), APICAST, item("caching", caching_type="none")]

    async def scenario(world: World) -> None:
        limited(world, "total_tokens", 20)
        found, total = [], 0
        for _ in range(6):
            found += await statuses(world, 1)
            total = sum(entry.total_tokens for entry in world.model.ledger.entries)
            await world.counted("total_tokens", total)
        allowed = len(world.model.ledger.entries)
        assert found == [200] * allowed + [429] * (6 - allowed)
        assert 1 <= allowed < 6
        # The overshoot: what the last call used, since its tokens are known only after it.
        last = world.model.ledger.entries[-1].total_tokens
        assert total - last <= 20 < total

    run(scenario, policies=POLICIES, chain=chain)


def test_a_metric_with_nothing_to_add_is_asked_for_and_is_part_of_what_is_remembered() -> None:
    queries: list[str] = []

    async def scenario(world: World) -> None:
        tenant = world.api.emulator
        before = tenant.answer

        def noted(request: Any) -> Any:  # noqa: ANN401  # the emulator's own request
            if request.path.startswith("/transactions/authrep"):
                queries.append(request.query)
            return before(request)

        tenant.answer = noted  # type: ignore[method-assign]  # a test listens
        assert await statuses(world, 1) == [200]
        world.chain(APICAST)
        assert await statuses(world, 1) == [200]

    run(
        scenario,
        policies=POLICIES,
        chain=[counting(limited_metrics=["total_tokens"]), APICAST],
    )
    # Two first calls: without the metric it is another one.
    assert ["usage%5Btotal_tokens%5D=0" in query for query in queries] == [True, False]
    assert not any("log%5Bcode%5D" in query for query in queries)


def test_the_status_of_the_answer_is_told_with_a_remembered_call_where_that_is_switched_on() -> None:
    queries: list[str] = []

    async def scenario(world: World) -> None:
        before = world.api.emulator.answer

        def noted(request: Any) -> Any:  # noqa: ANN401  # the emulator's own request
            queries.append(request.query)
            return before(request)

        world.api.emulator.answer = noted  # type: ignore[method-assign]  # a test listens
        assert await statuses(world, 2) == [200, 200]

    run(scenario, chain=[APICAST], APICAST_RESPONSE_CODES="true")
    codes = ["log%5Bcode%5D=200" in query for query in queries if "user_key" in query]
    assert codes == [False, True]
