"""Compact JSON Schemas of exactly the fields this product writes, one per kind.

They are stricter than the operators' own definitions: a field that is not listed is refused, whether or not the cluster
knows it. Field names and types are those of the definitions at the releases named in `SOURCES`.
"""

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]
"""A JSON Schema."""

SOURCES: Mapping[str, str] = {
    "operators.coreos.com": "operator-framework/api",
    "dscinitialization.opendatahub.io": "opendatahub-operator v3.0.0",
    "datasciencecluster.opendatahub.io": "opendatahub-operator v3.0.0",
    "serving.kserve.io": "kserve 0.15 to 0.17",
    "k8s.keycloak.org": "keycloak-k8s-resources 26.0.0",
    "route.openshift.io": "openshift/api release-4.20",
    "apps.3scale.net": "3scale-operator 3scale-2.15.1-GA and 3scale-2.16.3-GA",
    "networking.k8s.io": "Kubernetes itself",
}
"""API group to the repository and release in which its definition was read."""

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
SWITCH: Schema = {"type": "boolean"}
TEXT_MAP: Schema = {"type": "object", "additionalProperties": TEXT}


def record(*required: str, **fields: Schema) -> Schema:
    """An object with exactly these fields; `required` names those that must be there."""
    return {
        "type": "object",
        "properties": fields,
        "required": sorted(required),
        "additionalProperties": False,
    }


def rows(member: Schema) -> Schema:
    """A list of `member`."""
    return {"type": "array", "items": member}


_MANAGED = record("managementState", managementState={"enum": ["Managed", "Removed"], "type": "string"})
_NAMED_ENV = rows(record("name", name=TEXT, value=TEXT))
_REQUIREMENTS = record(requests=TEXT_MAP, limits=TEXT_MAP)
_HTTP_PROBE = record(
    httpGet=record("port", path=TEXT, port={"type": ["integer", "string"]}),
    periodSeconds=WHOLE,
    timeoutSeconds=WHOLE,
    failureThreshold=WHOLE,
)

_OPERATOR_GROUP = record(targetNamespaces=rows(TEXT))

_SUBSCRIPTION = record(
    "name",
    "source",
    "sourceNamespace",
    "channel",
    "startingCSV",
    "installPlanApproval",
    name=TEXT,
    source=TEXT,
    sourceNamespace=TEXT,
    channel=TEXT,
    startingCSV=TEXT,
    installPlanApproval={"type": "string", "enum": ["Manual"]},
    config=record(env=_NAMED_ENV),
)

_DSC_INITIALIZATION = record(
    applicationsNamespace=TEXT,
    monitoring=record(managementState={"type": "string", "enum": ["Managed", "Removed"]}, namespace=TEXT),
)

_DATA_SCIENCE_CLUSTER = record(
    "components",
    components=record(
        "kserve",
        kserve=record(
            "managementState",
            managementState={"type": "string", "enum": ["Managed"]},
            rawDeploymentServiceConfig={"type": "string", "enum": ["Headless", "Headed"]},
            nim=_MANAGED,
        ),
        aipipelines=_MANAGED,
        dashboard=_MANAGED,
        feastoperator=_MANAGED,
        kueue=record("managementState", managementState={"type": "string", "enum": ["Removed"]}),
        llamastackoperator=_MANAGED,
        modelregistry=_MANAGED,
        ray=_MANAGED,
        trainingoperator=_MANAGED,
        trustyai=_MANAGED,
        workbenches=_MANAGED,
    ),
)

_SERVING_RUNTIME = record(
    "containers",
    annotations=TEXT_MAP,
    multiModel=SWITCH,
    supportedModelFormats=rows(record("name", name=TEXT, autoSelect=SWITCH)),
    containers=rows(
        record(
            "name",
            "image",
            name={"type": "string", "enum": ["kserve-container"]},
            image=TEXT,
            command=rows(TEXT),
            args=rows(TEXT),
            env=_NAMED_ENV,
            ports=rows(record("containerPort", containerPort=WHOLE, protocol=TEXT)),
            resources=_REQUIREMENTS,
            startupProbe=_HTTP_PROBE,
            readinessProbe=_HTTP_PROBE,
            volumeMounts=rows(record("name", "mountPath", name=TEXT, mountPath=TEXT)),
        )
    ),
    volumes=rows(
        record("name", name=TEXT, emptyDir=record(medium=TEXT, sizeLimit={"type": "string", "x-int-or-string": True}))
    ),
)

_INFERENCE_SERVICE = record(
    "predictor",
    predictor=record(
        "model",
        minReplicas=WHOLE,
        maxReplicas=WHOLE,
        deploymentStrategy=record("type", type={"type": "string", "enum": ["RollingUpdate", "Recreate"]}),
        model=record(
            "modelFormat",
            modelFormat=record("name", name=TEXT),
            runtime=TEXT,
            storageUri=TEXT,
            resources=_REQUIREMENTS,
        ),
    ),
)

_KEYCLOAK = record(
    instances=WHOLE,
    bootstrapAdmin=record(service=record("secret", secret=TEXT)),
    hostname=record("hostname", hostname=TEXT),
    http=record(httpEnabled=SWITCH),
    proxy=record(headers={"type": "string", "enum": ["xforwarded"]}),
    ingress=record(enabled=SWITCH),
)

_ROUTE = record(
    "to",
    host=TEXT,
    to=record("kind", "name", kind={"type": "string", "enum": ["Service"]}, name=TEXT),
    port=record("targetPort", targetPort={"type": ["integer", "string"]}),
    tls=record(
        "termination",
        termination={"type": "string", "enum": ["edge", "reencrypt", "passthrough"]},
        insecureEdgeTerminationPolicy={"type": "string", "enum": ["Redirect", "None"]},
    ),
)

_API_MANAGER = record(
    "wildcardDomain",
    wildcardDomain=TEXT,
    tenantName=TEXT,
    resourceRequirementsEnabled=SWITCH,
    system=record(
        fileStorage=record(
            persistentVolumeClaim=record(
                storageClassName=TEXT,
                resources=record("requests", requests=TEXT),
            )
        )
    ),
)

_SELECTOR = record(matchLabels=TEXT_MAP)

_NETWORK_POLICY = record(
    "podSelector",
    podSelector=_SELECTOR,
    policyTypes=rows({"type": "string", "enum": ["Ingress"]}),
    ingress=rows(
        {**record(), "properties": {"from": rows(record(podSelector=_SELECTOR, namespaceSelector=_SELECTOR))}}
    ),
)

SPECS: Mapping[tuple[str, str], Schema] = {
    ("operators.coreos.com/v1", "OperatorGroup"): _OPERATOR_GROUP,
    ("operators.coreos.com/v1alpha1", "Subscription"): _SUBSCRIPTION,
    ("dscinitialization.opendatahub.io/v2", "DSCInitialization"): _DSC_INITIALIZATION,
    ("datasciencecluster.opendatahub.io/v2", "DataScienceCluster"): _DATA_SCIENCE_CLUSTER,
    ("serving.kserve.io/v1alpha1", "ServingRuntime"): _SERVING_RUNTIME,
    ("serving.kserve.io/v1beta1", "InferenceService"): _INFERENCE_SERVICE,
    ("k8s.keycloak.org/v2alpha1", "Keycloak"): _KEYCLOAK,
    ("route.openshift.io/v1", "Route"): _ROUTE,
    ("apps.3scale.net/v1alpha1", "APIManager"): _API_MANAGER,
    ("networking.k8s.io/v1", "NetworkPolicy"): _NETWORK_POLICY,
}
"""`(apiVersion, kind)` to the schema of `spec`."""
