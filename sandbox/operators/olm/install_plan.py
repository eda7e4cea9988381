"""InstallPlan: waits for approval where it is Manual, then creates its ClusterServiceVersions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.operators.kinds import CSV, INSTALL_PLAN
from sandbox.operators.olm.catalogue import SOURCE_NAMESPACE, package_of
from sandbox.operators.olm.cluster_service_version import csv_manifest, package_label
from sandbox.operators.reconcile import Outcome, owner, suffix, timed

if TYPE_CHECKING:
    from sandbox.operators.olm.catalogue import Package, Release
    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest


def plan_name(subscription: Manifest, release: Release) -> str:
    """The name of the plan that installs a release for a Subscription."""
    return "install-" + suffix(subscription["metadata"]["uid"], release.csv)


def plan_manifest(subscription: Manifest, package: Package, release: Release) -> Manifest:
    """The InstallPlan of one release: exactly that CSV, approved only where approval is Automatic."""
    namespace = subscription["metadata"]["namespace"]
    approval = subscription["spec"].get("installPlanApproval", "Automatic")
    generation = subscription.get("status", {}).get("installPlanGeneration", 0) + 1
    return {
        "apiVersion": INSTALL_PLAN.api_version,
        "kind": INSTALL_PLAN.kind,
        "metadata": {
            "name": plan_name(subscription, release),
            "namespace": namespace,
            "labels": {package_label(package.name, namespace): ""},
            "ownerReferences": [owner(subscription, controller=False)],
        },
        "spec": {
            "approval": approval,
            "approved": approval == "Automatic",
            "clusterServiceVersionNames": [release.csv],
            "generation": generation,
        },
    }


def reconcile(plan: Manifest, view: View) -> Outcome:
    """Planning, RequiresApproval, Installing, Complete. Complete says that the CSVs exist, not that they succeeded."""
    phase = plan.get("status", {}).get("phase", "")
    if phase == "":
        return _moved(plan, "Planning", view, again=True)
    if phase == "Planning":
        if not view.due(phase):
            return Outcome(again=True)
        return _moved(plan, "Installing" if plan["spec"]["approved"] else "RequiresApproval", view, again=True)
    if phase == "RequiresApproval" and plan["spec"]["approved"]:
        return _moved(plan, "Installing", view, again=True)
    if phase == "Installing":
        return _install(plan, view)
    return Outcome()


def _install(plan: Manifest, view: View) -> Outcome:
    if not view.due("Installing"):
        return Outcome(again=True)
    namespace = plan["metadata"]["namespace"]
    names = plan["spec"]["clusterServiceVersionNames"]
    unknown = [name for name in names if package_of(name) is None]
    if unknown:
        return _moved(plan, "Failed", view, message=f"not in any catalogue: {', '.join(unknown)}")
    missing = [name for name in names if view.store.get(CSV, namespace, name) is None]
    if missing:
        return Outcome(create=tuple(csv_manifest(name, namespace) for name in missing), again=True)
    return _moved(plan, "Complete", view)


def _moved(plan: Manifest, phase: str, view: View, *, message: str = "", again: bool = False) -> Outcome:
    old = plan.get("status", {})
    steps = [_step(name, phase) for name in plan["spec"]["clusterServiceVersionNames"]]
    status = {
        "phase": phase,
        "catalogSources": sorted({step["resource"]["sourceName"] for step in steps if step["resource"]["sourceName"]}),
        "plan": steps,
        "startTime": old.get("startTime", view.now),
    }
    if message:
        status["message"] = message
    if phase in ("Complete", "Failed"):
        installed = {"type": "Installed", "status": str(phase == "Complete"), "reason": "", "message": message}
        if phase == "Failed":
            installed["reason"] = "InstallComponentFailed"
        conditions = [{key: value for key, value in installed.items() if value}]
        status["conditions"] = timed(old.get("conditions", ()), conditions, view.now, "lastUpdateTime")
    return Outcome(status=status, again=again)


def _step(name: str, phase: str) -> Manifest:
    package = package_of(name)
    resource = {
        "group": "operators.coreos.com",
        "version": "v1alpha1",
        "kind": CSV.kind,
        "name": name,
        "sourceName": package.source if package else "",
        "sourceNamespace": SOURCE_NAMESPACE,
    }
    return {"resolving": name, "resource": resource, "status": "Created" if phase == "Complete" else "Unknown"}
