"""OpenShift AI's two singletons as releases 2.x have them; pure."""

from components.custom_resources import Manifest

_REMOVED = ("codeflare", "datasciencepipelines", "kueue", "modelmeshserving", "ray", "trustyai", "workbenches")
"""Parts that serve no model and that every release from 2.16 on knows; one that is not named is not installed."""

_HEADED_SINCE = (2, 19)
"""Release from which the Services of model servers can be chosen (opendatahub-operator, pull request 1748)."""

_CONTROL_PLANE = {"name": "data-science-smcp", "namespace": "istio-system", "metricsCollection": "Istio"}
"""The control plane that OpenShift AI makes; these are its own names (opendatahub-operator, DSCInitialization v1)."""


def initialization(*, serverless: bool) -> Manifest:
    """Settings of the whole installation: no Service Mesh, unless Knative runs the models."""
    mesh = {"managementState": "Managed", "controlPlane": _CONTROL_PLANE} if serverless else _removed()
    return {
        "apiVersion": "dscinitialization.opendatahub.io/v1",
        "kind": "DSCInitialization",
        "metadata": {"name": "default-dsci"},
        "spec": {
            "applicationsNamespace": "redhat-ods-applications",
            "monitoring": {"managementState": "Removed", "namespace": "redhat-ods-monitoring"},
            "serviceMesh": mesh,
        },
    }


def data_science_cluster(
    release: tuple[int, int], *, dashboard: bool, headless: bool, serverless: bool, certificate: str | None
) -> Manifest:
    """The parts that are installed: KServe, and the dashboard if asked for.

    With `serverless`, `certificate` names a Secret for the ingress of the models; without it OpenShift AI takes the
    router's own.
    """
    components: dict[str, Manifest] = {part: _removed() for part in _REMOVED}
    components["dashboard"] = {"managementState": "Managed"} if dashboard else _removed()
    components["kserve"] = {
        "managementState": "Managed",
        "nim": _removed(),
        "defaultDeploymentMode": "Serverless" if serverless else "RawDeployment",
        "serving": _knative(certificate) if serverless else {**_removed(), "name": "knative-serving"},
    }
    if release >= _HEADED_SINCE:
        components["kserve"]["rawDeploymentServiceConfig"] = "Headless" if headless else "Headed"
    return {
        "apiVersion": "datasciencecluster.opendatahub.io/v1",
        "kind": "DataScienceCluster",
        "metadata": {"name": "default-dsc"},
        "spec": {"components": components},
    }


def _knative(certificate: str | None) -> Manifest:
    chosen = {"type": "OpenshiftDefaultIngress"}
    if certificate is not None:
        chosen = {"type": "Provided", "secretName": certificate}
    return {"managementState": "Managed", "name": "knative-serving", "ingressGateway": {"certificate": chosen}}


def _removed() -> Manifest:
    return {"managementState": "Removed"}
