import pytest

from dynamic_providers.cluster.condition_gate import ConditionGateProvider
from tests.dynamic_providers.cluster.conftest import Gates
from tests.dynamic_providers.cluster.fake_api import GONE
from tests.support.plugin_host import UNKNOWN, Json, PluginError

PATH = "/apis/example.com/v1/namespaces/models/widgets/tiny"
EVENTS, PODS = "/api/v1/namespaces/models/events", "/api/v1/namespaces/models/pods"


def example(**other: object) -> Json:
    return {
        "api_version": "example.com/v1",
        "kind": "Widget",
        "name": "tiny",
        "namespace": "models",
        "conditions": ["Available"],
        "fields": {"url": "status.url"},
        "terminal": ["Available=False/Broken"],
        "timeout_seconds": 20,
        "trigger": "",
        **other,
    }


def widget(
    status: str = "True", *, url: str = "http://tiny", reason: str = "", generation: int = 1, seen: int = 1
) -> Json:
    condition = {"type": "Available", "status": status, "reason": reason, "message": "one of two is up"}
    told = {"observedGeneration": seen, "conditions": [condition], **({"url": url} if url else {})}
    return {"metadata": {"name": "tiny", "generation": generation}, "status": told}


def test_the_state_of_existing_stacks_finds_the_class() -> None:
    recorded = "dynamic_providers.cluster.condition_gate.ConditionGateProvider"
    assert f"{ConditionGateProvider.__module__}.{ConditionGateProvider.__qualname__}" == recorded


def test_every_phase_is_told_and_the_fields_are_handed_on(gates: Gates) -> None:
    gates.api.put(PATH, GONE, widget("False", reason="Starting"), widget(url=""), widget())
    held = gates.host.create(ConditionGateProvider, example())
    assert held.id == "Widget models/tiny"
    assert held.outs["values"] == {"url": "http://tiny"}
    told = [line.partition(": ")[2] for line in gates.host.lines]
    assert told[0].startswith("does not exist yet")
    assert told[1].startswith("Available (Available=False Starting one of two is up)")
    assert told[2].startswith("status.url (empty)")
    assert told[3].startswith("ready")


def test_a_condition_of_an_older_generation_does_not_count(gates: Gates) -> None:
    gates.api.put(PATH, widget(generation=2, seen=1), widget(generation=2, seen=2))
    gates.host.create(ConditionGateProvider, example())
    assert "not reported yet" in gates.host.lines[0]


def test_a_terminal_state_fails_at_once_and_is_explained(gates: Gates) -> None:
    gates.api.put(PATH, widget("False", reason="Broken"))
    gates.api.lists[EVENTS] = [
        {"reason": "FailedMount", "message": "no such volume", "lastTimestamp": "2", "metadata": {}},
        {"reason": "Scheduled", "message": "to node", "lastTimestamp": "1", "metadata": {}},
    ]
    waiting = {"name": "main", "state": {"waiting": {"reason": "ImagePullBackOff", "message": "no image q/x:1"}}}
    gates.api.lists[PODS] = [{"metadata": {"name": "tiny-0"}, "status": {"containerStatuses": [waiting]}}]
    with pytest.raises(PluginError) as failed:
        gates.host.create(ConditionGateProvider, example())
    for part in (
        "wait for Widget models/tiny",
        "Available=False/Broken is a state that does not pass by itself",
        "Conditions: Available=False Broken one of two is up",
        "Events: Scheduled to node; FailedMount no such volume",
        "Containers: tiny-0/main ImagePullBackOff: no image q/x:1",
        "run `pulumi up` again",
    ):
        assert part in str(failed.value)


def test_a_wait_is_bounded_and_explained(gates: Gates) -> None:
    gates.api.put(PATH, widget("False", reason="Starting"))
    gates.api.lists[EVENTS] = [{"reason": "Slow", "message": "still pulling", "metadata": {}}]
    with pytest.raises(PluginError, match=r"the time is over, last seen: Available .*Events: Slow still pulling.*1 s"):
        gates.host.create(ConditionGateProvider, example(timeout_seconds=1))


def test_a_cause_in_another_condition_is_told_when_the_time_is_over(gates: Gates) -> None:
    waiting = widget("False")
    waiting["status"]["conditions"].append({"type": "HasErrors", "status": "True", "message": "no such host"})
    gates.api.put(PATH, waiting)

    with pytest.raises(
        PluginError, match=r"the time is over, .*Further conditions: HasErrors=True no such host\. .*1 s"
    ):
        gates.host.create(ConditionGateProvider, example(timeout_seconds=1))


def test_of_what_is_routed_a_route_that_is_not_taken_is_told(gates: Gates) -> None:
    path = "/apis/apps.3scale.net/v1alpha1/namespaces/models/apimanagers/tiny"
    told = {"type": "Admitted", "status": "False", "reason": "HostAlreadyClaimed", "message": "held by another"}
    route = {"metadata": {"name": "r"}, "spec": {"host": "a.test"}, "status": {"ingress": [{"conditions": [told]}]}}
    gates.api.put(path, widget("False"))
    gates.api.lists["/apis/route.openshift.io/v1/namespaces/models/routes"] = [route]
    wanted = example(api_version="apps.3scale.net/v1alpha1", kind="APIManager", timeout_seconds=1)

    with pytest.raises(PluginError, match=r"Routes: r a\.test HostAlreadyClaimed: held by another"):
        gates.host.create(ConditionGateProvider, wanted)


