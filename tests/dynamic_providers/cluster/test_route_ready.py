from collections.abc import Iterator
from pathlib import Path

import pytest

from dynamic_providers.cluster import route_ready
from dynamic_providers.cluster.errors import Failed
from dynamic_providers.cluster.route_ready import RouteReadyProvider
from tests.dynamic_providers.cluster.conftest import Gates
from tests.dynamic_providers.cluster.fake_api import GONE
from tests.dynamic_providers.cluster.tls_door import tls_door
from tests.support.http_fake import Answer, Fake, serving
from tests.support.plugin_host import UNKNOWN, Json, PluginError

PATH = "/apis/route.openshift.io/v1/namespaces/keycloak/routes/keycloak"
DISCOVERY = "/realms/master/.well-known/openid-configuration"


class Door:
    """The public address; it answers these, one after the other, and the last one for ever."""

    def __init__(self) -> None:
        self.statuses = [200]
        self.fake: Fake

    def answer(self, _method: str, _path: str, _body: bytes) -> Answer:
        return (self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]), {}


@pytest.fixture
def door() -> Iterator[Door]:
    opened = Door()
    with serving(opened.answer) as opened.fake:
        yield opened


def example(door: Door, **other: object) -> Json:
    return {
        "namespace": "keycloak",
        "name": "keycloak",
        "url": f"{door.fake.url}{DISCOVERY}",
        "timeout_seconds": 20,
        "ca_bundle": "",
        "authority": "identity.caBundle",
        "trigger": "v1",
        **other,
    }


def route(status: str = "True", **told: str) -> Json:
    admitted = {"type": "Admitted", "status": status, **told}
    return {
        "metadata": {"name": "keycloak"},
        "spec": {"host": "sso.example.com"},
        "status": {"ingress": [{"host": "sso.example.com", "routerName": "default", "conditions": [admitted]}]},
    }


TAKEN = {"namespace": "keycloak", "name": "keycloak", "timeout_seconds": 60}


class OneRoute:
    """A cluster with a Route that is admitted."""

    def get(self, path: str) -> Json:
        assert path == PATH
        return route()


class TakenRoute(RouteReadyProvider):
    """The provider on that cluster, in this process."""

    cluster = OneRoute()  # type: ignore[assignment]  # as much of a cluster as it uses


def test_the_state_of_existing_stacks_finds_the_class() -> None:
    recorded = "dynamic_providers.cluster.route_ready.RouteReadyProvider"
    assert f"{RouteReadyProvider.__module__}.{RouteReadyProvider.__qualname__}" == recorded


@pytest.mark.row("S-086")
def test_every_step_on_the_way_to_the_address_is_told(gates: Gates, door: Door) -> None:
    fresh = {**route(), "status": {}}
    taken = route("False", reason="HostAlreadyClaimed", message="route old/sso already exposes it")
    gates.api.put(PATH, GONE, fresh, taken, route())
    door.statuses = [503, 200]

    held = gates.host.create(RouteReadyProvider, example(door))

    assert held.id == example(door)["url"]
    told = [line.partition(": ")[2].rpartition(" (")[0] for line in gates.host.lines]
    assert [one.rpartition("configuration: ")[2] or one for one in told] == [
        "does not exist yet",
        "no router has admitted it yet",
        "is not admitted: HostAlreadyClaimed route old/sso already exposes it",
        "its address answers 503",
        "ready",
    ]
    assert door.fake.asked == [("GET", DISCOVERY)] * 2


def test_a_host_that_another_route_has_is_the_reason_when_the_time_is_over(gates: Gates, door: Door) -> None:
    gates.api.put(PATH, route("False", reason="HostAlreadyClaimed", message="route old/sso already exposes it"))
    pods = "/api/v1/namespaces/keycloak/pods"
    gates.api.lists[pods] = []

    with pytest.raises(PluginError) as failed:
        gates.host.create(RouteReadyProvider, example(door, timeout_seconds=1))

    assert "Route keycloak/keycloak at http://" in str(failed.value)
    assert "HostAlreadyClaimed route old/sso already exposes it" in str(failed.value)
    assert f"GET {pods}" in gates.api.asked
    assert not door.fake.asked


