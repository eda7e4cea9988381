"""ClusterServiceVersion: the installed operator, its Deployment and the definitions it brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.operators.kinds import CRD, CSV, SUBSCRIPTION
from sandbox.operators.olm.catalogue import package_of
from sandbox.operators.olm.operator_group import GroupProblem, group_of, targets, unsupported
from sandbox.operators.olm.running import TARGETS
from sandbox.operators.reconcile import Outcome, deleted, deployment_available, is_true, owner, released

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.operators.olm.catalogue import Package
    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest

_FINALIZER = "operators.coreos.com/csv-cleanup"
_KEPT_CONDITIONS = 10
_GROUP_REASONS = ("NoOperatorGroup", "TooManyOperatorGroups", "UnsupportedOperatorGroup")


def package_label(package: str, namespace: str) -> str:
    """The label that ties plans and CSVs to a package."""
    return f"operators.coreos.com/{package}.{namespace}"[: len("operators.coreos.com/") + 63].rstrip("-._")


def csv_manifest(name: str, namespace: str) -> Manifest:
    """The CSV of a release in the catalogue.

    Raises:
        LookupError: no package has it.
    """
    package = package_of(name)
    release = package.release(name) if package else None
    if package is None or release is None:
        raise LookupError(name)
    owned = [{"name": crd, "kind": crd.partition(".")[0], "version": found} for crd, found in release.crds.items()]
    spec = {
        "displayName": package.display_name,
        "version": release.version,
        "install": {"strategy": "deployment", "spec": {"deployments": [_deployment(package, release.version, [])]}},
        "installModes": [
            {"type": mode, "supported": mode in package.install_modes}
            for mode in ("OwnNamespace", "SingleNamespace", "MultiNamespace", "AllNamespaces")
        ],
        "customresourcedefinitions": {"owned": owned},
    }
    if release.replaces:
        spec["replaces"] = release.replaces
    metadata = {
        "name": name,
        "namespace": namespace,
        "labels": {package_label(package.name, namespace): ""},
        "finalizers": [_FINALIZER],
    }
    return {"apiVersion": CSV.api_version, "kind": CSV.kind, "metadata": metadata, "spec": spec}


def reconcile(csv: Manifest, view: View) -> Outcome:
    """Pending, InstallReady, Installing, Succeeded; Failed while the OperatorGroup is wrong; Replacing for a newer one.

    The operator's Deployment belongs to the CSV and goes with it; the definitions stay.
    """
    if deleted(csv):
        return Outcome(patch=released(csv, _FINALIZER))
    package = package_of(csv["metadata"]["name"])
    if package is None:
        return Outcome()
    if (successor := _successor(csv, view)) is not None:
        return _replaced(csv, successor, view)
    group = group_of(view.store, csv["metadata"]["namespace"])
    problem = group if isinstance(group, GroupProblem) else unsupported(group, package.install_modes)
    if problem is not None:
        return _moved(csv, "Failed", problem.reason, problem.message, view)
    if isinstance(group, dict) and (patch := _targeted(csv, group)):
        return Outcome(patch=patch)
    return _install(csv, package, view)


def _install(csv: Manifest, package: Package, view: View) -> Outcome:
    status = csv.get("status", {})
    phase = status.get("phase", "")
    if phase == "" or (phase == "Failed" and status.get("reason") in (*_GROUP_REASONS, "ComponentUnhealthy")):
        return _moved(csv, "Pending", "RequirementsUnknown", "requirements not yet checked", view, again=True)
    if phase != "Succeeded" and not view.due(phase):
        return Outcome(again=True)
    steps = {"Pending": _check_requirements, "InstallReady": _begin, "Installing": _bring, "Succeeded": _watch_over}
    return steps[phase](csv, package, view) if phase in steps else Outcome()


def _begin(csv: Manifest, _package: Package, view: View) -> Outcome:
    return _moved(csv, "Installing", "InstallSucceeded", "waiting for install components", view, again=True)


def _check_requirements(csv: Manifest, package: Package, view: View) -> Outcome:
    unknown = [name for name, version in _crds(csv, package).items() if _definition(name, version, view) is None]
    if unknown:
        message = "one or more requirements couldn't be found: no folder of definitions has " + ", ".join(unknown)
        return _moved(csv, "Pending", "RequirementsNotMet", message, view)
    return _moved(
        csv, "InstallReady", "AllRequirementsMet", "all requirements found, attempting install", view, again=True
    )


def _bring(csv: Manifest, package: Package, view: View) -> Outcome:
    """Deployment first, then the definitions: whoever does not wait for Succeeded finds no kind to create."""
    deployment = _owned_deployment(csv, package, view)
    namespace = csv["metadata"]["namespace"]
    if not deployment_available(view.store, namespace, package.deployment):
        message = f"installing: waiting for deployment {package.deployment} to become ready"
        return _moved(csv, "Installing", "InstallWaiting", message, view, apply=(deployment,))
    crds = _crds(csv, package)
    missing = [name for name in crds if not established(view.store.get(CRD, "", name))]
    if missing:
        wanted = (_definition(name, crds[name], view) for name in missing)
        return Outcome(apply=(deployment,), create=tuple(crd for crd in wanted if crd is not None))
    message = "install strategy completed with no errors"
    return _moved(csv, "Succeeded", "InstallSucceeded", message, view, apply=(deployment,))


def _crds(csv: Manifest, package: Package) -> Mapping[str, str]:
    """Version by name of each definition that this version brings."""
    release = package.release(csv["metadata"]["name"])
    return release.crds if release is not None else {}


def _watch_over(csv: Manifest, package: Package, view: View) -> Outcome:
    apply = (_owned_deployment(csv, package, view),)
    if deployment_available(view.store, csv["metadata"]["namespace"], package.deployment):
        return Outcome(apply=apply)
    message = f"installing: waiting for deployment {package.deployment} to become ready"
    return _moved(csv, "Failed", "ComponentUnhealthy", message, view, apply=apply, again=True)


def _definition(name: str, version: str, view: View) -> Manifest | None:
    present = view.store.get(CRD, "", name)
    return present if present is not None else view.crds.get(name, version)


def established(crd: Manifest | None) -> bool:
    """Whether the API server serves a definition's kinds."""
    return is_true(crd, "Established")


