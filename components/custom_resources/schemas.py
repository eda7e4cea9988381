"""Compact JSON Schemas of exactly the fields this product writes, one per kind.

They are stricter than the operators' own definitions: a field that is not listed is refused, whether or not the cluster
knows it. Field names and types are those of the definitions at the releases named in `SOURCES`.
"""

from collections.abc import Mapping

from components.custom_resources.identity_schemas import IDENTITY_SOURCES, IDENTITY_SPECS
from components.custom_resources.node_schemas import NODE_SOURCES, NODE_SPECS
from components.custom_resources.openshift_ai_schemas import OPENSHIFT_AI_SOURCES, OPENSHIFT_AI_SPECS
from components.custom_resources.serving_schemas import SERVING_SOURCES, SERVING_SPECS
from components.custom_resources.shapes import SWITCH, TEXT, TEXT_MAP, WHOLE, Schema, record, rows
from components.custom_resources.storage_schemas import STORAGE_SOURCES, STORAGE_SPECS

SOURCES: Mapping[str, str] = {
    "operators.coreos.com": "operator-framework/api",
    "route.openshift.io": "openshift/api release-4.20",
    "apps.3scale.net": "3scale-operator 3scale-2.15.1-GA and 3scale-2.16.3-GA",
    "monitoring.coreos.com": "prometheus-operator v0.93.0",
    "networking.k8s.io": "Kubernetes itself",
    **IDENTITY_SOURCES,
    **NODE_SOURCES,
    **OPENSHIFT_AI_SOURCES,
    **SERVING_SOURCES,
    **STORAGE_SOURCES,
}
"""API group to the repository and release in which its definition was read."""

_NAMED_ENV = rows(record("name", name=TEXT, value=TEXT))
_REQUIREMENTS = record(requests=TEXT_MAP, limits=TEXT_MAP)

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

_SIZED = {"replicas": WHOLE, "resources": _REQUIREMENTS}
_NAMED = record("name", name=TEXT)
_GATEWAY = record(
    **_SIZED, customPolicies=rows(record("name", "version", "secretRef", name=TEXT, version=TEXT, secretRef=_NAMED))
)

_API_MANAGER = record(
    "wildcardDomain",
    wildcardDomain=TEXT,
    tenantName=TEXT,
    resourceRequirementsEnabled=SWITCH,
    externalComponents=record(
        backend=record(redis=SWITCH), system=record(redis=SWITCH, database=SWITCH), zync=record(database=SWITCH)
    ),
    podDisruptionBudget=record("enabled", enabled=SWITCH),
    apicast=record(stagingSpec=_GATEWAY, productionSpec=_GATEWAY),
    backend=record(
        listenerSpec=record(**_SIZED),
        workerSpec=record(**_SIZED),
        cronSpec=record(**_SIZED),
        backendRedisTLSEnabled=SWITCH,
        queuesRedisTLSEnabled=SWITCH,
    ),
    zync=record(appSpec=record(**_SIZED), queSpec=record(**_SIZED), zyncDatabaseTLSEnabled=SWITCH),
    system=record(
        "fileStorage",
        systemDatabaseTLSEnabled=SWITCH,
        systemRedisTLSEnabled=SWITCH,
        fileStorage=record(
            persistentVolumeClaim=record(
                storageClassName=TEXT,
                resources=record("requests", requests=TEXT),
            ),
            simpleStorageService=record("configurationSecretRef", configurationSecretRef=_NAMED),
        ),
        appSpec=record(
            replicas=WHOLE,
            masterContainerResources=_REQUIREMENTS,
            providerContainerResources=_REQUIREMENTS,
            developerContainerResources=_REQUIREMENTS,
        ),
        sidekiqSpec=record(**_SIZED),
        searchdSpec=record(resources=_REQUIREMENTS),
        memcachedResources=_REQUIREMENTS,
    ),
)

_POD_MONITOR = record(
    "selector",
    "podMetricsEndpoints",
    selector=record(
        "matchExpressions", matchExpressions=rows(record("key", "operator", key=TEXT, operator=TEXT, values=rows(TEXT)))
    ),
    podMetricsEndpoints=rows(record("port", port=TEXT, path=TEXT, scheme=TEXT, interval=TEXT)),
)

_PROMETHEUS_RULE = record(
    "groups",
    groups=rows(
        record(
            "name",
            "rules",
            name=TEXT,
            rules=rows(
                record(
                    "alert",
                    "expr",
                    alert=TEXT,
                    expr=TEXT,
                    labels=TEXT_MAP,
                    annotations=TEXT_MAP,
                    **{"for": TEXT},
                )
            ),
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
    ("route.openshift.io/v1", "Route"): _ROUTE,
    ("apps.3scale.net/v1alpha1", "APIManager"): _API_MANAGER,
    ("monitoring.coreos.com/v1", "PodMonitor"): _POD_MONITOR,
    ("monitoring.coreos.com/v1", "PrometheusRule"): _PROMETHEUS_RULE,
    ("networking.k8s.io/v1", "NetworkPolicy"): _NETWORK_POLICY,
    **IDENTITY_SPECS,
    **NODE_SPECS,
    **OPENSHIFT_AI_SPECS,
    **SERVING_SPECS,
    **STORAGE_SPECS,
}
"""`(apiVersion, kind)` to the schema of `spec`."""
