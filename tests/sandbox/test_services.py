from __future__ import annotations

from typing import Any

import pytest

from sandbox.kube.client import KubeClient
from sandbox.node.addresses import Addresses
from sandbox.services import Resolver, UnresolvedError, split_host


def _service(name: str, *, cluster_ip: str = "172.30.0.9", **spec: str) -> dict[str, Any]:
    ports = [{"name": "http", "port": 80, "targetPort": 8080}]
    return {"metadata": {"name": name, "namespace": "ns"}, "spec": {"clusterIP": cluster_ip, "ports": ports} | spec}


def _slice(service: str, *endpoints: dict[str, Any], ports: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {
        "metadata": {"name": f"{service}-x", "namespace": "ns", "labels": {"kubernetes.io/service-name": service}},
        "ports": ports or [{"name": "http", "port": 8080}],
        "endpoints": list(endpoints),
    }


def _pod(address: str, *, ready: bool = True, hostname: str = "") -> dict[str, Any]:
    return {"addresses": [address], "conditions": {"ready": ready}} | ({"hostname": hostname} if hostname else {})


@pytest.fixture
def addresses() -> Addresses:
    return Addresses()


@pytest.fixture
def resolver(addresses: Addresses, monkeypatch: pytest.MonkeyPatch) -> Resolver:
    # The mirrors are filled by hand: no API server is asked.
    return Resolver(KubeClient.__new__(KubeClient), addresses)


def _put(resolver: Resolver, services: list[dict[str, Any]], slices: list[dict[str, Any]]) -> None:
    resolver.services.objects = {f"ns/{item['metadata']['name']}": item for item in services}
    resolver.slices.objects = {f"ns/{item['metadata']['name']}": item for item in slices}


def test_a_service_port_leads_to_the_target_ports_process(resolver: Resolver, addresses: Addresses) -> None:
    addresses.listen("10.128.0.5", 8080, 23456)
    _put(resolver, [_service("m")], [_slice("m", _pod("10.128.0.5"))])
    assert resolver.resolve("m.ns.svc.cluster.local", 80) == 23456
    assert resolver.resolve("m.ns.svc", 80) == 23456


def test_a_headless_service_takes_the_containers_port(resolver: Resolver, addresses: Addresses) -> None:
    addresses.listen("10.128.0.5", 8080, 23456)
    _put(resolver, [_service("m", cluster_ip="None")], [_slice("m", _pod("10.128.0.5"))])
    assert resolver.resolve("m.ns.svc", 8080) == 23456
    with pytest.raises(UnresolvedError, match="no process listens"):
        resolver.resolve("m.ns.svc", 80)


def test_a_replica_of_a_stateful_set_is_found_by_name(resolver: Resolver, addresses: Addresses) -> None:
    addresses.listen("10.128.0.5", 8080, 1005)
    addresses.listen("10.128.0.6", 8080, 1006)
    pods = (_pod("10.128.0.5", hostname="kc-0"), _pod("10.128.0.6", hostname="kc-1"))
    _put(resolver, [_service("kc", cluster_ip="None")], [_slice("kc", *pods)])
    assert resolver.resolve("kc-1.kc.ns.svc", 8080) == 1006


def test_only_ready_endpoints_answer_and_in_turn(resolver: Resolver, addresses: Addresses) -> None:
    for number in (5, 6, 7):
        addresses.listen(f"10.128.0.{number}", 8080, 1000 + number)
    pods = (_pod("10.128.0.5"), _pod("10.128.0.6"), _pod("10.128.0.7", ready=False))
    _put(resolver, [_service("m")], [_slice("m", *pods)])
    assert {resolver.resolve("m.ns.svc", 80) for _ in range(4)} == {1005, 1006}


def test_a_route_chooses_by_port_name_or_number(resolver: Resolver, addresses: Addresses) -> None:
    addresses.listen("10.128.0.5", 8080, 1)
    addresses.listen("10.128.0.5", 9000, 2)
    ports = [{"name": "http", "port": 8080}, {"name": "management", "port": 9000}]
    _put(resolver, [_service("m")], [_slice("m", _pod("10.128.0.5"), ports=ports)])
    assert resolver.target("ns", "m", "management") == 2
    assert resolver.target("ns", "m", 9000) == 2
    assert resolver.target("ns", "m", None) == 1
    with pytest.raises(UnresolvedError, match="target port https"):
        resolver.target("ns", "m", "https")


def test_an_external_name_is_followed(resolver: Resolver, addresses: Addresses) -> None:
    addresses.listen("10.128.0.5", 8080, 7)
    alias = _service("alias", type="ExternalName", externalName="m.ns.svc.cluster.local")
    _put(resolver, [_service("m"), alias], [_slice("m", _pod("10.128.0.5"))])
    assert resolver.resolve("alias.ns.svc", 80) == 7


@pytest.mark.parametrize(
    ("host", "port", "why"),
    [
        ("none.ns.svc", 80, "no Service ns/none"),
        ("m.ns.svc", 8080, "no port 8080"),
        ("empty.ns.svc", 80, "no ready endpoint"),
        ("m.ns.svc", 80, "no process listens"),
        ("www.example.com.org", 80, "not the name of a Service"),
    ],
)
def test_what_does_not_resolve_says_why(resolver: Resolver, host: str, port: int, why: str) -> None:
    _put(resolver, [_service("m"), _service("empty")], [_slice("m", _pod("10.128.0.5"))])
    with pytest.raises(UnresolvedError, match=why):
        resolver.resolve(host, port)


def test_a_change_of_endpoints_is_seen_at_once(resolver: Resolver, addresses: Addresses) -> None:
    addresses.listen("10.128.0.5", 8080, 1)
    addresses.listen("10.128.0.6", 8080, 2)
    _put(resolver, [_service("m")], [_slice("m", _pod("10.128.0.5"))])
    assert resolver.resolve("m.ns.svc", 80) == 1
    resolver.slices.objects["ns/m-x"] = _slice("m", _pod("10.128.0.6"))
    resolver._changed("ns/m-x")
    assert resolver.resolve("m.ns.svc", 80) == 2


def test_a_name_is_split_into_pod_namespace_and_service() -> None:
    assert split_host("a.b.svc.cluster.local") == ("", "b", "a")
    assert split_host("p.a.b.svc") == ("p", "b", "a")