def _successor(csv: Manifest, view: View) -> Manifest | None:
    name, namespace = csv["metadata"]["name"], csv["metadata"]["namespace"]
    return next((c for c in view.store.objects(CSV, namespace) if c["spec"].get("replaces") == name), None)


def _replaced(csv: Manifest, successor: Manifest, view: View) -> Outcome:
    if successor.get("status", {}).get("phase") == "Succeeded":
        return Outcome(delete=(csv,))
    name = successor["metadata"]["name"]
    return _moved(csv, "Replacing", "BeingReplaced", f"being replaced by csv: {name}", view)


def _targeted(csv: Manifest, group: Manifest) -> tuple[tuple[Manifest, Manifest], ...]:
    wanted = {
        "olm.operatorGroup": group["metadata"]["name"],
        "olm.operatorNamespace": csv["metadata"]["namespace"],
        TARGETS: ",".join(targets(group)),
    }
    present = csv["metadata"].get("annotations", {})
    if all(present.get(key) == value for key, value in wanted.items()):
        return ()
    return ((csv, {"metadata": {"annotations": wanted}}),)


def _owned_deployment(csv: Manifest, package: Package, view: View) -> Manifest:
    namespace, name = csv["metadata"]["namespace"], csv["metadata"]["name"]
    config: Manifest = next(
        (
            subscription["spec"].get("config", {})
            for subscription in view.store.objects(SUBSCRIPTION, namespace)
            if name in (subscription.get("status", {}).get(key) for key in ("installedCSV", "currentCSV"))
        ),
        {},
    )
    deployment = _deployment(package, csv["spec"]["version"], config.get("env", []))
    labels = {"olm.owner": name, "olm.owner.kind": CSV.kind, "olm.owner.namespace": namespace}
    metadata = {"name": package.deployment, "namespace": namespace, "labels": labels, "ownerReferences": [owner(csv)]}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": deployment["spec"]}


def _deployment(package: Package, version: str, env: list[Manifest]) -> Manifest:
    labels = {"name": package.deployment}
    container = {"name": "manager", "image": f"{package.image}:{version}", **({"env": env} if env else {})}
    spec = {
        "replicas": 1,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
    }
    return {"name": package.deployment, "spec": spec}


def _moved(  # noqa: PLR0913 - a CSV's phase always goes with a reason and a sentence
    csv: Manifest,
    phase: str,
    reason: str,
    message: str,
    view: View,
    *,
    apply: tuple[Manifest, ...] = (),
    again: bool = False,
) -> Outcome:
    old = csv.get("status", {})
    entry = {"phase": phase, "reason": reason, "message": message}
    if all(old.get(key) == value for key, value in entry.items()):
        return Outcome(apply=apply, again=again)
    stamped = {**entry, "lastTransitionTime": view.now, "lastUpdateTime": view.now}
    history = [*old.get("conditions", ()), stamped][-_KEPT_CONDITIONS:]
    return Outcome(status={**old, **stamped, "conditions": history}, apply=apply, again=again)
