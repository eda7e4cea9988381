"""APIManager: preflights, Secrets, workloads, Routes, and a status that says what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.operators.kinds import CONFIG_MAP, DEPLOYMENT, SECRET
from sandbox.operators.olm.running import serving_version
from sandbox.operators.reconcile import Outcome, available, condition, deleted, deployment_available, timed
from sandbox.operators.threescale import credentials, preflights, routes, workloads
from sandbox.operators.threescale.installation import DEFAULT_VERSION, Installation

if TYPE_CHECKING:
    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest

REQUIREMENTS = "3scale-api-management-operator-requirements"
_PACKAGE = "3scale-operator"
_NOT_FOUND_YET = "Requirement config map is not found yet, it should be generated shortly"
_ALL_MET = "All requirements for the current version are met"


def reconcile(manager: Manifest, view: View) -> Outcome:
    """Defaults into the spec, preflights, then everything at once; Available when all of it works."""
    if deleted(manager):
        # No finalizer: what is owned goes by garbage collection, the Secrets stay.
        return Outcome()
    version = serving_version(view.store, _PACKAGE, manager["metadata"]["namespace"]) or DEFAULT_VERSION
    installation = Installation(manager=manager, operator_version=version)
    if patch := _written_back(installation):
        return Outcome(patch=((manager, patch),))
    namespace = installation.namespace
    if view.store.get(CONFIG_MAP, namespace, REQUIREMENTS) is None:
        requirements = () if not view.due("operator") else (_requirements(installation),)
        return Outcome(create=requirements, status=_status(installation, view, _NOT_FOUND_YET), again=True)
    if problem := preflights.failure(installation, view):
        return Outcome(status=_status(installation, view, problem))
    if not view.due("preflights"):
        return Outcome(again=True)
    return _installed(installation, view)


def _written_back(installation: Installation) -> Manifest:
    """The operator's defaults and annotations that the object lacks, as a merge patch."""
    patch: Manifest = {}
    if missing := installation.missing_defaults():
        patch["spec"] = missing
    present = installation.manager["metadata"].get("annotations", {})
    wanted = {
        "apps.3scale.net/apimanager-threescale-version": installation.release,
        "apps.3scale.net/threescale-operator-version": installation.operator_version,
        "apps.3scale.net/apimanager-confirmed-requirements-version": installation.release,
    }
    if any(present.get(key) != value for key, value in wanted.items()):
        patch["metadata"] = {"annotations": wanted}
    return patch


def _requirements(installation: Installation) -> Manifest:
    """The ConfigMap the operator makes of its CSV's annotations: the least versions of external databases."""
    data = {
        "rht_backend_redis_requirements": "7.0.0",
        "rht_mysql_requirements": "8.0.0",
        "rht_postgres_requirements": "13.0.0",
        "rht_system_redis_requirements": "7.0.0",
        "rht_threescale_version_requirements": installation.release,
    }
    metadata = {"name": REQUIREMENTS, "namespace": installation.namespace}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def _installed(installation: Installation, view: View) -> Outcome:
    create, patch = credentials.secrets(installation, view)
    wanted = [routes.backend_route(installation)]
    stale: tuple[Manifest, ...] = ()
    # zync's worker writes the Routes: without it nothing is made, nothing repaired.
    if installation.zync and deployment_available(view.store, installation.namespace, "zync-que"):
        wanted += routes.portal_routes(installation)
        products = view.products.get(installation.namespace)
        if products is not None:
            wanted += routes.product_routes(installation, products)
            stale = routes.stale_routes(installation, wanted, view)
    made = workloads.deployments(installation, view)
    if preflights.missing_bucket(installation, view):
        # The operator makes one component after the other, and this one's error ends each of its looks.
        made = tuple(one for one in made if one["metadata"]["name"] in workloads.BEFORE_SYSTEM)
    return Outcome(
        create=(*create, *workloads.claims(installation)),
        patch=patch,
        apply=(*workloads.services(installation), *made, *workloads.budgets(installation), *wanted),
        delete=(*stale, *workloads.stale_budgets(installation, view)),
        status=_status(installation, view, ""),
    )


def _status(installation: Installation, view: View, preflight: str) -> Manifest:
    old = installation.manager.get("status", {})
    conditions = [
        _available(installation, view, preflight),
        # The real operator keeps this reason when they fail (apimanager_status_reconciler.go).
        condition("Preflights", not preflight, "PreflightsPass", preflight or _ALL_MET),
    ]
    return {
        "conditions": timed(old.get("conditions", ()), conditions, view.now),
        "deployments": _deployments(installation, view),
    }


def _available(installation: Installation, view: View, preflight: str) -> Manifest:
    if preflight:
        return condition("Available", False)
    missing = _missing_secrets(installation, view)
    if missing:
        text = f"The following secret(s) could not be found: {', '.join(missing)}"
        return condition("Available", False, "MissingWatchedSecrets", text)
    states = _deployments(installation, view)
    expected = {workload.name for workload in workloads.workloads(installation)}
    hosts = routes.admitted_hosts(installation.namespace, view)
    done = expected <= set(states.get("ready", ())) and set(routes.expected_hosts(installation)) <= hosts
    return condition("Available", done)


def _missing_secrets(installation: Installation, view: View) -> list[str]:
    named = {
        policy["secretRef"].get("name", "")
        for policies in workloads.policy_secrets(installation).values()
        for policy in policies
    }
    return sorted(name for name in named if view.store.get(SECRET, installation.namespace, name) is None)


def _deployments(installation: Installation, view: View) -> dict[str, list[str]]:
    """The names of the existing Deployments by state, as the status lists them."""
    states: dict[str, list[str]] = {"ready": [], "starting": [], "stopped": []}
    for workload in workloads.workloads(installation):
        deployment = view.store.get(DEPLOYMENT, installation.namespace, workload.name)
        if deployment is None:
            continue
        if deployment["spec"].get("replicas") == 0:
            states["stopped"].append(workload.name)
        else:
            states["ready" if available(deployment) else "starting"].append(workload.name)
    return {state: sorted(names) for state, names in states.items() if names}
