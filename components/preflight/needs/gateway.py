"""What 3scale, the keys of applications, and monitoring need."""

from collections.abc import Iterator

from components.config import Settings
from components.preflight.needs import kinds
from components.preflight.needs.need import Need, explained, managed

PULL_SECRET_NAMESPACE = "openshift-config"  # noqa: S105 - the name of a namespace
"""Where OpenShift keeps its own access to registries (OpenShift, using image pull secrets)."""

MONITORING_NAMESPACE = "openshift-monitoring"
"""Where OpenShift's settings of its own monitoring are (OpenShift, configuring user workload monitoring)."""


def gateway(settings: Settings) -> Iterator[Need]:
    """Every need of the layer."""
    namespace = settings.namespaces.threescale
    yield managed(kinds.API_MANAGERS, namespace)
    yield managed(kinds.SECRETS, namespace)
    # The APIManager's status does not say of which generation it speaks; its Deployments do.
    yield Need(kinds.DEPLOYMENTS, ("list",), namespace)
    yield from explained(namespace)
    if settings.threescale.sample_data == "remove":
        # The hosts of the sample stay, with Routes of this stack's own.
        yield managed(kinds.ROUTES, namespace)
        yield Need(kinds.ROUTE_HOSTS, ("create",), namespace)
    # The gate tells which Routes no router takes. zync writes those of the models, and their time limit is added.
    yield Need(kinds.ROUTES, ("list", "patch") if settings.models else ("list",), namespace)
    if settings.compat.copy_pull_secret:
        yield Need(kinds.SECRETS, ("get",), PULL_SECRET_NAMESPACE, "pull-secret")
    yield managed(kinds.SECRETS, settings.namespaces.consumers)
    yield from _monitoring(settings)


def _monitoring(settings: Settings) -> Iterator[Need]:
    monitoring, spaces = settings.monitoring, settings.namespaces
    if monitoring is None or not monitoring.enabled:
        return
    if monitoring.pod_monitors:
        yield managed(kinds.POD_MONITORS, spaces.threescale)
    if monitoring.alerts.enabled:
        yield managed(kinds.PROMETHEUS_RULES, spaces.threescale)
        if any(model.server is not None for model in settings.models.values()):
            yield managed(kinds.PROMETHEUS_RULES, spaces.models)
    if monitoring.dashboards:
        yield managed(kinds.CONFIG_MAPS, monitoring.dashboard_namespace)
