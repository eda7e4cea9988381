"""The kinds of objects that the simulated operators read and write."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Kind:
    """One kind at one version, with what its address on the API server needs."""

    api_version: str
    kind: str
    plural: str
    namespaced: bool = True

    def path(self, namespace: str = "", name: str = "") -> str:
        """The path on the API server: of the whole kind, of one namespace, or of one object."""
        parts = ["/apis" if "/" in self.api_version else "/api", self.api_version]
        if self.namespaced and namespace:
            parts += ["namespaces", namespace]
        parts.append(self.plural)
        if name:
            parts.append(name)
        return "/".join(parts)


NAMESPACE = Kind("v1", "Namespace", "namespaces", namespaced=False)
SECRET = Kind("v1", "Secret", "secrets")
CONFIG_MAP = Kind("v1", "ConfigMap", "configmaps")
SERVICE = Kind("v1", "Service", "services")
POD = Kind("v1", "Pod", "pods")
VOLUME_CLAIM = Kind("v1", "PersistentVolumeClaim", "persistentvolumeclaims")
DEPLOYMENT = Kind("apps/v1", "Deployment", "deployments")
STATEFUL_SET = Kind("apps/v1", "StatefulSet", "statefulsets")
INGRESS = Kind("networking.k8s.io/v1", "Ingress", "ingresses")
CRD = Kind("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", namespaced=False)
ADMISSION_POLICY = Kind(
    "admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", namespaced=False
)
ADMISSION_BINDING = Kind(
    "admissionregistration.k8s.io/v1",
    "ValidatingAdmissionPolicyBinding",
    "validatingadmissionpolicybindings",
    namespaced=False,
)

ROUTE = Kind("route.openshift.io/v1", "Route", "routes")

OPERATOR_GROUP = Kind("operators.coreos.com/v1", "OperatorGroup", "operatorgroups")
SUBSCRIPTION = Kind("operators.coreos.com/v1alpha1", "Subscription", "subscriptions")
INSTALL_PLAN = Kind("operators.coreos.com/v1alpha1", "InstallPlan", "installplans")
CSV = Kind("operators.coreos.com/v1alpha1", "ClusterServiceVersion", "clusterserviceversions")

DSC_INITIALIZATION = Kind(
    "dscinitialization.opendatahub.io/v2", "DSCInitialization", "dscinitializations", namespaced=False
)
DATA_SCIENCE_CLUSTER = Kind(
    "datasciencecluster.opendatahub.io/v2", "DataScienceCluster", "datascienceclusters", namespaced=False
)
SERVING_RUNTIME = Kind("serving.kserve.io/v1alpha1", "ServingRuntime", "servingruntimes")
INFERENCE_SERVICE = Kind("serving.kserve.io/v1beta1", "InferenceService", "inferenceservices")

KEYCLOAK = Kind("k8s.keycloak.org/v2alpha1", "Keycloak", "keycloaks")
REALM_IMPORT = Kind("k8s.keycloak.org/v2alpha1", "KeycloakRealmImport", "keycloakrealmimports")

API_MANAGER = Kind("apps.3scale.net/v1alpha1", "APIManager", "apimanagers")

_ALL = (
    NAMESPACE, SECRET, CONFIG_MAP, SERVICE, POD, VOLUME_CLAIM, DEPLOYMENT, STATEFUL_SET, INGRESS, CRD,
    ADMISSION_POLICY, ADMISSION_BINDING, ROUTE, OPERATOR_GROUP, SUBSCRIPTION, INSTALL_PLAN, CSV,
    DSC_INITIALIZATION, DATA_SCIENCE_CLUSTER, SERVING_RUNTIME, INFERENCE_SERVICE, KEYCLOAK, REALM_IMPORT, API_MANAGER,
)  # fmt: skip
_BY_NAME = {(kind.api_version, kind.kind): kind for kind in _ALL}


def kind_of(manifest: dict[str, object]) -> Kind:
    """The kind of a manifest.

    Raises:
        KeyError: the manifest's kind is not in this module.
    """
    return _BY_NAME[str(manifest["apiVersion"]), str(manifest["kind"])]
