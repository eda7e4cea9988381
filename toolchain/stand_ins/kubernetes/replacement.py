"""The fields whose change needs a new object, kind by kind (pulumi-kubernetes, provider/pkg/provider/diff.go)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolchain.stand_ins.kubernetes import objects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolchain.stand_ins.kubernetes.propertypath import Path
    from toolchain.stand_ins.kubernetes.values import Tree, Value


def _words(text: str) -> list[str]:
    return text.split()


_SELECTOR = ("spec.selector",)
_JOB = ("spec.completions", "spec.parallelism", "spec.selector", "spec.template")
_STATEFUL_SET = ("spec.podManagementPolicy", "spec.selector", "spec.serviceName", "spec.volumeClaimTemplates")
_CLAIM = ("spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName")
_VOLUME_SOURCES = _words(
    "awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk glusterfs "
    "hostPath iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume"
)
_POD = _words(
    "affinity automountServiceAccountToken containers dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC "
    "hostNetwork hostPID hostname imagePullSecrets initContainers nodeName nodeSelector overhead preemptionPolicy "
    "priority priorityClassName readinessGates restartPolicy runtimeClassName schedulerName securityContext "
    "serviceAccount serviceAccountName shareProcessNamespace subdomain terminationGracePeriodSeconds volumes"
)

_BY_KIND: dict[tuple[str, str], tuple[str, ...]] = {
    ("apps/v1", "DaemonSet"): _SELECTOR,
    ("apps/v1", "Deployment"): _SELECTOR,
    ("apps/v1", "StatefulSet"): _STATEFUL_SET,
    ("batch/v1", "Job"): _JOB,
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"): ("roleRef",),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"): ("roleRef",),
    ("storage.k8s.io/v1", "StorageClass"): ("parameters", "provisioner"),
    ("v1", "PersistentVolume"): tuple(f"spec.{source}" for source in _VOLUME_SOURCES),
    ("v1", "PersistentVolumeClaim"): _CLAIM,
    ("v1", "Pod"): tuple(f"spec.{part}" for part in _POD),
    ("v1", "ResourceQuota"): ("spec.scopes",),
    ("v1", "Secret"): ("type",),
    ("v1", "Service"): ("spec.clusterIP",),
}
"""API version and kind to the paths that need a new object; kinds that are absent are updated in place."""


@dataclass(frozen=True)
class Mutability:
    """Which data the provider's configuration lets be changed in place."""

    secrets: bool = False
    config_maps: bool = False


def rules(type_token: str, news: Tree, live: Tree, mutability: Mutability) -> list[Path]:
    """The paths, as tuples of keys, whose change needs a new object."""
    paths = ["metadata.name", "metadata.namespace"]
    if not objects.is_patch(type_token, news):
        kind = (objects.text(news, "apiVersion"), objects.text(news, "kind"))
        paths += _BY_KIND.get(kind, ())
        immutable = news.get("immutable") is True or live.get("immutable") is True
        if kind == ("v1", "Secret") and (immutable or not mutability.secrets):
            paths += ["data", "stringData"]
        if kind == ("v1", "ConfigMap") and (immutable or not mutability.config_maps):
            paths += ["binaryData", "data"]
    return [tuple(path.split(".")) for path in paths]


def applies(rules_: Sequence[Path], path: Path, value: Value) -> bool:
    """Whether a change at the path to the value touches one of the ruled fields.

    It does when it lies at or below one, and when the value is a map that brings one with it.
    """
    return any(
        path[: len(rule)] == rule
        or (rule[: len(path)] == path and objects.at(value, *map(str, rule[len(path) :])) is not None)
        for rule in rules_
    )
