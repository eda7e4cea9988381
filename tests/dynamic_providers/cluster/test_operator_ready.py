import pytest

from dynamic_providers.cluster.operator_ready import OperatorReadyProvider
from tests.dynamic_providers.cluster.conftest import Gates
from tests.dynamic_providers.cluster.fake_api import GONE
from tests.support.plugin_host import UNKNOWN, Held, Json, PluginError

OLM = "/apis/operators.coreos.com/v1alpha1/namespaces/3scale"
CSV = "3scale-operator.v0.12.4"
SUBSCRIPTION, PLANS, VERSION = (
    f"{OLM}/subscriptions/threescale",
    f"{OLM}/installplans",
    f"{OLM}/clusterserviceversions/{CSV}",
)


def example(**other: object) -> Json:
    return {"namespace": "3scale", "subscription": "threescale", "csv": CSV, "timeout_seconds": 20, **other}


def subscription(plan: str = "", *conditions: Json) -> Json:
    status = {"conditions": list(conditions), **({"installPlanRef": {"name": plan}} if plan else {})}
    return {"metadata": {"name": "threescale"}, "spec": {}, "status": status}


def plan(name: str, *csvs: str, approved: bool = False, phase: str = "RequiresApproval") -> Json:
    spec = {"clusterServiceVersionNames": list(csvs), "approved": approved}
    return {"metadata": {"name": name}, "spec": spec, "status": {"phase": phase}}


def version(phase: str, reason: str = "", message: str = "") -> Json:
    status = {"phase": phase, "reason": reason, "message": message}
    return {"metadata": {"name": CSV}, "spec": {"version": "0.12.4"}, "status": status}


@pytest.fixture
def ready(gates: Gates) -> Held:
    """An operator that is installed."""
    gates.api.put(VERSION, version("Succeeded"))
    return gates.host.create(OperatorReadyProvider, example())


def test_the_state_of_existing_stacks_finds_the_class() -> None:
    recorded = "dynamic_providers.cluster.operator_ready.OperatorReadyProvider"
    assert f"{OperatorReadyProvider.__module__}.{OperatorReadyProvider.__qualname__}" == recorded


@pytest.mark.row("S-109")
def test_the_plan_of_exactly_the_pinned_version_is_approved_and_its_success_awaited(gates: Gates) -> None:
    ours, other = plan("install-2", CSV), plan("install-1", "another-operator.v9")
    gates.api.put(SUBSCRIPTION, subscription("install-2"))
    gates.api.lists[PLANS] = [other, ours]
    gates.api.put(f"{PLANS}/install-2", ours)
    waiting = version("Installing", "InstallWaiting", "deployment is not ready")
    gates.api.put(VERSION, GONE, GONE, version("Pending"), waiting, version("Succeeded"))
    held = gates.host.create(OperatorReadyProvider, example())
    assert (held.id, held.outs["version"]) == ("3scale/threescale", "0.12.4")
    assert (ours["spec"]["approved"], other["spec"]["approved"]) == (True, False)
    told = "\n".join(gates.host.lines)
    for phase in ("InstallPlan install-2 is approved", "Pending", "Installing InstallWaiting: deployment", "ready"):
        assert phase in told


def test_a_plan_that_brings_another_operator_is_refused_and_not_approved(gates: Gates) -> None:
    both = plan("install-1", CSV, "another-operator.v9")
    gates.api.put(SUBSCRIPTION, subscription("install-1"))
    gates.api.lists[PLANS] = [both]
    with pytest.raises(PluginError) as refused:
        gates.host.create(OperatorReadyProvider, example())
    assert f"InstallPlan install-1 installs {CSV}, another-operator.v9" in str(refused.value)
    assert f"Only a plan that installs exactly {CSV} is approved" in str(refused.value)
    assert both["spec"]["approved"] is False


def test_a_plan_of_another_version_than_the_pinned_one_is_refused(gates: Gates) -> None:
    gates.api.put(SUBSCRIPTION, subscription("install-1"))
    gates.api.lists[PLANS] = [plan("install-1", "3scale-operator.v0.12.5")]
    with pytest.raises(PluginError, match=r"installs 3scale-operator.v0.12.5.*Pin the version that the channel offers"):
        gates.host.create(OperatorReadyProvider, example())


def test_a_plan_that_is_not_there_yet_is_waited_for_with_the_reason(gates: Gates) -> None:
    trouble = {
        "type": "ResolutionFailed",
        "status": "True",
        "reason": "ConstraintsNotSatisfiable",
        "message": "no such channel",
    }
    gates.api.put(SUBSCRIPTION, subscription(), subscription("", trouble))
    gates.api.lists[PLANS] = []
    gates.api.put(VERSION, GONE, GONE, version("Succeeded"))
    gates.host.create(OperatorReadyProvider, example())
    told = "\n".join(gates.host.lines)
    assert "no InstallPlan yet; ResolutionFailed=True ConstraintsNotSatisfiable no such channel" in told


def test_a_plan_that_failed_fails_at_once(gates: Gates) -> None:
    gates.api.put(SUBSCRIPTION, subscription("install-1"))
    gates.api.lists[PLANS] = [plan("install-1", CSV, approved=True, phase="Failed")]
    with pytest.raises(PluginError, match="InstallPlan install-1 failed"):
        gates.host.create(OperatorReadyProvider, example())


