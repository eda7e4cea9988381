import pytest

from dynamic_providers.cluster.route_annotation import ABSENT, RouteAnnotationProvider
from tests.dynamic_providers.cluster.conftest import Gates
from tests.support.plugin_host import Held, Json, PluginError

ROUTES = "/apis/route.openshift.io/v1/namespaces/3scale/routes"
TIMEOUT = "haproxy.router.openshift.io/timeout"


def example(**other: object) -> Json:
    return {
        "namespace": "3scale",
        "hosts": ["a.example.com", "b.example.com"],
        "annotation": TIMEOUT,
        "value": "310s",
        "timeout_seconds": 20,
        **other,
    }


def route(name: str, host: str, **annotations: str) -> Json:
    return {"metadata": {"name": name, "annotations": {"zync": "its own", **annotations}}, "spec": {"host": host}}


HELD = Held("3scale/a.example.com", example(), example())


def annotations(gates: Gates) -> dict[str, Json]:
    return {one["metadata"]["name"]: one["metadata"]["annotations"] for one in gates.api.lists[ROUTES]}


def test_the_state_of_existing_stacks_finds_the_class() -> None:
    recorded = "dynamic_providers.cluster.route_annotation.RouteAnnotationProvider"
    assert f"{RouteAnnotationProvider.__module__}.{RouteAnnotationProvider.__qualname__}" == recorded


@pytest.mark.row("S-124")
def test_the_routes_of_the_hosts_are_annotated_and_no_other(gates: Gates) -> None:
    gates.api.lists[ROUTES] = [
        route("zync-1", "a.example.com"),
        route("zync-2", "b.example.com", **{TIMEOUT: "30s"}),
        route("zync-3", "c.example.com"),
    ]
    held = gates.host.create(RouteAnnotationProvider, example())
    assert held.id == "3scale/a.example.com"
    assert annotations(gates) == {
        "zync-1": {"zync": "its own", TIMEOUT: "310s"},
        "zync-2": {"zync": "its own", TIMEOUT: "310s"},
        "zync-3": {"zync": "its own"},
    }


def test_nothing_is_written_where_nothing_differs(gates: Gates) -> None:
    gates.api.lists[ROUTES] = [route("z", "a.example.com", **{TIMEOUT: "310s"})]
    gates.host.create(RouteAnnotationProvider, example(hosts=["a.example.com"]))
    assert not [asked for asked in gates.api.asked if asked.startswith("PATCH")]


def test_a_route_that_does_not_come_is_named(gates: Gates) -> None:
    gates.api.lists[ROUTES] = [route("z", "a.example.com")]
    with pytest.raises(PluginError) as failed:
        gates.host.create(RouteAnnotationProvider, example(timeout_seconds=1))
    assert "no Route has the host b.example.com" in str(failed.value)
    assert "zync-que" in str(failed.value)


def test_a_route_that_was_made_anew_is_drift(gates: Gates) -> None:
    gates.api.lists[ROUTES] = [route("z", "a.example.com", **{TIMEOUT: "310s"}), route("y", "b.example.com")]
    found = gates.host.read(RouteAnnotationProvider, HELD)
    assert found.inputs["value"] == ABSENT


def test_one_lost_route_of_two_is_drift(gates: Gates) -> None:
    gates.api.lists[ROUTES] = [route("z", "a.example.com", **{TIMEOUT: "310s"})]
    found = gates.host.read(RouteAnnotationProvider, HELD)
    assert (found.id, found.inputs["value"]) == ("3scale/a.example.com", ABSENT)


def test_without_routes_there_is_nothing(gates: Gates) -> None:
    gates.api.lists[ROUTES] = [route("z", "c.example.com")]
    assert not gates.host.read(RouteAnnotationProvider, HELD).id


def test_deletion_takes_the_annotation_off_what_is_still_there(gates: Gates) -> None:
    gates.api.lists[ROUTES] = [route("z", "a.example.com", **{TIMEOUT: "310s"}), route("y", "c.example.com")]
    gates.host.delete(RouteAnnotationProvider, HELD)
    assert annotations(gates) == {"z": {"zync": "its own"}, "y": {"zync": "its own"}}
