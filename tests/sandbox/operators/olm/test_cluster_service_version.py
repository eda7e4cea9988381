from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.operators.kinds import CRD, CSV, OPERATOR_GROUP, SUBSCRIPTION
from sandbox.operators.olm.cluster_service_version import csv_manifest, reconcile
from sandbox.operators.olm.running import serves
from sandbox.operators.store import Store
from tests.sandbox.operators.picture import after, applied, named, running, view, written

if TYPE_CHECKING:
    from sandbox.operators.store import Manifest

NAME, NEWER = "rhbk-operator.v26.4.0-opr.1", "rhbk-operator.v26.4.1-opr.1"
DEFINITIONS = ("keycloaks.k8s.keycloak.org", "keycloakrealmimports.k8s.keycloak.org")


def csv(name: str = NAME, phase: str = "", targets: str = "keycloak", **status: str) -> Manifest:
    manifest = csv_manifest(name, "keycloak")
    annotations = {
        "olm.operatorGroup": "group",
        "olm.operatorNamespace": "keycloak",
        "olm.targetNamespaces": targets,
    }
    metadata = {**manifest["metadata"], "annotations": annotations}
    return named(CSV, name, "keycloak", metadata=metadata, spec=manifest["spec"], status={"phase": phase, **status})


def group(name: str = "group", targets: tuple[str, ...] = ("keycloak",)) -> Manifest:
    spec = {"targetNamespaces": list(targets)} if targets else {}
    return named(OPERATOR_GROUP, name, "keycloak", spec=spec)


def definitions(*, established: bool = True) -> list[Manifest]:
    conditions = [{"type": "Established", "status": str(established)}]
    return [named(CRD, name, status={"conditions": conditions}) for name in DEFINITIONS]


def test_the_phases_follow_one_another() -> None:
    waiting = csv()
    phases = []
    for _ in range(3):
        waiting = after(waiting, reconcile(waiting, view(group())))
        phases.append(waiting["status"]["phase"])
    assert phases == ["Pending", "InstallReady", "Installing"]


def test_installing_runs_the_operator_and_waits_for_it() -> None:
    outcome = reconcile(csv(phase="Installing"), view(group()))
    deployment = applied(outcome, "Deployment", "rhbk-operator")
    assert deployment["metadata"]["ownerReferences"][0]["name"] == NAME
    assert written(outcome)["reason"] == "InstallWaiting"
    assert not outcome.create


def test_the_definitions_come_with_the_end_of_the_installation() -> None:
    installing = csv(phase="Installing", reason="InstallWaiting")
    outcome = reconcile(installing, view(group(), running("rhbk-operator", "keycloak")))
    assert sorted(made["metadata"]["name"] for made in outcome.create) == sorted(DEFINITIONS)
    assert outcome.status is None
    early = reconcile(installing, view(group(), running("rhbk-operator", "keycloak"), *definitions(established=False)))
    assert early.status is None
    done = reconcile(installing, view(group(), running("rhbk-operator", "keycloak"), *definitions()))
    assert written(done)["phase"] == "Succeeded"


def test_a_failing_operator_takes_its_csv_out_of_succeeded() -> None:
    outcome = reconcile(csv(phase="Succeeded"), view(group(), running("rhbk-operator", "keycloak", ready=False)))
    assert (written(outcome)["phase"], written(outcome)["reason"]) == ("Failed", "ComponentUnhealthy")


def test_no_operator_group_fails_the_csv() -> None:
    outcome = reconcile(csv(phase="Installing"), view())
    assert (written(outcome)["phase"], written(outcome)["reason"]) == ("Failed", "NoOperatorGroup")


def test_two_operator_groups_fail_the_csv() -> None:
    outcome = reconcile(csv(phase="Installing"), view(group("a"), group("b")))
    assert (written(outcome)["phase"], written(outcome)["reason"]) == ("Failed", "TooManyOperatorGroups")


def test_an_install_mode_the_operator_lacks_fails_the_csv() -> None:
    outcome = reconcile(csv(phase="Installing"), view(group(targets=())))
    assert (written(outcome)["phase"], written(outcome)["reason"]) == ("Failed", "UnsupportedOperatorGroup")
    assert "AllNamespaces InstallModeType not supported" in written(outcome)["message"]


def test_a_repaired_operator_group_starts_the_installation_again() -> None:
    failed = csv(phase="Failed", reason="NoOperatorGroup")
    assert written(reconcile(failed, view(group())))["phase"] == "Pending"


def test_the_subscription_hands_its_environment_to_the_operator() -> None:
    env = [{"name": "A", "value": "1"}]
    asked = named(SUBSCRIPTION, "rhbk", "keycloak", spec={"config": {"env": env}}, status={"currentCSV": NAME})
    outcome = reconcile(csv(phase="Installing"), view(group(), asked))
    [container] = applied(outcome, "Deployment", "rhbk-operator")["spec"]["template"]["spec"]["containers"]
    assert container["env"] == env


def test_the_old_csv_goes_when_the_newer_one_succeeded() -> None:
    old = csv(phase="Succeeded")
    assert written(reconcile(old, view(group(), csv(NEWER, "Installing"))))["phase"] == "Replacing"
    outcome = reconcile(old, view(group(), csv(NEWER, "Succeeded")))
    assert [gone["metadata"]["name"] for gone in outcome.delete] == [NAME]


def test_deleting_the_csv_takes_its_finalizer_off_and_leaves_the_definitions() -> None:
    gone = csv(phase="Succeeded")
    gone["metadata"]["deletionTimestamp"] = "2026-11-21T08:00:00Z"
    outcome = reconcile(gone, view(group(), *definitions()))
    [(_, patch)] = outcome.patch
    assert patch == {"metadata": {"finalizers": []}}
    assert not outcome.delete


def test_an_operator_works_only_while_its_deployment_runs_and_for_its_namespaces() -> None:
    here = running("rhbk-operator", "keycloak")
    assert serves(Store([csv(phase="Succeeded"), here]), "rhbk-operator", "keycloak")
    assert not serves(Store([csv(phase="Succeeded"), here]), "rhbk-operator", "elsewhere")
    assert not serves(Store([csv(phase="Succeeded")]), "rhbk-operator", "keycloak")
    assert not serves(Store([here]), "rhbk-operator", "keycloak")
    assert serves(Store([csv(phase="Succeeded", targets=""), here]), "rhbk-operator", "")
    # Objects of no namespace are seen by an operator of one namespace too.
    assert serves(Store([csv(phase="Succeeded"), here]), "rhbk-operator", "")
    assert not serves(Store([csv(phase="Succeeded")]), "rhbk-operator", "")
