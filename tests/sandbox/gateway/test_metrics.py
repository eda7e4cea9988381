"""The counters on the gateway's third port."""

from __future__ import annotations

import pytest

from tests.sandbox.gateway.world import APICAST, CHAT, PATH, POLICIES, World, counting, run


def value(lines: list[str], series: str) -> float:
    """The value of a series, labels included."""
    found = [line for line in lines if line.rpartition(" ")[0] == series]
    assert len(found) == 1, (series, lines)
    return float(found[0].rpartition(" ")[2])


@pytest.mark.row("S-217")
def test_the_token_counters_and_the_gateways_own_are_on_one_page() -> None:
    async def scenario(world: World) -> None:
        for _ in range(2):
            assert (await world.call("POST", PATH, CHAT)).status == 200
        assert (await world.call("POST", PATH, CHAT, key="wrong")).status == 403
        await world.front.finish()
        lines = await world.metrics()
        truth = world.model.ledger.rendered()["totals"]
        assert isinstance(truth, dict)
        product = f'service_id="{world.product["id"]}",service_system_name="{world.product["system_name"]}"'
        for name, metric in (
            ("llm_total_token_count", "total_tokens"),
            ("llm_tokens_total", "total_tokens"),
            ("llm_prompt_tokens_count", "prompt_tokens"),
            ("llm_completion_tokens_total", "completion_tokens"),
        ):
            counted = [line for line in lines if line.startswith(f"{name}{{{product},")]
            assert sum(float(line.rpartition(" ")[2]) for line in counted) == truth[metric]
        assert value(lines, f'apicast_status{{status="200",{product}}}') == 2
        assert value(lines, f'apicast_status{{status="403",{product}}}') == 1
        assert value(lines, f'upstream_status{{status="200",{product}}}') == 2
        assert value(lines, f"upstream_response_time_seconds_count{{{product}}}") == 2
        assert value(lines, f"total_response_time_seconds_count{{{product}}}") == 3
        assert value(lines, 'threescale_backend_calls{endpoint="authrep",status="2xx"}') == 2
        assert value(lines, 'threescale_backend_calls{endpoint="authrep",status="4xx"}') == 1
        assert value(lines, 'threescale_backend_calls{endpoint="report",status="2xx"}') == 2
        assert value(lines, "nginx_metric_errors_total") == 0

    chain = [counting(), APICAST]
    run(scenario, policies=POLICIES, chain=chain, APICAST_EXTENDED_METRICS="true")


def test_without_extended_metrics_the_product_is_not_named() -> None:
    async def scenario(world: World) -> None:
        assert (await world.call("POST", PATH, CHAT)).status == 200
        await world.front.finish()
        lines = await world.metrics()
        assert value(lines, 'upstream_status{status="200",service_id="",service_system_name=""}') == 1

    run(scenario, chain=[APICAST])


def test_an_upstream_that_was_not_asked_has_no_status() -> None:
    async def scenario(world: World) -> None:
        assert (await world.call("POST", PATH, CHAT, key="")).status == 403
        await world.front.finish()
        assert not any(line.startswith("upstream_status{") for line in await world.metrics())

    run(scenario, chain=[APICAST])