def test_events_that_may_not_be_read_do_not_hide_the_reason(gates: Gates) -> None:
    gates.api.put(PATH, widget("False", reason="Broken"))
    gates.api.status[EVENTS] = 403
    with pytest.raises(PluginError, match=r"Broken.*Events and pods of models cannot be read"):
        gates.host.create(ConditionGateProvider, example())


def test_an_object_that_is_being_deleted_fails_at_once(gates: Gates) -> None:
    leaving = widget()
    leaving["metadata"]["deletionTimestamp"] = "now"
    gates.api.put(PATH, leaving)
    with pytest.raises(PluginError, match="it is being deleted"):
        gates.host.create(ConditionGateProvider, example())


def test_a_missing_permission_fails_at_once(gates: Gates) -> None:
    gates.api.status[PATH] = 403
    with pytest.raises(PluginError, match="the cluster refused it: events is forbidden"):
        gates.host.create(ConditionGateProvider, example())


def test_an_api_server_that_is_away_for_a_while_is_a_phase(gates: Gates) -> None:
    gates.api.put(PATH, 503, 409, widget())
    gates.host.create(ConditionGateProvider, example())
    assert "status 503: the server is away" in gates.host.lines[0]


def test_a_kind_that_is_not_served_yet_is_waited_for(gates: Gates) -> None:
    served = {"resources": [{"name": "laters", "kind": "Later", "namespaced": True}]}
    gates.api.put("/apis/later.com/v1", GONE, {"resources": []}, served)
    gates.api.put("/apis/later.com/v1/namespaces/models/laters/tiny", widget())
    gates.host.create(ConditionGateProvider, example(api_version="later.com/v1", kind="Later"))
    assert "does not exist yet" in gates.host.lines[0]


def test_an_object_without_a_namespace_is_found(gates: Gates) -> None:
    gates.api.put("/apis/example.com/v1/worlds/tiny", widget())
    held = gates.host.create(ConditionGateProvider, example(kind="World", namespace=""))
    assert held.id == "World tiny"


def test_fields_can_be_demanded_too(gates: Gates) -> None:
    gates.api.put(PATH, widget("False") | {"status": {"phase": "Ready", "url": "http://tiny"}})
    gates.host.create(ConditionGateProvider, example(conditions=["status.phase=Ready"]))


def test_second_preview_and_refresh_are_empty(gates: Gates) -> None:
    gates.api.put(PATH, widget())
    held = gates.host.create(ConditionGateProvider, example())
    again = gates.host.check(ConditionGateProvider, example(timeout_seconds=20.0), held.inputs)
    assert gates.host.diff(ConditionGateProvider, held, again.inputs).changed == frozenset()
    assert gates.host.read(ConditionGateProvider, held) == held


def test_another_trigger_waits_again_in_place_and_another_object_replaces(gates: Gates) -> None:
    gates.api.put(PATH, widget())
    held = gates.host.create(ConditionGateProvider, example())
    gates.api.put(PATH, widget("False"), widget(url="http://new"))
    diff = gates.host.diff(ConditionGateProvider, held, held.inputs | {"trigger": "v2"})
    assert (set(diff.changed), diff.replaces) == ({"trigger"}, [])
    assert gates.host.update(ConditionGateProvider, held, example(trigger="v2")).outs["values"] == {"url": "http://new"}
    for name in ("api_version", "kind", "name", "namespace"):
        for value in ("other", UNKNOWN):
            assert gates.host.diff(ConditionGateProvider, held, held.inputs | {name: value}).replaces == [name]


def test_gone_is_gone_and_not_ready_is_a_difference(gates: Gates) -> None:
    gates.api.put(PATH, widget())
    held = gates.host.create(ConditionGateProvider, example())
    gates.api.put(PATH, widget("False", reason="Crashed"))
    drifted = gates.host.read(ConditionGateProvider, held)
    assert drifted.inputs["trigger"].startswith("not ready: Available (Available=False Crashed")
    gates.api.put(PATH, GONE)
    assert gates.host.read(ConditionGateProvider, held).id == ""
    gates.host.delete(ConditionGateProvider, held)
    gates.host.delete(ConditionGateProvider, held)


def test_an_unknown_input_passes_check(gates: Gates) -> None:
    for name in example():
        assert gates.host.check(ConditionGateProvider, example(**{name: UNKNOWN})).failures == {}
    assert gates.host.check(ConditionGateProvider, example(fields={"url": UNKNOWN})).failures == {}


def test_a_demand_that_is_none_is_refused(gates: Gates) -> None:
    wrong = example(conditions=["is ready!"], timeout_seconds=0)
    failures = gates.host.check(ConditionGateProvider, wrong).failures
    assert set(failures) == {"conditions[0]", "timeout_seconds"}
    assert "`Type=Status/Reason`" in failures["conditions[0]"]
