"""Whether the cluster watches what users run."""

from collections.abc import Iterator

import yaml

from components.config import Settings
from components.preflight.reader import ClusterReader

_CONFIGURATION = "/api/v1/namespaces/openshift-monitoring/configmaps/cluster-monitoring-config"
"""OpenShift's settings of its own monitoring; absent until somebody writes them."""

_KEY, _SWITCH = "config.yaml", "enableUserWorkload"


def unwatched(reader: ClusterReader, settings: Settings) -> Iterator[str]:
    """Monitors and rules without a Prometheus that reads them would be there, and nobody would ever be told."""
    monitoring = settings.monitoring
    if monitoring is None or not monitoring.enabled:
        return
    if not (monitoring.pod_monitors or monitoring.alerts.enabled):
        return
    if not _switched_on(reader):
        yield (
            "monitoring is given, but this cluster does not monitor what users run. Needed is enableUserWorkload: true "
            "in the entry config.yaml of the ConfigMap openshift-monitoring/cluster-monitoring-config. Have the "
            "cluster's administrator set it, or set monitoring.enabled to false."
        )


def _switched_on(reader: ClusterReader) -> bool:
    found = reader.read(_CONFIGURATION)
    text = (found.get("data") or {}).get(_KEY, "") if found is not None else ""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError:
        return False
    return isinstance(document, dict) and document.get(_SWITCH) is True
