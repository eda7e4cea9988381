"""What preflight itself reads."""

from collections.abc import Iterator

from components.config import Settings
from components.config.storage import GATEWAY_CLASS, ObcStore
from components.preflight.needs import kinds
from components.preflight.needs.gateway import MONITORING_NAMESPACE
from components.preflight.needs.need import Need
from components.preflight.storage import wanted_classes

INGRESS_NAMESPACE = "openshift-config-managed"
"""Where OpenShift publishes the authority of the router's certificate (cluster-ingress-operator)."""


def reading(settings: Settings) -> Iterator[Need]:
    """Every need of preflight; reading a kind's definition needs no right of its own (`system:discovery`)."""
    yield Need(kinds.INGRESSES, ("get",), name="cluster")
    yield Need(kinds.CLUSTER_VERSIONS, ("get",), name="version")
    # Is there a default class, and which ones are there?
    yield Need(kinds.STORAGE_CLASSES, ("list",))
    if wanted_classes(settings):
        yield Need(kinds.STORAGE_CLASSES, ("get",))
    if settings.cluster.ca_bundle is None:
        yield Need(kinds.CONFIG_MAPS, ("get",), INGRESS_NAMESPACE, "default-ingress-cert")
    if settings.storage.odf is not None:
        yield Need(kinds.NODES, ("list",))
    store, monitoring = settings.model_store, settings.monitoring
    if isinstance(store, ObcStore) and store.storage_class_name == GATEWAY_CLASS:
        yield Need(kinds.INFRASTRUCTURES, ("get",), name="cluster")
    if monitoring is not None and monitoring.enabled and (monitoring.pod_monitors or monitoring.alerts.enabled):
        yield Need(kinds.CONFIG_MAPS, ("get",), MONITORING_NAMESPACE, "cluster-monitoring-config")
