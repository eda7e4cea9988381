"""Compact JSON Schemas of OpenShift AI's two singletons; see `schemas`."""

from collections.abc import Mapping

from components.custom_resources.shapes import TEXT, Schema, record

OPENSHIFT_AI_SOURCES: Mapping[str, str] = {
    "dscinitialization.opendatahub.io": "opendatahub-operator v3.0.0 (v2), rhods-operator 2.16 to 2.25 (v1)",
    "datasciencecluster.opendatahub.io": "opendatahub-operator v3.0.0 (v2), rhods-operator 2.16 to 2.25 (v1)",
}
"""API group to the repository and release in which its definition was read."""

_MANAGED = record("managementState", managementState={"enum": ["Managed", "Removed"], "type": "string"})
_REMOVED = record("managementState", managementState={"type": "string", "enum": ["Removed"]})
_SERVICES: Schema = {"type": "string", "enum": ["Headless", "Headed"]}
_ALWAYS: Schema = {"type": "string", "enum": ["Managed"]}
_MONITORING = record(managementState={"type": "string", "enum": ["Managed", "Removed"]}, namespace=TEXT)

_INITIALIZATION_V2 = record(
    applicationsNamespace=TEXT,
    monitoring=_MONITORING,
)

_CLUSTER_V2 = record(
    "components",
    components=record(
        "kserve",
        kserve=record(
            "managementState",
            managementState=_ALWAYS,
            rawDeploymentServiceConfig=_SERVICES,
            nim=_MANAGED,
        ),
        aipipelines=_MANAGED,
        dashboard=_MANAGED,
        feastoperator=_MANAGED,
        kueue=_REMOVED,
        llamastackoperator=_MANAGED,
        modelregistry=_MANAGED,
        ray=_MANAGED,
        trainingoperator=_MANAGED,
        trustyai=_MANAGED,
        workbenches=_MANAGED,
    ),
)

_INITIALIZATION_V1 = record(
    applicationsNamespace=TEXT,
    monitoring=_MONITORING,
    serviceMesh=record(
        "managementState",
        managementState={"type": "string", "enum": ["Managed", "Removed"]},
        controlPlane=record(name=TEXT, namespace=TEXT, metricsCollection={"type": "string", "enum": ["Istio", "None"]}),
    ),
)

_CERTIFICATE = record("type", type={"type": "string", "enum": ["OpenshiftDefaultIngress", "Provided"]}, secretName=TEXT)

_CLUSTER_V1 = record(
    "components",
    components=record(
        "kserve",
        kserve=record(
            "managementState",
            managementState=_ALWAYS,
            rawDeploymentServiceConfig=_SERVICES,
            nim=_MANAGED,
            defaultDeploymentMode={"type": "string", "enum": ["Serverless", "RawDeployment"]},
            serving=record(
                "managementState",
                managementState={"type": "string", "enum": ["Managed", "Removed"]},
                name=TEXT,
                ingressGateway=record("certificate", certificate=_CERTIFICATE),
            ),
        ),
        codeflare=_REMOVED,
        dashboard=_MANAGED,
        datasciencepipelines=_REMOVED,
        kueue=_REMOVED,
        modelmeshserving=_REMOVED,
        ray=_REMOVED,
        trustyai=_REMOVED,
        workbenches=_REMOVED,
    ),
)

OPENSHIFT_AI_SPECS: Mapping[tuple[str, str], Schema] = {
    ("dscinitialization.opendatahub.io/v1", "DSCInitialization"): _INITIALIZATION_V1,
    ("dscinitialization.opendatahub.io/v2", "DSCInitialization"): _INITIALIZATION_V2,
    ("datasciencecluster.opendatahub.io/v1", "DataScienceCluster"): _CLUSTER_V1,
    ("datasciencecluster.opendatahub.io/v2", "DataScienceCluster"): _CLUSTER_V2,
}
"""`(apiVersion, kind)` to the schema of `spec`."""
