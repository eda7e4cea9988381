"""The command lines of etcd, kube-apiserver and kube-controller-manager, and what they need on disk.

Facts about the flags: https://kubernetes.io/docs/reference/command-line-tools-reference/ and etcd's own --help.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.kube.kubeconfig import write_kubeconfig
from sandbox.kube.pki import Authority, Pair, signing_key
from sandbox.layout import Layout, write_private
from sandbox.process import Command

if TYPE_CHECKING:
    from sandbox.manifest import Tools

# OpenShift's own ranges: https://docs.openshift.com/container-platform/4.20/networking/ (cluster network defaults).
SERVICE_RANGE = "172.30.0.0/16"
_MASTERS = "system:masters"
# Requests of the sandbox's own parts are not what a person or a test asks the request log about.
_OWN_USERS = ("sandbox:node", "sandbox:operators", "system:kube-controller-manager", "system:apiserver")
# Nodes here have no kubelet that renews a lease: the node controllers would taint them and evict their pods.
_WITHOUT = ("node-lifecycle-controller", "node-ipam-controller", "cloud-node-lifecycle-controller")


@dataclass(frozen=True, kw_only=True)
class Identities:
    """The certificates of the control plane, issued for one run."""

    authority: Authority
    server: Pair
    admin: Pair
    node: Pair
    operators: Pair
    controllers: Pair


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Loopback ports of the servers."""

    etcd: int
    etcd_peer: int
    api: int


def identities(layout: Layout) -> Identities:
    """Issue everything the control plane and its users log in with."""
    authority = Authority(layout.pki, "kubernetes-ca")
    hosts = (
        "127.0.0.1",
        "::1",
        "localhost",
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        "172.30.0.1",
    )
    return Identities(
        authority=authority,
        server=authority.issue("kube-apiserver", "kube-apiserver", hosts=hosts),
        admin=authority.issue("admin", "admin", organization=_MASTERS),
        node=authority.issue("node", "sandbox:node", organization=_MASTERS),
        operators=authority.issue("operators", "sandbox:operators", organization=_MASTERS),
        controllers=authority.issue("controllers", "system:kube-controller-manager", organization=_MASTERS),
    )


def write_kubeconfigs(layout: Layout, who: Identities, port: int) -> None:
    """Write the kubeconfigs of the person (`kubeconfig`), the operators and the controller manager (in `pki`)."""
    targets = (
        (layout.kubeconfig, who.admin, "admin"),
        (layout.pki / "operators.kubeconfig", who.operators, "operators"),
        (layout.pki / "controllers.kubeconfig", who.controllers, "controllers"),
    )
    for path, client, user in targets:
        server = f"https://127.0.0.1:{port}"
        write_kubeconfig(path, server=server, authority=who.authority.pem, client=client, user=user)


def etcd(tools: Tools, layout: Layout, ports: Ports) -> Command:
    """The database. Without fsync: a power cut may lose it, a kill does not."""
    client, peer = f"http://127.0.0.1:{ports.etcd}", f"http://127.0.0.1:{ports.etcd_peer}"
    argv = (
        str(tools.etcd),
        f"--data-dir={layout.data / 'etcd'}",
        "--name=sandbox",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=sandbox={peer}",
        "--unsafe-no-fsync",
        "--snapshot-count=2000",
        "--auto-compaction-mode=periodic",
        "--auto-compaction-retention=10m",
        "--log-level=warn",
    )
    return Command(name="etcd", argv=argv, environment={"GOGC": "50"})


def api_server(tools: Tools, layout: Layout, ports: Ports, who: Identities) -> Command:
    """The API server: loopback only, RBAC, its users' requests recorded in the audit log."""
    key = signing_key(layout.pki)
    argv = (
        str(tools.kube_apiserver),
        f"--etcd-servers=http://127.0.0.1:{ports.etcd}",
        f"--cert-dir={layout.pki}",
        f"--tls-cert-file={who.server.certificate}",
        f"--tls-private-key-file={who.server.key}",
        f"--client-ca-file={who.authority.pair.certificate}",
        "--bind-address=127.0.0.1",
        f"--secure-port={ports.api}",
        "--advertise-address=127.0.0.1",
        "--endpoint-reconciler-type=none",
        f"--service-cluster-ip-range={SERVICE_RANGE}",
        "--authorization-mode=RBAC",
        "--allow-privileged=true",
        # The second one taints new nodes until a kubelet reports; there is none.
        "--disable-admission-plugins=ServiceAccount,TaintNodesByCondition",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={key}",
        f"--service-account-signing-key-file={key}",
        *_audit_flags(layout),
        "--profiling=false",
        "--shutdown-delay-duration=0s",
    )
    # Measured with the preloaded CRDs: without these two the heap grows to three times what is in use.
    return Command(name="kube-apiserver", argv=argv, environment={"GOGC": "40", "GOMEMLIMIT": "600MiB"})


def _audit_flags(layout: Layout) -> tuple[str, ...]:
    policy = layout.pki / "audit-policy.json"
    write_private(policy, json.dumps(audit_policy()))
    return f"--audit-policy-file={policy}", f"--audit-log-path={layout.audit}", "--audit-log-mode=blocking"


def controller_manager(tools: Tools, layout: Layout, who: Identities) -> Command:
    """The controllers: garbage collection, Deployments, Jobs, EndpointSlices, Namespaces, volume binding."""
    key = signing_key(layout.pki)
    argv = (
        str(tools.kube_controller_manager),
        f"--kubeconfig={layout.pki / 'controllers.kubeconfig'}",
        "--secure-port=0",
        "--leader-elect=false",
        f"--root-ca-file={who.authority.pair.certificate}",
        f"--service-account-private-key-file={key}",
        f"--controllers=*,{','.join(f'-{name}' for name in _WITHOUT)}",
        "--kube-api-qps=200",
        "--kube-api-burst=400",
        "--profiling=false",
    )
    return Command(name="kube-controller-manager", argv=argv, environment={"GOGC": "50", "GOMEMLIMIT": "150MiB"})


def audit_policy() -> dict[str, object]:
    """One line per answered request of a person or a test; none for the sandbox's own parts and health checks."""
    return {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived", "ResponseStarted", "Panic"],
        "rules": [
            {"level": "None", "users": list(_OWN_USERS)},
            {"level": "None", "nonResourceURLs": ["/readyz*", "/livez*", "/healthz*"]},
            {"level": "Metadata"},
        ],
    }
