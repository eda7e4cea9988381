"""A private API server for tests: etcd, kube-apiserver and kube-controller-manager in a temporary folder, no nodes."""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
import json
import os
import socket
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from toolchain.stand_ins.kubernetes import kubeconfig
from toolchain.stand_ins.kubernetes.cluster import Cluster
from toolchain.stand_ins.kubernetes.errors import ApiError, CallError
from toolchain.stand_ins.kubernetes.settings import ClientLimits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from toolchain.stand_ins.kubernetes.cluster import ApiKind
    from toolchain.stand_ins.kubernetes.values import Tree

Found = TypeVar("Found")

ROOT = Path(__file__).parents[4]
SERVERS = ("etcd", "kube-apiserver", "kube-controller-manager")
READY_SECONDS = 60.0
API_MANAGER_CRD = ROOT.parent / "shared" / "crds" / "apps.3scale.net" / "apimanagers.yaml"
WIDGET_CRD: Tree = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.test.example"},
    "spec": {
        "group": "test.example",
        "scope": "Namespaced",
        "names": {"kind": "Widget", "plural": "widgets", "singular": "widget", "listKind": "WidgetList"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {
                                "type": "object",
                                "properties": {
                                    "size": {"type": "integer"},
                                    "colour": {"type": "string", "default": "grey"},
                                    "parts": {"type": "array", "items": {"type": "string"}},
                                },
                            },
                            "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                        },
                    }
                },
            }
        ],
    },
}
"""A custom kind whose schema drops unknown fields."""

CONTROLLERS = (
    "deployment-controller,endpointslice-controller,garbage-collector-controller,job-controller,namespace-controller,"
    "persistentvolume-binder-controller,replicaset-controller,statefulset-controller"
)


def binaries() -> dict[str, str] | None:
    """Server name to path: from the toolchain's manifest, else from the folder in MAAS_KUBE_BIN; `None` when absent."""
    manifest = ROOT / ".toolchain" / "manifest.json"
    if manifest.is_file():
        document = json.loads(manifest.read_text())
        found = {server: document.get(server.replace("-", "_")) for server in SERVERS}
    else:
        folder = os.environ.get("MAAS_KUBE_BIN")
        found = {server: str(Path(folder, server)) for server in SERVERS} if folder else {}
    usable = found and all(path and Path(path).is_file() for path in found.values())
    return {server: str(path) for server, path in found.items()} if usable else None