def test_a_redirection_to_somewhere_else_is_no_answer(gates: Gates, door: Door) -> None:
    gates.api.put(PATH, route())
    door.statuses = [302]
    with pytest.raises(PluginError, match="its address answers 302"):
        gates.host.create(RouteReadyProvider, example(door, timeout_seconds=1))


def test_an_address_that_leads_nowhere_is_named(gates: Gates, door: Door) -> None:
    gates.api.put(PATH, route())
    with pytest.raises(PluginError, match=r"its address does not answer \(ConnectionError\)"):
        gates.host.create(RouteReadyProvider, example(door, url="http://127.0.0.1:9/x", timeout_seconds=1))


@pytest.mark.row("S-088")
@pytest.mark.parametrize(
    ("authority", "remedy"),
    [
        ("identity.caBundle", "Give identity.caBundle the certificates that sign it"),
        ("", "Trust the certificates that sign it"),
    ],
)
def test_a_certificate_that_stays_untrusted_is_explained_by_the_key_that_would_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, authority: str, remedy: str
) -> None:
    monkeypatch.setattr(route_ready, "UNTRUSTED_SECONDS", 0.0)
    provider = TakenRoute()

    with tls_door(tmp_path) as (url, own):
        provider.create({**TAKEN, "url": url, "ca_bundle": own})
        with pytest.raises(Failed) as told:
            provider.create({**TAKEN, "url": url, "authority": authority})

    assert "its certificate is not trusted (unable to get local issuer certificate)" in str(told.value)
    assert remedy in str(told.value)


def test_second_preview_and_refresh_are_empty(gates: Gates, door: Door) -> None:
    gates.api.put(PATH, route())
    held = gates.host.create(RouteReadyProvider, example(door))

    again = gates.host.check(RouteReadyProvider, example(door, timeout_seconds=20.0), held.inputs)
    assert gates.host.diff(RouteReadyProvider, held, again.inputs).changed == frozenset()
    assert gates.host.read(RouteReadyProvider, held) == held


def test_another_trigger_waits_again_in_place_and_another_address_replaces(gates: Gates, door: Door) -> None:
    gates.api.put(PATH, route())
    held = gates.host.create(RouteReadyProvider, example(door))

    diff = gates.host.diff(RouteReadyProvider, held, held.inputs | {"trigger": "v2"})
    assert (set(diff.changed), diff.replaces) == ({"trigger"}, [])
    door.statuses = [503, 200]
    gates.host.forget()
    gates.host.update(RouteReadyProvider, held, example(door, trigger="v2"))
    assert "its address answers 503" in gates.host.lines[0]
    for name in ("namespace", "name", "url"):
        assert gates.host.diff(RouteReadyProvider, held, held.inputs | {name: UNKNOWN}).replaces == [name]


def test_gone_is_gone_and_an_address_that_fell_silent_is_a_difference(gates: Gates, door: Door) -> None:
    gates.api.put(PATH, route())
    held = gates.host.create(RouteReadyProvider, example(door))

    door.statuses = [503]
    assert gates.host.read(RouteReadyProvider, held).inputs["trigger"] == "not ready: its address answers 503"
    gates.api.put(PATH, route("False"))
    assert gates.host.read(RouteReadyProvider, held).inputs["trigger"].startswith("not ready: is not admitted")
    gates.api.put(PATH, GONE)
    assert gates.host.read(RouteReadyProvider, held).id == ""
    gates.host.delete(RouteReadyProvider, held)
    gates.host.delete(RouteReadyProvider, held)


def test_an_unknown_input_passes_check(gates: Gates, door: Door) -> None:
    for name in example(door):
        assert gates.host.check(RouteReadyProvider, example(door, **{name: UNKNOWN})).failures == {}
