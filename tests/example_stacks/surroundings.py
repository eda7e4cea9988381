"""What the clusters of the example stacks have before the stacks: what their files say that others made or run."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.kube.workers import Seed, worker
from tests.example_stacks.stacks import values

Manifest = dict[str, Any]

_OWN_POLICY = Path(__file__).parents[2] / "policies" / "llm"

DOMAIN = "apps.cluster.example.com"
"""The domain of every example."""

KEYCLOAK_HOST = "login.example.com"
"""Host of somebody else's Keycloak in `minimal`."""

MODEL_HOST = "granite.models.example.com"
"""Host of somebody else's model in `minimal`."""

_AMAZON = ("--infrastructure", "cluster-x7k2q", "--zones", "us-east-2a,us-east-2b,us-east-2c")

_VLLM = "quay.io/modh/vllm@sha256:4f550996130e7d16cacb24ca9a2865e7cf51eddaab014ceaf31a1ea6ef86d4ec"
_TEI = "ghcr.io/huggingface/text-embeddings-inference:cpu-1.8"
_PORT = 8080

_PATHS: Mapping[str, str] = {
    "ConfigMap": "/api/v1/namespaces/{}/configmaps",
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "Namespace": "/api/v1/namespaces",
    "PersistentVolume": "/api/v1/persistentvolumes",
    "Route": "/apis/route.openshift.io/v1/namespaces/{}/routes",
    "Secret": "/api/v1/namespaces/{}/secrets",
    "Service": "/api/v1/namespaces/{}/services",
    "StorageClass": "/apis/storage.k8s.io/v1/storageclasses",
}
"""Where the API server takes each kind."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What there is besides a stack."""

    options: tuple[str, ...] = ()
    """What the cluster is like: options of `sandbox start` beside the domain."""
    there: tuple[Seed, ...] = ()
    """Objects that others made before."""
    meanwhile: tuple[Seed, ...] = ()
    """Objects that somebody makes by hand as soon as the first `up` has made their namespace."""
    staying: tuple[str, ...] = ()
    """Paths of objects that production keeps whatever is permitted, and that its storage does not go without."""
    said: tuple[str, ...] = ()
    """What that is, for the page."""


@dataclass(frozen=True, kw_only=True)
class Served:
    """A server behind a Service, as somebody else deployed it."""

    namespace: str
    name: str
    image: str
    model: str = ""
    """Name of the model that it serves, for vLLM."""
    port: int = _PORT
    """Port of the Service; the server's own is 8080."""
    container: str = "kserve-container"
    env: Mapping[str, str] = field(default_factory=dict)
    host: str = ""
    """Host of the Route that leads to it; none without."""

    def objects(self) -> Iterator[Seed]:
        """Namespace, Deployment, Service, Route."""
        labels = {"app": self.name}
        container = {
            "name": self.container,
            "image": self.image,
            "args": [f"--served-model-name={self.model}"] if self.model else [],
            "env": [{"name": name, "value": value} for name, value in self.env.items()],
            "ports": [{"containerPort": _PORT}],
            "readinessProbe": {"tcpSocket": {"port": _PORT}},
        }
        template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
        pods = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
        ports = [{"port": self.port, "targetPort": _PORT}]
        yield seed("v1", "Namespace", self.namespace)
        yield seed("apps/v1", "Deployment", self.name, self.namespace, spec=pods)
        yield seed("v1", "Service", self.name, self.namespace, spec={"selector": labels, "ports": ports})
        if self.host:
            spec = {"host": self.host, "to": {"kind": "Service", "name": self.name}, "tls": {"termination": "edge"}}
            yield seed("route.openshift.io/v1", "Route", self.name, self.namespace, spec=spec)


def seed(api_version: str, kind: str, name: str, namespace: str = "", **content: Any) -> Seed:  # noqa: ANN401 - any part of an object
    """An object and the collection it goes into."""
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return Seed(
        _PATHS[kind].format(namespace), {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}
    )


def policy_files() -> dict[str, str]:
    """A token policy of the guides' version: this project's own files under that number."""
    files = {path.name: path.read_text(encoding="utf-8") for path in sorted(_OWN_POLICY.glob("*.lua"))}
    manifest = json.loads((_OWN_POLICY / "apicast-policy.json").read_text(encoding="utf-8"))
    return {**files, "apicast-policy.json": json.dumps({**manifest, "version": "0.1"})}


def _storage_class(name: str, provisioner: str) -> Seed:
    more = {"provisioner": provisioner, "reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"}
    return seed("storage.k8s.io/v1", "StorageClass", name, **more)


