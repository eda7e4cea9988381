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
DISRUPTION_BUDGET = Kind("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets")
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

NODE = Kind("v1", "Node", "nodes", namespaced=False)
EVENT = Kind("v1", "Event", "events")
DAEMON_SET = Kind("apps/v1", "DaemonSet", "daemonsets")
MACHINE_SET = Kind("machine.openshift.io/v1beta1", "MachineSet", "machinesets")
MACHINE = Kind("machine.openshift.io/v1beta1", "Machine", "machines")
MACHINE_AUTOSCALER = Kind("autoscaling.openshift.io/v1beta1", "MachineAutoscaler", "machineautoscalers")
CLUSTER_AUTOSCALER = Kind("autoscaling.openshift.io/v1", "ClusterAutoscaler", "clusterautoscalers", namespaced=False)
FEATURE_DISCOVERY = Kind("nfd.openshift.io/v1", "NodeFeatureDiscovery", "nodefeaturediscoveries")
CLUSTER_POLICY = Kind("nvidia.com/v1", "ClusterPolicy", "clusterpolicies", namespaced=False)

INFRASTRUCTURE = Kind("config.openshift.io/v1", "Infrastructure", "infrastructures", namespaced=False)
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
# Up to OpenShift AI 2.25.
DSC_INITIALIZATION_V1 = Kind(
    "dscinitialization.opendatahub.io/v1", "DSCInitialization", "dscinitializations", namespaced=False
)
DATA_SCIENCE_CLUSTER_V1 = Kind(
    "datasciencecluster.opendatahub.io/v1", "DataScienceCluster", "datascienceclusters", namespaced=False
)
SERVING_RUNTIME = Kind("serving.kserve.io/v1alpha1", "ServingRuntime", "servingruntimes")
INFERENCE_SERVICE = Kind("serving.kserve.io/v1beta1", "InferenceService", "inferenceservices")
SCALED_OBJECT = Kind("keda.sh/v1alpha1", "ScaledObject", "scaledobjects")

KEYCLOAK = Kind("k8s.keycloak.org/v2alpha1", "Keycloak", "keycloaks")
REALM_IMPORT = Kind("k8s.keycloak.org/v2alpha1", "KeycloakRealmImport", "keycloakrealmimports")

LEGACY_KEYCLOAK = Kind("keycloak.org/v1alpha1", "Keycloak", "keycloaks")
LEGACY_REALM = Kind("keycloak.org/v1alpha1", "KeycloakRealm", "keycloakrealms")
LEGACY_CLIENT = Kind("keycloak.org/v1alpha1", "KeycloakClient", "keycloakclients")

API_MANAGER = Kind("apps.3scale.net/v1alpha1", "APIManager", "apimanagers")

STORAGE_CLASS = Kind("storage.k8s.io/v1", "StorageClass", "storageclasses", namespaced=False)
STORAGE_CLUSTER = Kind("ocs.openshift.io/v1", "StorageCluster", "storageclusters")
NOOBAA = Kind("noobaa.io/v1alpha1", "NooBaa", "noobaas")
BUCKET_CLAIM = Kind("objectbucket.io/v1alpha1", "ObjectBucketClaim", "objectbucketclaims")
OBJECT_BUCKET = Kind("objectbucket.io/v1alpha1", "ObjectBucket", "objectbuckets", namespaced=False)

_ALL = (
    NAMESPACE, SECRET, CONFIG_MAP, SERVICE, POD, VOLUME_CLAIM, DEPLOYMENT, STATEFUL_SET, INGRESS, CRD,
    ADMISSION_POLICY, ADMISSION_BINDING, ROUTE, OPERATOR_GROUP, SUBSCRIPTION, INSTALL_PLAN, CSV,
    DSC_INITIALIZATION_V1, DATA_SCIENCE_CLUSTER_V1,
    DSC_INITIALIZATION, DATA_SCIENCE_CLUSTER, SERVING_RUNTIME, INFERENCE_SERVICE, KEYCLOAK, REALM_IMPORT, API_MANAGER,
    DISRUPTION_BUDGET,
    NODE, EVENT, DAEMON_SET, MACHINE_SET, MACHINE, MACHINE_AUTOSCALER, CLUSTER_AUTOSCALER, FEATURE_DISCOVERY,
    CLUSTER_POLICY,
    LEGACY_KEYCLOAK, LEGACY_REALM, LEGACY_CLIENT,
    SCALED_OBJECT,
    INFRASTRUCTURE, STORAGE_CLASS, STORAGE_CLUSTER, NOOBAA, BUCKET_CLAIM, OBJECT_BUCKET,
)  # fmt: skip
_BY_NAME = {(kind.api_version, kind.kind): kind for kind in _ALL}


def kind_of(manifest: dict[str, object]) -> Kind:
    """The kind of a manifest.

    Raises:
        KeyError: the manifest's kind is not in this module.
    """
    return _BY_NAME[str(manifest["apiVersion"]), str(manifest["kind"])]
