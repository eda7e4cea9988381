"""Is the cluster's release one that this stack can live on?"""

import re
from collections.abc import Iterator

from components.config import Settings
from components.preflight.reader import ClusterReader

PATH = "/apis/config.openshift.io/v1/clusterversions/version"

_MINIMUM = (4, 16)
"""The oldest release that OpenShift AI 2.x is still offered for (IBM Cloud, add-on versions, September 2026)."""

_MINIMUM_WITH_GATEWAYS = (4, 19)
"""OpenShift AI 3 needs the Gateway API that OpenShift has from here on (Red Hat, OpenShift AI 3.0, requirements)."""


def outdated(reader: ClusterReader, settings: Settings) -> Iterator[str]:
    """A sentence when the cluster is older than what this stack installs.

    Raises:
        ClusterRefusalError: The server does not answer, or does not let us read.
    """
    needed, why = _needed(settings)
    version = str((reader.read(PATH) or {}).get("status", {}).get("desired", {}).get("version", ""))
    numbers = re.match(r"([0-9]+)\.([0-9]+)\.", version)
    least = ".".join(map(str, needed))
    if numbers is None:
        yield (
            f"It does not say which release of OpenShift it is (clusterversions.config.openshift.io/version). Needed "
            f"is {least} or later. Check cluster.kubeconfig and cluster.context."
        )
    elif (int(numbers[1]), int(numbers[2])) < needed:
        yield (
            f"It is OpenShift {version}. Needed is {least} or later, for {why}. Update the cluster, or pin older "
            "versions in the stack file."
        )


def _needed(settings: Settings) -> tuple[tuple[int, int], str]:
    release = settings.prereqs.openshift_ai
    if release is not None and not release.first_generation:
        return _MINIMUM_WITH_GATEWAYS, release.starting_csv
    return _MINIMUM, "the releases that this project installs"
