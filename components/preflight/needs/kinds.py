"""The kinds that a stack uses, each with the version it is written in and who brings it to a cluster."""

from typing import NamedTuple


class Kind(NamedTuple):
    """One resource of the API server."""

    group: str
    """API group; empty for Kubernetes' core."""
    version: str
    """Version in which the stack writes or reads it."""
    resource: str
    """Plural, with a sub-resource behind a slash."""
    brought_by: str
    """Who brings it: an operator of `operators`, a part of `PARTS`, or `KUBERNETES`."""


KUBERNETES = ""
"""Every cluster has these."""

OPENSHIFT = "OpenShift"
OLM = "the Operator Lifecycle Manager"
MACHINE_API = "the machine API"
MONITORING = "cluster monitoring"
KEDA = "the custom metrics autoscaler (KEDA)"
KNATIVE = "serverless"
MESH = "service-mesh"

# Kubernetes itself.
NAMESPACES = Kind("", "v1", "namespaces", KUBERNETES)
SECRETS = Kind("", "v1", "secrets", KUBERNETES)
CONFIG_MAPS = Kind("", "v1", "configmaps", KUBERNETES)
SERVICES = Kind("", "v1", "services", KUBERNETES)
SERVICE_ACCOUNTS = Kind("", "v1", "serviceaccounts", KUBERNETES)
CLAIMS = Kind("", "v1", "persistentvolumeclaims", KUBERNETES)
PODS = Kind("", "v1", "pods", KUBERNETES)
EVENTS = Kind("", "v1", "events", KUBERNETES)
NODES = Kind("", "v1", "nodes", KUBERNETES)
DEPLOYMENTS = Kind("apps", "v1", "deployments", KUBERNETES)
STATEFUL_SETS = Kind("apps", "v1", "statefulsets", KUBERNETES)
JOBS = Kind("batch", "v1", "jobs", KUBERNETES)
NETWORK_POLICIES = Kind("networking.k8s.io", "v1", "networkpolicies", KUBERNETES)
DISRUPTION_BUDGETS = Kind("policy", "v1", "poddisruptionbudgets", KUBERNETES)
ROLES = Kind("rbac.authorization.k8s.io", "v1", "roles", KUBERNETES)
ROLE_BINDINGS = Kind("rbac.authorization.k8s.io", "v1", "rolebindings", KUBERNETES)
STORAGE_CLASSES = Kind("storage.k8s.io", "v1", "storageclasses", KUBERNETES)
POD_METRICS = Kind("metrics.k8s.io", "v1beta1", "pods", KUBERNETES)

# OpenShift, and parts of it that a cluster can lack (openshift/api, ClusterVersionCapability).
INGRESSES = Kind("config.openshift.io", "v1", "ingresses", OPENSHIFT)
CLUSTER_VERSIONS = Kind("config.openshift.io", "v1", "clusterversions", OPENSHIFT)
INFRASTRUCTURES = Kind("config.openshift.io", "v1", "infrastructures", OPENSHIFT)
ROUTES = Kind("route.openshift.io", "v1", "routes", OPENSHIFT)
ROUTE_HOSTS = Kind("route.openshift.io", "v1", "routes/custom-host", OPENSHIFT)
MACHINE_SETS = Kind("machine.openshift.io", "v1beta1", "machinesets", MACHINE_API)
MACHINES = Kind("machine.openshift.io", "v1beta1", "machines", MACHINE_API)
MACHINE_AUTOSCALERS = Kind("autoscaling.openshift.io", "v1beta1", "machineautoscalers", MACHINE_API)
CLUSTER_AUTOSCALERS = Kind("autoscaling.openshift.io", "v1", "clusterautoscalers", MACHINE_API)
OPERATOR_GROUPS = Kind("operators.coreos.com", "v1", "operatorgroups", OLM)
SUBSCRIPTIONS = Kind("operators.coreos.com", "v1alpha1", "subscriptions", OLM)
INSTALL_PLANS = Kind("operators.coreos.com", "v1alpha1", "installplans", OLM)
CLUSTER_SERVICE_VERSIONS = Kind("operators.coreos.com", "v1alpha1", "clusterserviceversions", OLM)
POD_MONITORS = Kind("monitoring.coreos.com", "v1", "podmonitors", MONITORING)
SERVICE_MONITORS = Kind("monitoring.coreos.com", "v1", "servicemonitors", MONITORING)
PROMETHEUS_RULES = Kind("monitoring.coreos.com", "v1", "prometheusrules", MONITORING)
SCALED_OBJECTS = Kind("keda.sh", "v1alpha1", "scaledobjects", KEDA)
TRIGGER_AUTHENTICATIONS = Kind("keda.sh", "v1alpha1", "triggerauthentications", KEDA)

# Operators that a stack may install.
FEATURE_DISCOVERIES = Kind("nfd.openshift.io", "v1", "nodefeaturediscoveries", "nfd")
CLUSTER_POLICIES = Kind("nvidia.com", "v1", "clusterpolicies", "gpu-operator")
SOMEBODYS_CLUSTER_POLICIES = CLUSTER_POLICIES._replace(brought_by=KUBERNETES)
"""The same where it is read if it is there, and missed by nobody if not."""
STORAGE_CLUSTERS = Kind("ocs.openshift.io", "v1", "storageclusters", "odf")
BUCKET_CLAIMS = Kind("objectbucket.io", "v1alpha1", "objectbucketclaims", "odf")
SERVING_RUNTIMES = Kind("serving.kserve.io", "v1alpha1", "servingruntimes", "openshift-ai")
INFERENCE_SERVICES = Kind("serving.kserve.io", "v1beta1", "inferenceservices", "openshift-ai")
KNATIVE_SERVINGS = Kind("operator.knative.dev", "v1beta1", "knativeservings", KNATIVE)
MESH_CONTROL_PLANES = Kind("maistra.io", "v2", "servicemeshcontrolplanes", MESH)
KEYCLOAKS = Kind("k8s.keycloak.org", "v2alpha1", "keycloaks", "keycloak")
LEGACY_KEYCLOAKS = Kind("keycloak.org", "v1alpha1", "keycloaks", "keycloak")
LEGACY_REALMS = Kind("keycloak.org", "v1alpha1", "keycloakrealms", "keycloak")
LEGACY_CLIENTS = Kind("keycloak.org", "v1alpha1", "keycloakclients", "keycloak")
API_MANAGERS = Kind("apps.3scale.net", "v1alpha1", "apimanagers", "threescale")


def initializations(version: str) -> Kind:
    """OpenShift AI's DSCInitialization; `v1` up to release 2.25, `v2` from 3.0 on."""
    return Kind("dscinitialization.opendatahub.io", version, "dscinitializations", "openshift-ai")


def data_science_clusters(version: str) -> Kind:
    """OpenShift AI's DataScienceCluster, likewise."""
    return Kind("datasciencecluster.opendatahub.io", version, "datascienceclusters", "openshift-ai")