def _disk(node: str) -> Seed:
    """A disk of a machine, as the Local Storage Operator offers it."""
    here = {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}
    spec = {
        "capacity": {"storage": "1Ti"},
        "accessModes": ["ReadWriteOnce"],
        "volumeMode": "Block",
        "persistentVolumeReclaimPolicy": "Retain",
        "storageClassName": "localblock",
        "local": {"path": "/mnt/local-storage/localblock/nvme1n1"},
        "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [here]}]}},
    }
    return seed("v1", "PersistentVolume", f"local-{node}", spec=spec)


_STORAGE_NODES = tuple(f"storage-{number}.example.com" for number in range(3))
_CEPHFS = _storage_class("ocs-storagecluster-cephfs", "openshift-storage.cephfs.csi.ceph.com")
_CEPHFS_SAID = "storage class `ocs-storagecluster-cephfs`"
_ZONES_SAID = "workers in three zones with MachineSets of these names"
_POLICY = seed("v1", "Secret", "llm-metrics", "3scale", stringData=policy_files())
_POLICY_SAID = "Secret `llm-metrics`, made during the first `up`"

_KEYCLOAK = Served(
    namespace="login",
    name="keycloak",
    image="registry.redhat.io/rhbk/keycloak-rhel9:26.4",
    container="keycloak",
    env={
        "KC_HOSTNAME": f"https://{KEYCLOAK_HOST}",
        "KC_BOOTSTRAP_ADMIN_CLIENT_ID": "maas-automation",
        "KC_BOOTSTRAP_ADMIN_CLIENT_SECRET": values(["keycloakAdminClientSecret"])["keycloakAdminClientSecret"],
    },
    host=KEYCLOAK_HOST,
)

SURROUNDINGS: Mapping[str, Surroundings] = {
    "bare-metal": Surroundings(
        options=("--zones", "none"),
        there=(
            *(worker(name) for name in _STORAGE_NODES),
            worker("gpu-0.example.com", annotations={"sandbox/gpus": "NVIDIA-H100-80GB-HBM3=8"}),
            worker("gpu-1.example.com", annotations={"sandbox/gpus": "NVIDIA-A100-80GB-PCIe=2"}),
            _storage_class("localblock", "kubernetes.io/no-provisioner"),
            *map(_disk, _STORAGE_NODES),
        ),
        said=(
            "the five machines, two of them with GPUs",
            "storage class `localblock` with a disk of each machine for storage",
        ),
    ),
    "guide-ai-accelerator": Surroundings(meanwhile=(_POLICY,), said=(_POLICY_SAID,)),
    "guide-model-as-a-service": Surroundings(
        there=(
            _CEPHFS,
            *Served(namespace="models", name="granite-7b-instruct", image=_VLLM, model="granite-7b-instruct").objects(),
            *Served(namespace="vllm-cpu", name="vllm", image=_VLLM, model="tinyllama", port=8000).objects(),
            *Served(namespace="vllm-gpu", name="vllm", image=_VLLM, model="mistral-7b-instruct", port=8000).objects(),
        ),
        meanwhile=(_POLICY,),
        said=(_CEPHFS_SAID, "the three models", _POLICY_SAID),
    ),
    "guide-models-aas": Surroundings(options=_AMAZON, meanwhile=(_POLICY,), said=(_ZONES_SAID, _POLICY_SAID)),
    "guide-models-aas-demo": Surroundings(
        options=_AMAZON,
        there=(worker("gpu-0", extended={"nvidia.com/gpu": "2"}),),
        meanwhile=(_POLICY,),
        said=(_ZONES_SAID, "a node that offers two GPUs", _POLICY_SAID),
    ),
    "minimal": Surroundings(
        options=("--host", KEYCLOAK_HOST, "--host", MODEL_HOST),
        there=(
            *_KEYCLOAK.objects(),
            *Served(namespace="granite", name="granite", image=_VLLM, model="granite", host=MODEL_HOST).objects(),
        ),
        said=("a Keycloak with the client `maas-automation`", "the model", "both with Routes for their hosts"),
    ),
    "openshift": Surroundings(there=(_CEPHFS,), said=(_CEPHFS_SAID,)),
    "other-server": Surroundings(
        there=(_CEPHFS, *Served(namespace="tools", name="embeddings", image=_TEI).objects()),
        said=(_CEPHFS_SAID, "the server of embeddings"),
    ),
    "prod-aws": Surroundings(
        options=_AMAZON,
        staying=("/apis/objectbucket.io/v1alpha1/namespaces/llm-hosting/objectbucketclaims/model-store",),
        said=(_ZONES_SAID,),
    ),
}
"""By the name of the stack."""
