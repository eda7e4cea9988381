"""Counters, shared dictionaries, the cache: what outlives a request."""

from __future__ import annotations

import pytest

from sandbox.apicast.runtime import LUA_ERROR, Runtime


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_counters_are_written_as_prometheus_reads_them() -> None:
    runtime = Runtime(environment={})
    runtime.lua("""
        local prometheus = require('apicast.prometheus')
        local counter = prometheus('counter', 'llm_tokens_total', 'Tokens', { 'service_id', 'name' })
        counter:inc(2, { 7, 'a' }) counter:inc(nil, { 7, 'b"\\\\\\n' }) counter:inc(3, { 7, 'a' })
        prometheus('counter', 'llm_tokens_total', 'other help is ignored'):inc(1, { 7, 'a' })
        prometheus('gauge', 'now', 'A gauge'):set(1.5)""")
    assert runtime.metrics().splitlines() == [
        "# HELP llm_tokens_total Tokens",
        "# TYPE llm_tokens_total counter",
        'llm_tokens_total{service_id="7",name="a"} 6',
        'llm_tokens_total{service_id="7",name="b\\"\\\\\\n"} 1',
        "# HELP nginx_metric_errors_total Number of nginx-lua-prometheus errors",
        "# TYPE nginx_metric_errors_total counter",
        "nginx_metric_errors_total 0",
        "# HELP now A gauge",
        "# TYPE now gauge",
        "now 1.5",
    ]


def test_a_histogram_has_buckets_that_add_up() -> None:
    runtime = Runtime(environment={})
    runtime.lua("""
        local times = require('apicast.prometheus')('histogram', 'seconds', 'Times', { 'service_id' }, { 0.5, 2, 10 })
        for _, seconds in ipairs({ 0.5, 1, 11 }) do times:observe(seconds, { 7 }) end""")
    assert [line for line in runtime.metrics().splitlines() if line.startswith("seconds")] == [
        'seconds_bucket{service_id="7",le="0.5"} 1',
        'seconds_bucket{service_id="7",le="2"} 2',
        'seconds_bucket{service_id="7",le="10"} 2',
        'seconds_bucket{service_id="7",le="+Inf"} 3',
        'seconds_count{service_id="7"} 3',
        'seconds_sum{service_id="7"} 12.5',
    ]


@pytest.mark.parametrize("use", ["c:inc(-1, { 'a' })", "c:inc(1)", "c:inc(1, { 'a', 'b' })", "g:set(nil)"])
def test_a_wrong_use_is_logged_and_counted_and_nothing_else(use: str) -> None:
    runtime = Runtime(environment={})
    runtime.lua(f"""
        local prometheus = require('apicast.prometheus')
        local c, g = prometheus('counter', 'c', 'C', {{ 'l' }}), prometheus('gauge', 'g', 'G')
        {use}""")
    assert "nginx_metric_errors_total 1" in runtime.metrics().splitlines()
    assert [line.level for line in runtime.log] == ["error"]
    assert not [line for line in runtime.metrics().splitlines() if line.startswith(("c", "g"))]


def test_an_unknown_kind_of_metric_is_an_error() -> None:
    with pytest.raises(LUA_ERROR, match="missing metric type"):
        Runtime(environment={}).lua("require('apicast.prometheus')('summary', 'x', 'X')")


def test_two_runtimes_share_no_counter() -> None:
    one, other = Runtime(environment={}), Runtime(environment={})
    one.lua("require('apicast.prometheus')('counter', 'x_total', 'X'):inc()")
    assert "x_total 1" in one.metrics()
    assert "x_total" not in other.metrics()


def test_a_shared_dictionary_keeps_values_for_their_time() -> None:
    clock = Clock()
    runtime = Runtime(clock=clock, environment={})
    lua = "local d = ngx.shared.api_keys "
    assert runtime.lua(lua + "d:set('k', 200, 5) d:set('forever', 1, 0) return d:get('k'), d:add('k', 1)") == (
        200,
        False,
        b"exists",
        False,
    )
    clock.now += 5
    assert runtime.lua(lua + "return d:get('k'), d:get('forever'), d:add('k', 1)") == (None, 1, True, None, False)
    assert runtime.lua(lua + "d:delete('k') return d:incr('k', 1)") == (None, b"not found")
    assert runtime.lua(lua + "return d:incr('k', 2, 5), d:incr('k', 1)") == (7, 8)
    assert runtime.lua(lua + "d:set('t', 'x') return d:incr('t', 1)") == (None, b"not a number")
    assert runtime.lua(lua + "d:flush_all() return #d:get_keys()") == 0
    assert runtime.lua("return ngx.shared.none") is None


CACHE = "local cache = ... "


def test_the_cache_forgets_what_is_over_its_time() -> None:
    clock = Clock()
    runtime = Runtime(clock=clock, environment={})
    cache = runtime.lua("return require('resty.lrucache').new(2)")
    runtime.lua(CACHE + "cache:set('k', 'v', 5) cache:set('forever', false)", cache)
    assert runtime.lua(CACHE + "return cache:get('k')", cache) == b"v"
    clock.now += 4.9
    assert runtime.lua(CACHE + "return cache:get('k')", cache) == b"v"
    clock.now += 0.2
    assert runtime.lua(CACHE + "return cache:get('k')", cache) == (None, b"v")
    assert runtime.lua(CACHE + "return cache:get('forever')", cache) is False


def test_the_cache_makes_room_where_nothing_was_read_for_longest() -> None:
    runtime = Runtime(environment={})
    cache = runtime.lua("return require('resty.lrucache').new(2)")
    lua = "cache:set('a', 1) cache:set('b', 2) cache:get('a') cache:set('c', 3) cache:set('c', 4)"
    runtime.lua(CACHE + lua, cache)
    assert runtime.lua(CACHE + "return cache:get('a'), cache:get('b'), cache:get('c')", cache) == (1, None, 4)
    assert runtime.lua(CACHE + "cache:delete('a') return cache:count_items()", cache) == 1
    assert runtime.lua("return require('resty.lrucache').new(0)") == (None, b"size too small")


def test_the_clock_is_the_one_that_was_given() -> None:
    clock = Clock()
    runtime = Runtime(clock=clock, environment={})
    clock.now = 12.75
    assert runtime.lua("return ngx.now(), ngx.time()") == (12.75, 12)
