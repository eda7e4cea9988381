"""Schemas of the kinds with which data is stored: OpenShift Data Foundation, bucket claims, and Kubernetes' own."""

from collections.abc import Mapping

from components.custom_resources.shapes import SWITCH, TEXT, TEXT_MAP, WHOLE, Schema, record, rows

STORAGE_SOURCES: Mapping[str, str] = {
    "ocs.openshift.io": "ocs-operator release-4.20",
    "objectbucket.io": "noobaa-operator v5.20.0",
    "apps": "Kubernetes itself",
    "batch": "Kubernetes itself",
}
"""API group to the repository and release in which its definition was read."""

_SIZE: Schema = {"type": "string", "x-int-or-string": True}
_REQUESTS = record("requests", requests={"type": "object", "additionalProperties": _SIZE})
_CLAIM = record(
    "accessModes",
    "resources",
    accessModes=rows(TEXT),
    storageClassName=TEXT,
    volumeMode={"type": "string", "enum": ["Block", "Filesystem"]},
    resources=_REQUESTS,
)
_SELECTOR = record(matchLabels=TEXT_MAP)
_PROBE = record(
    httpGet=record(
        "port", path=TEXT, port={"type": ["integer", "string"]}, scheme={"type": "string", "enum": ["HTTPS"]}
    ),
    periodSeconds=WHOLE,
    failureThreshold=WHOLE,
)
_KEY = record("name", "key", name=TEXT, key=TEXT)
_ENVIRONMENT = rows(record("name", name=TEXT, value=TEXT, valueFrom=record(secretKeyRef=_KEY)))
_FILES = rows(record("key", "path", key=TEXT, path=TEXT))
_VOLUMES = rows(
    record(
        "name",
        name=TEXT,
        configMap=record("name", name=TEXT, optional=SWITCH),
        secret=record("secretName", secretName=TEXT, items=_FILES),
        persistentVolumeClaim=record("claimName", claimName=TEXT),
        emptyDir=record(),
    )
)
_CONTAINER = record(
    "name",
    "image",
    name=TEXT,
    image=TEXT,
    command=rows(TEXT),
    args=rows(TEXT),
    env=_ENVIRONMENT,
    envFrom=rows(record(secretRef=record("name", name=TEXT))),
    ports=rows(record("containerPort", name=TEXT, containerPort=WHOLE)),
    readinessProbe=_PROBE,
    resources=record(requests=TEXT_MAP, limits=TEXT_MAP),
    securityContext=record(
        allowPrivilegeEscalation=SWITCH,
        runAsNonRoot=SWITCH,
        readOnlyRootFilesystem=SWITCH,
        capabilities=record(drop=rows(TEXT)),
        seccompProfile=record(type=TEXT),
    ),
    terminationMessagePolicy={"type": "string", "enum": ["FallbackToLogsOnError"]},
    volumeMounts=rows(record("name", "mountPath", name=TEXT, mountPath=TEXT, readOnly=SWITCH)),
)
_TEMPLATE = record(
    "spec",
    metadata=record(labels=TEXT_MAP, annotations=TEXT_MAP),
    spec=record(
        "containers",
        automountServiceAccountToken=SWITCH,
        restartPolicy={"type": "string", "enum": ["Always", "Never"]},
        containers=rows(_CONTAINER),
        volumes=_VOLUMES,
    ),
)

_STORAGE_CLUSTER = record(
    resourceProfile={"type": "string", "enum": ["lean", "balanced", "performance"]},
    storageDeviceSets=rows(
        record(
            "name",
            "count",
            "dataPVCTemplate",
            name=TEXT,
            count=WHOLE,
            replica=WHOLE,
            portable=SWITCH,
            dataPVCTemplate=record("spec", spec=_CLAIM),
        )
    ),
    multiCloudGateway=record(
        reconcileStrategy={"type": "string", "enum": ["standalone"]},
        dbStorageClassName=TEXT,
    ),
)

_BUCKET_CLAIM = record("storageClassName", storageClassName=TEXT, bucketName=TEXT)

_JOB = record(
    "template",
    backoffLimit=WHOLE,
    activeDeadlineSeconds=WHOLE,
    podFailurePolicy=record(
        "rules",
        rules=rows(
            record(
                "action",
                action={"type": "string", "enum": ["FailJob"]},
                onExitCodes=record(
                    "operator",
                    "values",
                    containerName=TEXT,
                    operator={"type": "string", "enum": ["In"]},
                    values=rows(WHOLE),
                ),
            )
        ),
    ),
    template=_TEMPLATE,
)

_DEPLOYMENT = record(
    "selector",
    "template",
    replicas=WHOLE,
    selector=_SELECTOR,
    strategy=record("type", type={"type": "string", "enum": ["Recreate"]}),
    template=_TEMPLATE,
)

STORAGE_SPECS: Mapping[tuple[str, str], Schema] = {
    ("ocs.openshift.io/v1", "StorageCluster"): _STORAGE_CLUSTER,
    ("objectbucket.io/v1alpha1", "ObjectBucketClaim"): _BUCKET_CLAIM,
    ("batch/v1", "Job"): _JOB,
    ("apps/v1", "Deployment"): _DEPLOYMENT,
}
"""`(apiVersion, kind)` to the schema of `spec`."""
