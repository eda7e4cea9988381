"""OpenShift AI: the platform's initialization, its components, and KServe's InferenceServices."""

from sandbox.operators.kinds import (
    ADMISSION_BINDING,
    ADMISSION_POLICY,
    CRD,
    DATA_SCIENCE_CLUSTER,
    DATA_SCIENCE_CLUSTER_V1,
    DEPLOYMENT,
    DSC_INITIALIZATION,
    DSC_INITIALIZATION_V1,
    INFERENCE_SERVICE,
    NAMESPACE,
    POD,
    SERVICE,
    SERVING_RUNTIME,
)
from sandbox.operators.openshift_ai import data_science_cluster, inference_service, initialization
from sandbox.operators.reconcile import Operator

OPERATOR = Operator(
    name="rhods-operator",
    package="rhods-operator",
    reconcilers={
        DEPLOYMENT: initialization.at_start,
        DSC_INITIALIZATION: initialization.reconcile,
        DSC_INITIALIZATION_V1: initialization.reconcile,
        DATA_SCIENCE_CLUSTER: data_science_cluster.reconcile,
        DATA_SCIENCE_CLUSTER_V1: data_science_cluster.reconcile,
    },
    wakes=frozenset({CRD, DSC_INITIALIZATION, DSC_INITIALIZATION_V1, DATA_SCIENCE_CLUSTER, DATA_SCIENCE_CLUSTER_V1}),
    writes=frozenset({NAMESPACE, ADMISSION_POLICY, ADMISSION_BINDING}),
)

KSERVE = Operator(
    name="kserve-controller-manager",
    # Its own Deployment decides, not the platform operator's: a model keeps running when that one is gone.
    package="",
    reconcilers={INFERENCE_SERVICE: inference_service.reconcile},
    wakes=frozenset({DATA_SCIENCE_CLUSTER, DATA_SCIENCE_CLUSTER_V1, DEPLOYMENT, POD}),
    # KServe up to 0.15 does not watch runtimes, so a changed one alone changes nothing (kserve, issues 3299 and 3683).
    writes=frozenset({SERVICE, SERVING_RUNTIME}),
)

__all__ = ["KSERVE", "OPERATOR"]