def test_a_version_that_failed_for_good_fails_at_once_with_evidence(gates: Gates) -> None:
    gates.api.put(VERSION, version("Failed", "TooManyOperatorGroups", "two groups"))
    gates.api.lists["/api/v1/namespaces/3scale/events"] = [{"reason": "Bad", "message": "two groups", "metadata": {}}]
    with pytest.raises(PluginError, match=r"Failed TooManyOperatorGroups: two groups. Events: Bad two groups"):
        gates.host.create(OperatorReadyProvider, example())


def test_a_failure_that_olm_repairs_by_itself_is_waited_for(gates: Gates) -> None:
    gates.api.put(VERSION, version("Failed", "InstallCheckFailed", "timeout"), version("Succeeded"))
    gates.host.create(OperatorReadyProvider, example())


def test_a_subscription_that_does_not_exist_fails_at_once(gates: Gates) -> None:
    with pytest.raises(PluginError, match="Subscription threescale does not exist"):
        gates.host.create(OperatorReadyProvider, example())


def test_second_preview_and_refresh_are_empty(gates: Gates, ready: Held) -> None:
    again = gates.host.check(OperatorReadyProvider, example(timeout_seconds=20.0), ready.inputs)
    assert gates.host.diff(OperatorReadyProvider, ready, again.inputs).changed == frozenset()
    assert gates.host.read(OperatorReadyProvider, ready) == ready


def test_another_version_is_an_update_and_another_place_replaces(gates: Gates, ready: Held) -> None:
    diff = gates.host.diff(OperatorReadyProvider, ready, ready.inputs | {"csv": "3scale-operator.v0.13.0"})
    assert (set(diff.changed), diff.replaces) == ({"csv"}, [])
    newer = version("Succeeded") | {"spec": {"version": "0.13.0"}}
    gates.api.put(f"{OLM}/clusterserviceversions/3scale-operator.v0.13.0", newer)
    updated = gates.host.update(OperatorReadyProvider, ready, example(csv="3scale-operator.v0.13.0"))
    assert updated.outs["version"] == "0.13.0"
    for name in ("namespace", "subscription"):
        for value in ("other", UNKNOWN):
            assert gates.host.diff(OperatorReadyProvider, ready, ready.inputs | {name: value}).replaces == [name]


def test_gone_is_gone_and_an_upgrade_by_hand_is_a_difference(gates: Gates, ready: Held) -> None:
    newer = f"{OLM}/clusterserviceversions/3scale-operator.v0.13.0"
    upgraded = subscription()
    upgraded["status"]["installedCSV"] = "3scale-operator.v0.13.0"
    gates.api.put(VERSION, GONE)
    gates.api.put(SUBSCRIPTION, upgraded)
    gates.api.put(newer, version("Succeeded"))
    assert gates.host.read(OperatorReadyProvider, ready).inputs == ready.inputs | {"csv": "3scale-operator.v0.13.0"}
    gates.api.put(newer, GONE)
    assert gates.host.read(OperatorReadyProvider, ready).id == ""


def test_deleting_removes_the_version_and_waits_until_it_is_gone(gates: Gates, ready: Held) -> None:
    gates.api.lingers = 2
    gates.host.delete(OperatorReadyProvider, ready)
    assert gates.api.looks[VERSION] == [GONE]
    assert gates.api.asked.count(f"DELETE {VERSION}") == 1
    assert any("finalizers: olm/cleanup" in line for line in gates.host.lines)
    gates.host.delete(OperatorReadyProvider, ready)


def test_nothing_is_read_outside_the_namespace(gates: Gates) -> None:
    gates.api.put(SUBSCRIPTION, subscription("install-1"))
    gates.api.lists[PLANS] = [plan("install-1", CSV, approved=True, phase="Failed")]
    with pytest.raises(PluginError, match="failed"):
        gates.host.create(OperatorReadyProvider, example())
    assert [one for one in gates.api.asked if "/namespaces/3scale/" not in one] == []


def test_an_unknown_input_passes_check(gates: Gates) -> None:
    for name in example():
        assert gates.host.check(OperatorReadyProvider, example(**{name: UNKNOWN})).failures == {}


COMPANION = "rook-ceph-operator.v4.20.0-rhodf"


def test_a_plan_with_pinned_companions_is_approved_and_their_success_awaited(gates: Gates) -> None:
    both = plan("install-1", CSV, COMPANION)
    gates.api.put(SUBSCRIPTION, subscription("install-1"))
    gates.api.lists[PLANS] = [both]
    gates.api.put(f"{PLANS}/install-1", both)
    gates.api.put(VERSION, GONE, version("Succeeded"))
    gates.api.put(f"{OLM}/clusterserviceversions/{COMPANION}", version("Installing"), version("Succeeded"))

    held = gates.host.create(OperatorReadyProvider, example(companions=[COMPANION, "never-there.v1"]))

    assert both["spec"]["approved"] is True
    assert held.outs["version"] == "0.12.4"
    assert f"{COMPANION} is Installing" in "\n".join(gates.host.lines)


def test_a_plan_with_one_more_than_the_companions_is_refused(gates: Gates) -> None:
    more = plan("install-1", CSV, COMPANION, "stranger.v1")
    gates.api.put(SUBSCRIPTION, subscription("install-1"))
    gates.api.lists[PLANS] = [more]

    with pytest.raises(PluginError, match=f"Only a plan that installs exactly {CSV}, {COMPANION} is approved"):
        gates.host.create(OperatorReadyProvider, example(companions=[COMPANION]))
    assert more["spec"]["approved"] is False


def test_a_stack_without_companions_keeps_its_inputs() -> None:
    checked = OperatorReadyProvider().check({}, example())

    assert "companions" not in checked.inputs
