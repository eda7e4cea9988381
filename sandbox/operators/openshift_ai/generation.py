"""Which release's singletons the cluster has: v1 up to OpenShift AI 2.25, v2 from 3.0 on, with other components."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.operators.kinds import (
    CRD,
    DATA_SCIENCE_CLUSTER,
    DATA_SCIENCE_CLUSTER_V1,
    DSC_INITIALIZATION,
    DSC_INITIALIZATION_V1,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.operators.kinds import Kind
    from sandbox.operators.reconcile import View

_DEFINITION = "datascienceclusters.datasciencecluster.opendatahub.io"
_COMMON = {
    "dashboard": ("Dashboard", ("rhods-dashboard",)),
    "feastoperator": ("FeastOperator", ("feast-operator-controller-manager",)),
    "kserve": ("Kserve", ("kserve-controller-manager", "odh-model-controller")),
    "kueue": ("Kueue", ()),
    "llamastackoperator": ("LlamaStackOperator", ("llama-stack-k8s-operator-controller-manager",)),
    "modelregistry": ("ModelRegistry", ("model-registry-operator-controller-manager",)),
    "ray": ("Ray", ("kuberay-operator",)),
    "trainingoperator": ("TrainingOperator", ("kubeflow-training-operator",)),
    "trustyai": ("TrustyAI", ("trustyai-service-operator-controller-manager",)),
    "workbenches": ("Workbenches", ("notebook-controller-deployment", "odh-notebook-controller-manager")),
}
_PIPELINES = ("data-science-pipelines-operator-controller-manager",)


@dataclass(frozen=True, kw_only=True)
class Generation:
    """The kinds of both singletons, and what a DataScienceCluster can switch on."""

    initialization: Kind
    cluster: Kind
    version: str
    """The release that this operator reports."""
    controllers: Mapping[str, tuple[str, tuple[str, ...]]]
    """Component → first part of its condition, and its Deployments."""


FIRST = Generation(
    initialization=DSC_INITIALIZATION_V1,
    cluster=DATA_SCIENCE_CLUSTER_V1,
    version="2.25.0",
    controllers={
        **_COMMON,
        "codeflare": ("CodeFlare", ("codeflare-operator-manager",)),
        "datasciencepipelines": ("DataSciencePipelines", _PIPELINES),
        "kueue": ("Kueue", ("kueue-controller-manager",)),
        "modelmeshserving": ("ModelMeshServing", ("modelmesh-controller",)),
    },
)
SECOND = Generation(
    initialization=DSC_INITIALIZATION,
    cluster=DATA_SCIENCE_CLUSTER,
    version="3.3.0",
    controllers={**_COMMON, "aipipelines": ("AIPipelines", _PIPELINES)},
)


def generation(view: View) -> Generation:
    """The one whose version the definition stores; a definition of 3.x serves v1 as well, for the same objects."""
    definition = view.store.get(CRD, "", _DEFINITION) or {}
    return FIRST if definition.get("status", {}).get("storedVersions") == ["v1"] else SECOND


def release(of: Generation) -> dict[str, str]:
    """The release as a status names it."""
    return {"name": "OpenShift AI Self-Managed", "version": of.version}
