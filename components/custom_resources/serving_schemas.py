"""Compact JSON Schemas of the objects that serve, scale and measure models; see `schemas`."""

from collections.abc import Mapping

from components.custom_resources.shapes import SWITCH, TEXT, TEXT_MAP, WHOLE, Schema, record, rows

SERVING_SOURCES: Mapping[str, str] = {
    "serving.kserve.io": "kserve 0.15 to 0.17",
    "keda.sh": "keda v2.18.3",
}
"""API group to the repository and release in which its definition was read."""

_REQUIREMENTS = record(requests=TEXT_MAP, limits=TEXT_MAP)
_ENV = rows(
    record(
        "name",
        name=TEXT,
        value=TEXT,
        valueFrom=record("secretKeyRef", secretKeyRef=record("name", "key", name=TEXT, key=TEXT)),
    )
)
_HTTP_PROBE = record(
    httpGet=record("port", path=TEXT, port={"type": ["integer", "string"]}),
    periodSeconds=WHOLE,
    timeoutSeconds=WHOLE,
    failureThreshold=WHOLE,
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
            env=_ENV,
            ports=rows(record("containerPort", name=TEXT, containerPort=WHOLE, protocol=TEXT)),
            resources=_REQUIREMENTS,
            startupProbe=_HTTP_PROBE,
            readinessProbe=_HTTP_PROBE,
            terminationMessagePolicy=TEXT,
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
        annotations=TEXT_MAP,
        deploymentStrategy=record("type", type={"type": "string", "enum": ["RollingUpdate", "Recreate"]}),
        nodeSelector=TEXT_MAP,
        tolerations=rows(record(key=TEXT, operator=TEXT, value=TEXT, effect=TEXT)),
        serviceAccountName=TEXT,
        model=record(
            "modelFormat",
            modelFormat=record("name", name=TEXT),
            runtime=TEXT,
            storageUri=TEXT,
            storage=record("key", "path", key=TEXT, path=TEXT),
            resources=_REQUIREMENTS,
        ),
    ),
)

_SCALED_OBJECT = record(
    "scaleTargetRef",
    "triggers",
    scaleTargetRef=record("name", apiVersion=TEXT, kind=TEXT, name=TEXT),
    minReplicaCount=WHOLE,
    maxReplicaCount=WHOLE,
    pollingInterval=WHOLE,
    advanced=record(
        horizontalPodAutoscalerConfig=record(behavior=record(scaleDown=record(stabilizationWindowSeconds=WHOLE)))
    ),
    triggers=rows(
        record(
            "type",
            "metadata",
            type={"type": "string", "enum": ["prometheus"]},
            metricType={"type": "string", "enum": ["AverageValue"]},
            metadata=TEXT_MAP,
            authenticationRef=record("name", name=TEXT, kind=TEXT),
        )
    ),
)

_TRIGGER_AUTHENTICATION = record(
    secretTargetRef=rows(record("parameter", "name", "key", parameter=TEXT, name=TEXT, key=TEXT)),
)

_SERVICE_MONITOR = record(
    "endpoints",
    "selector",
    selector=record("matchLabels", matchLabels=TEXT_MAP),
    endpoints=rows(
        record(
            "targetPort",
            targetPort={"type": ["integer", "string"]},
            path=TEXT,
            scheme=TEXT,
            interval=TEXT,
        )
    ),
)

SERVING_SPECS: Mapping[tuple[str, str], Schema] = {
    ("serving.kserve.io/v1alpha1", "ServingRuntime"): _SERVING_RUNTIME,
    ("serving.kserve.io/v1beta1", "InferenceService"): _INFERENCE_SERVICE,
    ("keda.sh/v1alpha1", "ScaledObject"): _SCALED_OBJECT,
    ("keda.sh/v1alpha1", "TriggerAuthentication"): _TRIGGER_AUTHENTICATION,
    ("monitoring.coreos.com/v1", "ServiceMonitor"): _SERVICE_MONITOR,
}
"""`(apiVersion, kind)` to the schema of `spec`."""
