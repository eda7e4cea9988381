from __future__ import annotations

from typing import Any

import pytest

from sandbox.errors import SandboxError
from sandbox.faults import NODE_KINDS, ROUTER_KINDS, Faults, pause_seconds


def test_a_fault_is_used_up_by_its_count() -> None:
    faults = Faults()
    faults.order({"part": "router", "kind": "status", "status": 500, "count": 2})
    taken = [faults.take("router", ROUTER_KINDS, host="h", path="/", method="GET") for _ in range(3)]
    assert [fault.status if fault else None for fault in taken] == [500, 500, None]


def test_count_zero_stays_until_it_is_cleared() -> None:
    faults = Faults()
    faults.order({"part": "router", "kind": "latency", "seconds": 0.1, "count": 0})
    for _ in range(5):
        assert faults.take("router", ROUTER_KINDS, host="h", path="/", method="GET")
    faults.clear()
    assert faults.take("router", ROUTER_KINDS, host="h", path="/", method="GET") is None
    assert faults.shown() == []


def test_patterns_must_match_the_whole_value() -> None:
    faults = Faults()
    faults.order({"part": "router", "kind": "status", "host": "maas-admin\\..*", "path": "/admin/.*"})
    assert faults.take("router", ROUTER_KINDS, host="x.maas-admin.test", path="/admin/x", method="GET") is None
    assert faults.take("router", ROUTER_KINDS, host="maas-admin.test", path="/", method="GET") is None
    assert faults.take("router", ROUTER_KINDS, host="maas-admin.test", path="/admin/x", method="GET")


def test_a_standing_fault_is_not_used_up() -> None:
    faults = Faults()
    faults.order({"part": "node", "kind": "unready", "pod": "vllm-.*"})
    for _ in range(3):
        assert faults.standing("node", "unready", pod="vllm-1", image="i", namespace="n")
    assert faults.standing("node", "unready", pod="other", image="i", namespace="n") is None
    assert faults.take("node", NODE_KINDS - {"unready"}, pod="vllm-1", image="i", namespace="n") is None


@pytest.mark.parametrize(
    ("wish", "named"),
    [
        ({"part": "router", "kind": "explode"}, "explode"),
        ({"part": "moon", "kind": "latency"}, "moon"),
        ({"part": "router", "kind": "status", "hots": "x"}, "hots"),
        ({"part": "router", "kind": "status", "path": "("}, "path"),
        ({"part": "router", "kind": "status", "count": "two"}, "count"),
        ({"part": "router", "kind": "latency", "seconds": -1}, "seconds"),
    ],
)
def test_a_wrong_fault_is_refused_by_name(wish: dict[str, Any], named: str) -> None:
    faults = Faults()
    with pytest.raises(SandboxError, match=named):
        faults.order(wish)
    assert faults.shown() == []


@pytest.mark.parametrize(
    ("wish", "named"),
    [
        ({"kind": "kill", "count": 2}, "count"),
        ({"kind": "kill", "seconds": 2}, "seconds"),
        ({"kind": "pause", "count": 2}, "count"),
        ({"kind": "pause", "second": 2}, "second"),
        ({"kind": "pause", "seconds": "long"}, "long"),
    ],
)
def test_what_a_kill_or_a_pause_does_not_know_is_refused(wish: dict[str, object], named: str) -> None:
    with pytest.raises(SandboxError, match=named):
        pause_seconds({"part": "etcd"} | wish)


def test_a_pause_lasts_as_long_as_it_says() -> None:
    assert pause_seconds({"part": "etcd", "kind": "pause", "seconds": 3}) == 3.0
    assert pause_seconds({"part": "etcd", "kind": "pause"}) == 1.0
