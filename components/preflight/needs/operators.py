"""Which operators a stack installs, and where; and what somebody does who has one of their kinds missing."""

from collections.abc import Mapping

from components.config import Settings
from components.config.identity import Rhbk, Rhsso
from components.config.storage import NAMESPACE as STORAGE_NAMESPACE
from components.preflight.needs.kinds import KEDA, KNATIVE, MACHINE_API, MESH, MONITORING, OLM, OPENSHIFT


def operators(settings: Settings) -> Mapping[str, str]:
    """The stack's operators by name, each with its namespace."""
    prereqs, spaces = settings.prereqs, settings.namespaces
    found = {
        "odf": STORAGE_NAMESPACE if settings.storage.odf is not None else None,
        "nfd": prereqs.nfd.namespace if prereqs.nfd is not None else None,
        "gpu-operator": prereqs.gpu_operator.namespace if prereqs.gpu_operator is not None else None,
        MESH: prereqs.service_mesh.namespace if prereqs.service_mesh is not None else None,
        KNATIVE: prereqs.serverless.namespace if prereqs.serverless is not None else None,
        "openshift-ai": prereqs.openshift_ai.namespace if prereqs.openshift_ai is not None else None,
        "keycloak": spaces.identity if isinstance(settings.identity, Rhbk | Rhsso) else None,
        "threescale": spaces.threescale,
    }
    return {name: namespace for name, namespace in found.items() if namespace is not None}


REMEDIES: Mapping[str, str] = {
    OPENSHIFT: "Choose an OpenShift cluster by cluster.kubeconfig and cluster.context",
    OLM: "Have the cluster's owner enable its capability OperatorLifecycleManager",
    MACHINE_API: "Have the cluster's owner enable its capability MachineAPI, or declare the pool as bareMetal",
    MONITORING: "Have the cluster's owner enable monitoring, or remove what is to be monitored",
    KEDA: "Have the cluster's administrator install the Custom Metrics Autoscaler operator and its KedaController, or "
    "give replicas in place of autoscale",
    KNATIVE: "Give prereqs.serverless, or remove compat.serverless",
    MESH: "Give prereqs.serviceMesh, or remove compat.serverless",
    "odf": "Give storage.odf, or choose another modelStore.kind",
    "openshift-ai": "Give prereqs.openshiftAi, or have OpenShift AI installed with KServe switched on",
}
"""Who brings a kind → what to do when it is missing; operators that a stack always installs itself are not here."""
