"""A Job that runs a small Python package, as every Job of this stack looks; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from components.custom_resources import Manifest

_SERVICE_AUTHORITY = "openshift-service-ca.crt"
"""ConfigMap that OpenShift puts into every namespace: certificates that sign those of Services
(service-ca-operator)."""

_AUTHORITY_FOLDER = "/etc/service-ca"
_SCRIPT_FOLDER = "/opt/script"
_PACKAGE = "job"
"""Name of every such package."""

_VARIABLES = (
    {"name": "HOME", "value": "/tmp"},  # noqa: S108 - in the container
    {"name": "PYTHONDONTWRITEBYTECODE", "value": "1"},
    {"name": "PYTHONPATH", "value": _SCRIPT_FOLDER},
    # Newer clients send checksums in a form that stores other than Amazon's often refuse (boto3, from 1.36 on).
    {"name": "AWS_REQUEST_CHECKSUM_CALCULATION", "value": "when_required"},
    {"name": "AWS_RESPONSE_CHECKSUM_VALIDATION", "value": "when_required"},
)

FINAL = 2
"""Exit status of a script that would fail again: the Job then ends at once."""

_TRIES = 5
"""How often a script is run again after any other failure; the time between doubles from 10 s (Kubernetes, Jobs)."""


@dataclass(frozen=True, kw_only=True)
class ScriptJob:
    """What a Job is made from."""

    name: str
    """Name of the Job; another spec needs another name, a Job cannot be changed."""
    namespace: str
    """Namespace of the Job, the ConfigMap and the Secret."""
    image: str
    """Image with Python, pinned by digest."""
    config_map: str
    """ConfigMap with the package's files, see `package_files`."""
    arguments: Sequence[str]
    """The package's arguments; secrets come as variables."""
    secret: str
    """Secret whose entries become variables."""
    service_authority: bool
    """Whether clients of the S3 protocol trust the authority of the cluster's Services instead of the public ones."""
    seconds: int
    """Longest time of all tries together."""


def package_files(folder: Path) -> dict[str, str]:
    """File name → text of the package in `folder`, as the data of a ConfigMap."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py"))}


def script_job(job: ScriptJob) -> Manifest:
    """The Job: it runs as nobody in particular, reaches no API of the cluster and keeps nothing on its disk.

    It has no time to live: the engine would see it vanish and make it again.
    """
    volumes: list[Manifest] = [{"name": "script", "configMap": {"name": job.config_map}}]
    if job.service_authority:
        volumes.append({"name": "authority", "configMap": {"name": _SERVICE_AUTHORITY}})
    pod = {
        "automountServiceAccountToken": False,
        "restartPolicy": "Never",
        "containers": [_container(job)],
        "volumes": volumes,
    }
    hopeless = {"containerName": "script", "operator": "In", "values": [FINAL]}
    # The gate waits, explains, and does not lose sight of the Job when the engine is stopped.
    annotations = {"pulumi.com/skipAwait": "true"}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": job.name, "namespace": job.namespace, "annotations": annotations},
        "spec": {
            "backoffLimit": _TRIES,
            "activeDeadlineSeconds": job.seconds,
            "podFailurePolicy": {"rules": [{"action": "FailJob", "onExitCodes": hopeless}]},
            "template": {"spec": pod},
        },
    }


def restricted() -> dict[str, object]:
    """What OpenShift's `restricted-v2` and Kubernetes' pod security level `restricted` ask of a container."""
    return {
        "allowPrivilegeEscalation": False,
        "runAsNonRoot": True,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def _container(job: ScriptJob) -> Manifest:
    mounts = [{"name": "script", "mountPath": f"{_SCRIPT_FOLDER}/{_PACKAGE}", "readOnly": True}]
    variables = [*_VARIABLES]
    if job.service_authority:
        mounts.append({"name": "authority", "mountPath": _AUTHORITY_FOLDER, "readOnly": True})
        variables.append({"name": "AWS_CA_BUNDLE", "value": f"{_AUTHORITY_FOLDER}/service-ca.crt"})
    return {
        "name": "script",
        "image": job.image,
        "command": ["python3", "-m", _PACKAGE],
        "args": [*job.arguments],
        "env": variables,
        "envFrom": [{"secretRef": {"name": job.secret}}],
        "resources": {"requests": {"cpu": "500m", "memory": "512Mi"}, "limits": {"cpu": "2", "memory": "2Gi"}},
        "securityContext": restricted(),
        # The last lines of the log become the pod's message, which the gate quotes.
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "volumeMounts": mounts,
    }
