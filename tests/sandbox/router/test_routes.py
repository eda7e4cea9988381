from __future__ import annotations

from typing import Any

import pytest

from sandbox.router.routes import (
    RouteTable,
    claims,
    default_host,
    ingress_status,
    path_matches,
    target_of,
    timeout_seconds,
)


def _route(
    name: str, host: str, *, path: str = "", age: int = 1, namespace: str = "ns", **more: object
) -> dict[str, Any]:
    metadata = {
        "name": name,
        "namespace": namespace,
        "uid": f"uid-{namespace}-{name}",
        "creationTimestamp": f"2026-01-01T00:00:{60 - age:02}Z",
    }
    spec = {"host": host, "to": {"kind": "Service", "name": f"svc-{name}"}} | ({"path": path} if path else {})
    annotations = more.pop("annotations", None)
    return {"metadata": metadata | ({"annotations": annotations} if annotations else {}), "spec": spec | more}


def _service(table: RouteTable, host: str, path: str = "/") -> str | None:
    found = table.match(host, path)
    return found.service if found else None


def test_a_request_goes_to_its_hosts_route_whatever_the_case_and_port() -> None:
    table = RouteTable([_route("a", "a.apps.maas.test"), _route("b", "b.apps.maas.test")])
    assert _service(table, "a.apps.maas.test") == "svc-a"
    assert _service(table, "B.Apps.Maas.Test:443") == "svc-b"
    assert _service(table, "c.apps.maas.test") is None
    assert table.knows("A.apps.maas.test")


def test_the_longest_path_wins_and_only_at_segment_borders() -> None:
    routes = [_route("root", "h.x"), _route("api", "h.x", path="/api"), _route("v1", "h.x", path="/api/v1")]
    table = RouteTable(routes)
    assert _service(table, "h.x", "/") == "svc-root"
    assert _service(table, "h.x", "/apix") == "svc-root"
    assert _service(table, "h.x", "/api") == "svc-api"
    assert _service(table, "h.x", "/api/v1/models") == "svc-v1"


def test_without_a_root_route_other_paths_have_none() -> None:
    assert _service(RouteTable([_route("api", "h.x", path="/api")]), "h.x", "/") is None
    assert path_matches("/", "/anything")


def test_the_older_route_keeps_a_host() -> None:
    old, new = _route("old", "h.x", age=50), _route("new", "h.x", age=1)
    refused = {route["metadata"]["name"]: refusal for route, refusal in claims([new, old])}
    assert refused["old"] is None
    assert refused["new"] is not None
    assert refused["new"][0] == "HostAlreadyClaimed"
    assert _service(RouteTable([new, old]), "h.x") == "svc-old"


def test_another_namespace_cannot_take_a_path_of_a_host() -> None:
    old, thief = _route("old", "h.x", age=50), _route("t", "h.x", path="/login", namespace="other", age=1)
    refused = {route["metadata"]["name"]: refusal for route, refusal in claims([thief, old])}
    assert refused["t"] is not None
    assert _service(RouteTable([thief, old]), "h.x", "/login") == "svc-old"


def test_a_label_over_63_characters_is_not_admitted() -> None:
    ((_, refusal),) = claims([_route("long", "a" * 64 + ".apps.maas.test")])
    assert refusal is not None
    assert "no more than 63 characters" in refusal[1]


def test_a_route_without_a_host_waits_for_its_default_one() -> None:
    route = _route("tiny", "")
    assert claims([route]) == []
    assert default_host(route, "apps.maas.test") == "tiny-ns.apps.maas.test"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5m", 300.0),
        ("30s", 30.0),
        ("500ms", 0.5),
        ("100us", 1e-4),
        ("1h", 3600.0),
        ("1500", 1.5),
        ("", 30.0),
        ("soon", 30.0),
    ],
)
def test_timeouts_are_read_as_haproxy_reads_them(text: str, seconds: float) -> None:
    assert timeout_seconds(text) == pytest.approx(seconds)


def test_a_target_carries_what_forwarding_needs() -> None:
    tls = {"termination": "edge", "insecureEdgeTerminationPolicy": "Redirect"}
    annotations = {"haproxy.router.openshift.io/timeout": "5m"}
    route = _route("r", "H.x", tls=tls, port={"targetPort": "http"}, annotations=annotations)
    target = target_of(route)
    assert (target.host, target.port, target.termination, target.insecure) == ("h.x", "http", "edge", "Redirect")
    assert target.timeout == 300.0
    assert target_of(_route("p", "p.x")).insecure == "None"


def test_the_status_says_admitted_or_why_not() -> None:
    route = _route("r", "h.x")
    admitted = ingress_status(route, None, "apps.maas.test", "now")
    assert admitted["routerCanonicalHostname"] == "router-default.apps.maas.test"
    assert admitted["conditions"] == [{"type": "Admitted", "status": "True", "lastTransitionTime": "now"}]
    refused = ingress_status(route, ("HostAlreadyClaimed", "m"), "apps.maas.test", "now")
    assert refused["conditions"][0] | {} == {
        "type": "Admitted",
        "status": "False",
        "reason": "HostAlreadyClaimed",
        "message": "m",
        "lastTransitionTime": "now",
    }
