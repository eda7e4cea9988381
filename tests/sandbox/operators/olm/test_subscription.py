from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.operators.kinds import CSV, INSTALL_PLAN, OPERATOR_GROUP, SUBSCRIPTION
from sandbox.operators.olm.catalogue import packages
from sandbox.operators.olm.install_plan import plan_manifest, plan_name
from sandbox.operators.olm.subscription import reconcile
from tests.sandbox.operators.picture import after, condition, named, view, written

if TYPE_CHECKING:
    from sandbox.operators.olm.catalogue import Release
    from sandbox.operators.store import Manifest

PINNED, NEWER = "3scale-operator.v0.12.4", "3scale-operator.v0.12.5"
PACKAGE = packages()["redhat-operators", "3scale-operator"]


def subscription(**changes: str | None) -> Manifest:
    spec = {
        "name": "3scale-operator",
        "channel": "threescale-2.15",
        "source": "redhat-operators",
        "sourceNamespace": "openshift-marketplace",
        "installPlanApproval": "Manual",
        "startingCSV": PINNED,
        **changes,
    }
    return named(SUBSCRIPTION, "3scale", "3scale", spec={k: v for k, v in spec.items() if v is not None})


def group(name: str = "3scale") -> Manifest:
    return named(OPERATOR_GROUP, name, "3scale", spec={"targetNamespaces": ["3scale"]})


def release(csv: str) -> Release:
    found = PACKAGE.release(csv)
    assert found is not None
    return found


def plan(of: Manifest, csv: str, phase: str = "RequiresApproval") -> Manifest:
    manifest = plan_manifest(of, PACKAGE, release(csv))
    return {**manifest, "metadata": {**manifest["metadata"], "uid": "plan"}, "status": {"phase": phase}}


def test_a_pinned_subscription_asks_for_exactly_that_version() -> None:
    outcome = reconcile(subscription(), view(group()))
    [made] = outcome.create
    assert made["kind"] == "InstallPlan"
    assert made["spec"]["clusterServiceVersionNames"] == [PINNED]
    assert made["spec"]["approved"] is False
    assert made["spec"]["approval"] == "Manual"


def test_without_a_pin_the_head_of_the_channel_is_taken() -> None:
    [made] = reconcile(subscription(startingCSV=None), view(group())).create
    assert made["spec"]["clusterServiceVersionNames"] == [NEWER]


def test_automatic_approval_makes_an_approved_plan() -> None:
    [made] = reconcile(subscription(installPlanApproval="Automatic"), view(group())).create
    assert made["spec"]["approved"] is True


def test_the_pending_plan_is_named_in_the_status() -> None:
    asked = subscription()
    status = written(reconcile(asked, view(group(), plan(asked, PINNED))))
    assert status["state"] == "UpgradePending"
    assert status["currentCSV"] == PINNED
    assert status["installPlanRef"]["name"] == plan_name(asked, release(PINNED))
    assert condition(status, "InstallPlanPending")["reason"] == "RequiresApproval"
    assert "installedCSV" not in status


def test_latest_known_says_only_that_the_csv_exists() -> None:
    asked = subscription()
    pending = after(asked, reconcile(asked, view(group(), plan(asked, PINNED))))
    csv = named(CSV, PINNED, "3scale", spec={}, status={"phase": "Failed"})
    status = written(reconcile(pending, view(group(), plan(asked, PINNED), csv)))
    assert status["state"] == "AtLatestKnown"
    assert status["installedCSV"] == PINNED


def test_a_newer_version_waits_in_a_second_plan() -> None:
    asked = subscription()
    csv = named(CSV, PINNED, "3scale", spec={}, status={"phase": "Succeeded"})
    installed = {**asked, "status": {"state": "AtLatestKnown", "currentCSV": PINNED, "installedCSV": PINNED}}
    [second] = reconcile(installed, view(group(), csv)).create
    assert second["spec"]["clusterServiceVersionNames"] == [NEWER]
    assert second["spec"]["approved"] is False
    status = written(reconcile(installed, view(group(), csv, plan(installed, NEWER))))
    assert (status["state"], status["currentCSV"], status["installedCSV"]) == ("UpgradePending", NEWER, PINNED)


def test_a_deleted_pending_plan_is_made_again() -> None:
    asked = subscription()
    pending = after(asked, reconcile(asked, view(group(), plan(asked, PINNED))))
    [made] = reconcile(pending, view(group())).create
    assert made["kind"] == INSTALL_PLAN.kind
    assert made["spec"]["clusterServiceVersionNames"] == [PINNED]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "nowhere"}, "no operators found in package nowhere"),
        ({"source": "certified-operators"}, "no operators found in package 3scale-operator"),
        ({"sourceNamespace": "elsewhere"}, "no operators found in package 3scale-operator"),
        ({"channel": "threescale-9"}, "no operators found in channel threescale-9 of package 3scale-operator"),
        ({"startingCSV": "3scale-operator.v9"}, "no operators found with name 3scale-operator.v9 in channel"),
    ],
)
def test_what_the_catalogue_does_not_have_fails_the_resolution(changes: dict[str, str], sentence: str) -> None:
    outcome = reconcile(subscription(**changes), view(group()))
    failed = condition(outcome.status, "ResolutionFailed")
    assert failed["status"] == "True"
    assert failed["reason"] == "ConstraintsNotSatisfiable"
    assert sentence in failed["message"]
    assert not outcome.create


@pytest.mark.parametrize(("groups", "count"), [((), 0), ((group("a"), group("b")), 2)])
def test_resolution_needs_exactly_one_operator_group(groups: tuple[Manifest, ...], count: int) -> None:
    outcome = reconcile(subscription(), view(*groups))
    failed = condition(outcome.status, "ResolutionFailed")
    assert failed["message"] == f"found {count} operatorgroups in namespace 3scale: expected 1"
    assert not outcome.create


def test_a_csv_left_over_from_a_deleted_subscription_blocks_a_new_one() -> None:
    left = named(CSV, PINNED, "3scale", spec={}, status={"phase": "Succeeded"})
    outcome = reconcile(subscription(), view(group(), left))
    message = condition(outcome.status, "ResolutionFailed")["message"]
    assert f"clusterserviceversion {PINNED} exists and is not referenced by a subscription" in message
    assert not outcome.create


def test_nothing_happens_before_its_time() -> None:
    outcome = reconcile(subscription(), view(group(), early={"new"}))
    assert outcome.again
    assert outcome.status is None
    assert not outcome.create


def test_an_unchanged_status_is_not_written_again() -> None:
    asked = subscription()
    first = after(asked, reconcile(asked, view(group(), plan(asked, PINNED))))
    assert reconcile(first, view(group(), plan(asked, PINNED))).status is None