@dataclass(frozen=True)
class ControlPlane:
    """A running API server."""

    kubeconfig: Path
    cluster: Cluster

    def get(self, api_version: str, kind: str, name: str, namespace: str = "") -> Tree | None:
        metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
        return self.cluster.poll(self.cluster.place({"apiVersion": api_version, "kind": kind, "metadata": metadata}))

    def create(self, obj: Tree) -> Tree:
        return self.cluster.create(obj, dry_run=False)

    def merge_patch(self, obj: Tree, change: Tree, manager: str = "kubectl-edit", part: str = "") -> Tree:
        """Change the object as another client does."""
        path = self.cluster.place(obj).path + part
        return self.cluster._request(
            "PATCH",
            path,
            query=[("fieldManager", manager)],
            body=change,
            content_type="application/merge-patch+json",
        )

    def eventually(self, look: Callable[[], Found | None], seconds: float = 10.0) -> Found:
        """What the look returns once it is true."""
        deadline = time.monotonic() + seconds
        pause = threading.Event()
        while True:
            found = look()
            if found:
                return found
            assert time.monotonic() < deadline, "the condition did not become true"
            pause.wait(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _commands(servers: dict[str, str], folder: Path, config: Path, api_port: int) -> tuple[str, ...]:
    """What starts etcd, the API server on this port, and the controllers with this kubeconfig."""
    etcd, peer = f"http://127.0.0.1:{free_port()}", f"http://127.0.0.1:{free_port()}"
    return (
        (
            f"{servers['etcd']} --data-dir {folder}/etcd --unsafe-no-fsync --log-level error "
            f"--listen-client-urls {etcd} --advertise-client-urls {etcd} --listen-peer-urls {peer} "
            f"--initial-advertise-peer-urls {peer} --initial-cluster default={peer}"
        ),
        (
            f"{servers['kube-apiserver']} --etcd-servers {etcd} --secure-port {api_port} --bind-address 127.0.0.1 "
            f"--advertise-address 127.0.0.1 --endpoint-reconciler-type none --cert-dir {folder}/run "
            f"--client-ca-file {folder}/ca.pem --tls-cert-file {folder}/admin.pem "
            f"--tls-private-key-file {folder}/admin.key --service-account-issuer https://test "
            f"--service-account-key-file {folder}/admin.key --service-account-signing-key-file {folder}/admin.key "
            "--authorization-mode RBAC --service-cluster-ip-range 10.0.0.0/24 "
            "--disable-admission-plugins ServiceAccount"
        ),
        (
            f"{servers['kube-controller-manager']} --kubeconfig {config} --leader-elect=false --secure-port 0 "
            f"--controllers {CONTROLLERS} --kube-api-qps 500 --kube-api-burst 1000"
        ),
    )


def running(servers: dict[str, str], folder: Path) -> Iterator[ControlPlane]:
    """Start the servers; yield once they answer and the controllers work; stop them."""
    config = _credentials(folder, f"https://127.0.0.1:{(api_port := free_port())}")
    commands = _commands(servers, folder, config, api_port)
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for number, command in enumerate(commands):
            with (folder / f"{number}.log").open("wb") as log:
                processes.append(subprocess.Popen(command.split(), stdout=log, stderr=log))
            if number == 1:
                plane = ControlPlane(config, _answering(config, processes[number], folder / "1.log"))
                _define_kinds(plane)
        yield plane
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


def _answering(config: Path, process: subprocess.Popen[bytes], log: Path) -> Cluster:
    deadline = time.monotonic() + READY_SECONDS
    pause = threading.Event()
    client = kubeconfig.client(kubeconfig.loaded(str(config), {}))
    cluster = Cluster(client, ClientLimits(qps=1000, burst=1000, timeout_seconds=20))
    while process.poll() is None and time.monotonic() < deadline:
        try:
            cluster.greet()
            cluster.get(cluster.place({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}}))
        except (ApiError, CallError):
            pause.wait(0.1)
        else:
            return cluster
    raise AssertionError(f"the API server does not answer:\n{log.read_text()[-2000:]}")


def _define_kinds(plane: ControlPlane) -> None:
    """Define the custom kinds before the controllers start, whose garbage collector looks for new ones every 30 s."""
    crds = [WIDGET_CRD]
    if API_MANAGER_CRD.is_file():
        crds.append(yaml.load(API_MANAGER_CRD.read_text(), Loader=yaml.CSafeLoader))
    for crd in crds:
        plane.create(crd)
    for crd in crds:
        spec = crd["spec"]
        version, kind = f"{spec['group']}/{spec['versions'][0]['name']}", spec["names"]["kind"]

        def served(version: str = version, kind: str = kind) -> ApiKind | None:
            return plane.cluster.kind(version, kind)

        plane.eventually(served)


def _credentials(folder: Path, server: str) -> Path:
    """A kubeconfig that holds a CA and an administrator's certificate inline; the server uses the same files."""
    inline = {}
    for name, content in _certificates().items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_bytes(content)
        inline[name] = base64.b64encode(content).decode()
    user = {"client-certificate-data": inline["admin.pem"], "client-key-data": inline["admin.key"]}
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "clusters": [{"name": "test", "cluster": {"server": server, "certificate-authority-data": inline["ca.pem"]}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
        "users": [{"name": "admin", "user": user}],
    }
    path = folder / "kubeconfig"
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(document))
    return path


def _certificates() -> dict[str, bytes]:
    """File name to content: a CA, and one certificate with its key for server, administrator and service accounts."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test-ca")])
    group = x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "system:masters")
    admin = x509.Name([group, x509.NameAttribute(x509.NameOID.COMMON_NAME, "admin")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    ca = _builder(ca_name, ca_name, ca_key).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    leaf = _builder(admin, ca_name, key).add_extension(names, critical=False).add_extension(usage, critical=False)
    pem = serialization.Encoding.PEM
    return {
        "ca.pem": ca.sign(ca_key, hashes.SHA256()).public_bytes(pem),
        "admin.pem": leaf.sign(ca_key, hashes.SHA256()).public_bytes(pem),
        "admin.key": key.private_bytes(
            pem, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        ),
    }


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
    )
