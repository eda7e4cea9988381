from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.operators.kinds import CSV, INSTALL_PLAN
from sandbox.operators.olm.install_plan import reconcile
from tests.sandbox.operators.picture import after, named, view, written

if TYPE_CHECKING:
    from sandbox.operators.store import Manifest

NAME = "rhbk-operator.v26.4.0-opr.1"


def plan(*, approved: bool, phase: str = "", csv: str = NAME) -> Manifest:
    spec = {"approval": "Manual", "approved": approved, "clusterServiceVersionNames": [csv]}
    return named(INSTALL_PLAN, "install-x", "keycloak", spec=spec, status={"phase": phase} if phase else {})


def test_a_manual_plan_stops_before_approval() -> None:
    waiting = plan(approved=False, phase="RequiresApproval")
    outcome = reconcile(waiting, view())
    assert outcome.status is None
    assert not outcome.create
    assert not outcome.again


def test_a_new_plan_goes_through_planning_to_requires_approval() -> None:
    planning = after(plan(approved=False), reconcile(plan(approved=False), view()))
    assert planning["status"]["phase"] == "Planning"
    assert reconcile(planning, view(early={"Planning"})).status is None
    assert written(reconcile(planning, view()))["phase"] == "RequiresApproval"


def test_approval_creates_exactly_the_named_csv_and_then_completes() -> None:
    installing = plan(approved=True, phase="Installing")
    [csv] = reconcile(installing, view()).create
    assert (csv["kind"], csv["metadata"]["name"]) == ("ClusterServiceVersion", NAME)
    outcome = reconcile(installing, view(named(CSV, NAME, "keycloak", spec={})))
    assert written(outcome)["phase"] == "Complete"
    assert written(outcome)["conditions"][0]["type"] == "Installed"
    assert written(outcome)["catalogSources"] == ["redhat-operators"]
    assert not outcome.create


def test_approving_moves_the_waiting_plan_on() -> None:
    outcome = reconcile(plan(approved=True, phase="RequiresApproval"), view())
    assert written(outcome)["phase"] == "Installing"


def test_a_csv_that_no_catalogue_has_fails_the_plan() -> None:
    outcome = reconcile(plan(approved=True, phase="Installing", csv="made-up.v1"), view())
    assert written(outcome)["phase"] == "Failed"
    assert "made-up.v1" in written(outcome)["message"]
