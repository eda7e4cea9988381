"""An API server of a few documents on loopback: enough for reads, and for questions about permissions."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

INGRESS = "/apis/config.openshift.io/v1/ingresses/cluster"
CERTIFICATE = "/api/v1/namespaces/openshift-config-managed/configmaps/default-ingress-cert"
STORAGE_CLASSES = "/apis/storage.k8s.io/v1/storageclasses"
SHARED_CLASS = "efs-sc"
"""The class that the dev stack names."""
VERSION = "/apis/config.openshift.io/v1/clusterversions/version"
DEFAULT_CLASS = {"storageclass.kubernetes.io/is-default-class": "true"}
"""Annotation of the class that claims get which name none."""
PLATFORM: Mapping[str, tuple[str, ...]] = {
    "config.openshift.io/v1": ("clusterversions", "infrastructures", "ingresses"),
    "route.openshift.io/v1": ("routes", "routes/status"),
    "operators.coreos.com/v1": ("operatorgroups",),
    "operators.coreos.com/v1alpha1": ("subscriptions", "installplans", "clusterserviceversions"),
    "machine.openshift.io/v1beta1": ("machinesets", "machines"),
    "autoscaling.openshift.io/v1": ("clusterautoscalers",),
    "autoscaling.openshift.io/v1beta1": ("machineautoscalers",),
    "monitoring.coreos.com/v1": ("podmonitors", "prometheusrules", "servicemonitors"),
    "objectbucket.io/v1alpha1": ("objectbucketclaims",),
}
"""What OpenShift itself serves, and storage that its administrator has installed, by group and version."""
REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

Permits = Callable[[Mapping[str, str]], bool]


@dataclass
class FakeCluster:
    """What the server answers, and what it was asked."""

    documents: dict[str, Any] = field(default_factory=dict)
    """Path to document."""
    status: dict[str, int] = field(default_factory=dict)
    """Path to a status that is answered instead."""
    raw: dict[str, bytes] = field(default_factory=dict)
    """Path to a body that is answered with status 200 in place of a document."""
    permits: Permits = lambda _: True
    """Answers a question about a permission, by its resource attributes."""
    requests: list[tuple[str, str]] = field(default_factory=list)
    """Method and path of every request."""
    kubeconfig: Path = Path()
    """File that leads here."""

    def serves(self, group_version: str, *resources: str) -> None:
        """Let the server have these kinds, and no others of the group and version."""
        self.documents[f"/apis/{group_version}"] = {"resources": [{"name": name} for name in resources]}

    def answer(self, method: str, path: str, body: Mapping[str, Any]) -> tuple[int, Mapping[str, Any]]:
        """Status and document for a request."""
        self.requests.append((method, path))
        if path in self.status:
            return self.status[path], {"kind": "Status", "message": "refused"}
        if path == REVIEWS and method == "POST":
            return 201, {"status": {"allowed": self.permits(body["spec"]["resourceAttributes"])}}
        if method == "GET" and path in {*self.documents, *self.raw}:
            return 200, self.documents.get(path, {})
        return 404, {"kind": "Status", "message": "not found"}


def _handler(cluster: FakeCluster) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(length)) if length else {}
            status, document = cluster.answer(self.command, self.path, body)
            data = cluster.raw.get(self.path, json.dumps(document).encode())
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = _handle  # noqa: N815 - the base class's name
        do_POST = _handle  # noqa: N815 - the base class's name
        do_PUT = _handle  # noqa: N815 - the base class's name
        do_PATCH = _handle  # noqa: N815 - the base class's name
        do_DELETE = _handle  # noqa: N815 - the base class's name

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Says nothing."""

    return Handler


@contextmanager
def fake_cluster(folder: Path, domain: str = "apps.maas.test") -> Iterator[FakeCluster]:
    """A running server whose router serves `domain`; its kubeconfig is written into `folder`."""
    cluster = FakeCluster(
        documents={
            INGRESS: {"spec": {"domain": domain}},
            VERSION: {"status": {"desired": {"version": "4.20.4"}}},
            f"{STORAGE_CLASSES}/{SHARED_CLASS}": {"metadata": {"name": SHARED_CLASS}},
            STORAGE_CLASSES: {"items": [{"metadata": {"name": SHARED_CLASS, "annotations": DEFAULT_CLASS}}]},
            CERTIFICATE: {"data": {"ca-bundle.crt": "-----BEGIN CERTIFICATE-----\nrouter\n"}},
        }
    )
    for group_version, resources in PLATFORM.items():
        cluster.serves(group_version, *resources)

    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(cluster))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        cluster.kubeconfig = written_kubeconfig(folder, f"http://127.0.0.1:{server.server_port}")
        yield cluster
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def written_kubeconfig(folder: Path, server: str, user: Mapping[str, Any] | None = None) -> Path:
    """A kubeconfig file for `server`, for `user` or one with a token."""
    path = folder / "kubeconfig"
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "clusters": [{"name": "test", "cluster": {"server": server}}],
        "users": [{"name": "test", "user": dict(user or {"token": "canary-cluster-token"})}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
    }
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path
