"""Subscription: resolves a package to one version and keeps one InstallPlan for the next step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.operators.kinds import CSV, INSTALL_PLAN, OPERATOR_GROUP
from sandbox.operators.olm.catalogue import SOURCE_NAMESPACE, package_of, packages
from sandbox.operators.olm.install_plan import plan_manifest, plan_name
from sandbox.operators.reconcile import Outcome, condition, timed

if TYPE_CHECKING:
    from sandbox.operators.olm.catalogue import Package, Release
    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest

_HEALTHY = condition(
    "CatalogSourcesUnhealthy", False, "AllCatalogSourcesHealthy", "all available catalogsources are healthy"
)


def reconcile(subscription: Manifest, view: View) -> Outcome:
    """Resolve, ask for the InstallPlan, and follow it.

    `AtLatestKnown` means that the CSV object exists, not that it succeeded. A newer version in the channel brings the
    next InstallPlan and `UpgradePending` again; with Manual approval it waits there for ever.
    """
    if not view.due("new"):
        return Outcome(again=True)
    found = resolve(subscription, view)
    if isinstance(found, str):
        return _failed(subscription, found, view)
    return _follow(subscription, found, view)


def resolve(subscription: Manifest, view: View) -> Package | str:
    """The package a Subscription names, or OLM's sentence about why it cannot be resolved."""
    namespace, name = subscription["metadata"]["namespace"], subscription["metadata"]["name"]
    spec = subscription["spec"]
    groups = len(view.store.objects(OPERATOR_GROUP, namespace))
    if groups != 1:
        return f"found {groups} operatorgroups in namespace {namespace}: expected 1"
    package = packages().get((spec["source"], spec["name"]))
    exists = f"subscription {name} exists"
    if package is None or spec["sourceNamespace"] != SOURCE_NAMESPACE:
        where = f"package {spec['name']} in the catalog referenced by subscription {name}"
        return f"constraints not satisfiable: no operators found in {where}, {exists}"
    if problem := _channel_problem(subscription, package):
        return f"constraints not satisfiable: {problem} in the catalog referenced by subscription {name}, {exists}"
    if stray := _stray_csv(subscription, package, view):
        return (
            f"constraints not satisfiable: {exists}, "
            f"clusterserviceversion {stray} exists and is not referenced by a subscription"
        )
    return package


def _channel_problem(subscription: Manifest, package: Package) -> str:
    spec = subscription["spec"]
    channel, wanted = _channel(subscription, package), spec.get("startingCSV")
    if channel not in package.channels:
        return f"no operators found in channel {channel} of package {package.name}"
    installed = subscription.get("status", {}).get("currentCSV")
    if wanted and not installed and wanted not in [release.csv for release in package.channels[channel]]:
        return f"no operators found with name {wanted} in channel {channel} of package {package.name}"
    return ""


def _channel(subscription: Manifest, package: Package) -> str:
    return str(subscription["spec"].get("channel") or next(iter(package.channels)))


def _stray_csv(subscription: Manifest, package: Package, view: View) -> str:
    """A CSV of the package in the namespace that this Subscription did not bring."""
    status = subscription.get("status", {})
    ours = {status.get("currentCSV"), status.get("installedCSV")}
    for csv in view.store.objects(CSV, subscription["metadata"]["namespace"]):
        name = str(csv["metadata"]["name"])
        if name not in ours and package_of(name) == package:
            return name
    return ""


def _failed(subscription: Manifest, message: str, view: View) -> Outcome:
    unsatisfiable = message.startswith("constraints")
    reason = "ConstraintsNotSatisfiable" if unsatisfiable else "ErrorPreventedResolution"
    status = subscription.get("status", {})
    conditions = [_HEALTHY, condition("ResolutionFailed", True, reason, message)]
    return _written(subscription, {**status, "conditions": conditions}, view)


def _follow(subscription: Manifest, package: Package, view: View) -> Outcome:
    status = subscription.get("status", {})
    target = _target(subscription, package, view)
    if target is None:
        return _written(subscription, {**status, "conditions": [_HEALTHY]}, view)
    namespace = subscription["metadata"]["namespace"]
    if view.store.get(CSV, namespace, target.csv) and status.get("currentCSV") == target.csv:
        # The CSV object is there: that is all AtLatestKnown says.
        latest = {"state": "AtLatestKnown", "installedCSV": target.csv, "conditions": [_HEALTHY]}
        return _written(subscription, {**status, **latest}, view, again=True)
    plan = view.store.get(INSTALL_PLAN, namespace, plan_name(subscription, target))
    if plan is None:
        return Outcome(create=(plan_manifest(subscription, package, target),))
    return _written(subscription, {**status, **_pending(plan, target)}, view)


def _target(subscription: Manifest, package: Package, view: View) -> Release | None:
    """The release to install now; None when the installed one is the channel's newest."""
    status, spec = subscription.get("status", {}), subscription["spec"]
    channel = _channel(subscription, package)
    current, installed = status.get("currentCSV"), status.get("installedCSV")
    if not current:
        return package.release(spec.get("startingCSV", "")) or package.channels[channel][-1]
    if current != installed:
        return package.release(current)
    if not view.due(f"installed {installed}"):
        return package.release(current)
    return package.next_release(channel, current)


def _pending(plan: Manifest, target: Release) -> Manifest:
    metadata = plan["metadata"]
    reference = {"apiVersion": plan["apiVersion"], "kind": plan["kind"], "name": metadata["name"]}
    phase = plan.get("status", {}).get("phase", "Planning")
    pending = condition("InstallPlanPending", True, phase)
    return {
        "state": "UpgradePending",
        "currentCSV": target.csv,
        "installPlanGeneration": plan["spec"].get("generation", 1),
        "installPlanRef": {**reference, "namespace": metadata["namespace"], "uid": metadata["uid"]},
        "installplan": {**reference, "uuid": metadata["uid"]},
        "conditions": [_HEALTHY, pending] if phase in ("RequiresApproval", "Installing") else [_HEALTHY],
    }


def _written(subscription: Manifest, status: Manifest, view: View, *, again: bool = False) -> Outcome:
    old = subscription.get("status", {})
    conditions = timed(old.get("conditions", ()), status["conditions"], view.now)
    fresh = {**status, "conditions": conditions}
    if fresh == old:
        return Outcome(again=again)
    return Outcome(status={**fresh, "lastUpdated": view.now}, again=again)
