"""OpenShift AI's two singletons; pure."""

from components.custom_resources import Manifest

_REMOVED = (
    "aipipelines",
    "feastoperator",
    "kueue",
    "llamastackoperator",
    "modelregistry",
    "ray",
    "trainingoperator",
    "trustyai",
    "workbenches",
)
"""Parts of release 3.0 that serve no model."""


def initialization() -> Manifest:
    """Settings of the whole installation: nothing is monitored that this stack does not ask for."""
    return {
        "apiVersion": "dscinitialization.opendatahub.io/v2",
        "kind": "DSCInitialization",
        "metadata": {"name": "default-dsci"},
        "spec": {
            "applicationsNamespace": "redhat-ods-applications",
            "monitoring": {"managementState": "Removed", "namespace": "redhat-ods-monitoring"},
        },
    }


def data_science_cluster(*, dashboard: bool, headless: bool = False) -> Manifest:
    """The parts that are installed: KServe, and the dashboard if asked for.

    `Headed` gives every model server's Service a cluster IP: requests spread over its replicas, and port 80 works.
    `headless` leaves them without one.
    """
    components: dict[str, dict[str, object]] = {part: {"managementState": "Removed"} for part in _REMOVED}
    components["kserve"] = {
        "managementState": "Managed",
        "rawDeploymentServiceConfig": "Headless" if headless else "Headed",
        "nim": {"managementState": "Removed"},
    }
    components["dashboard"] = {"managementState": "Managed" if dashboard else "Removed"}
    return {
        "apiVersion": "datasciencecluster.opendatahub.io/v2",
        "kind": "DataScienceCluster",
        "metadata": {"name": "default-dsc"},
        "spec": {"components": components},
    }
