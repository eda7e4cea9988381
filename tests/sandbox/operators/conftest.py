"""A real API server for the tests that need one; they fail where its binaries are missing."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import urllib3
import yaml

from sandbox.operators.cluster import Cluster
from sandbox.operators.crd_files import CrdFiles
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
_READY_SECONDS = 90.0
_PLATFORM = {
    "operatorgroups.operators.coreos.com": "v1",
    "subscriptions.operators.coreos.com": "v1alpha1",
    "installplans.operators.coreos.com": "v1alpha1",
    "clusterserviceversions.operators.coreos.com": "v1alpha1",
    "routes.route.openshift.io": "v1",
}


def _manifest() -> dict[str, str]:
    file = ROOT / ".toolchain" / "manifest.json"
    found: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return found


def _binary(name: str) -> Path:
    """A server's binary: what the toolchain left, else in the folder `MAAS_KUBE_BIN`."""
    found = _manifest().get(name.replace("-", "_"))
    path = Path(found) if found else Path(os.environ.get("MAAS_KUBE_BIN") or "/nonexistent") / name
    if not path.exists():
        pytest.fail(f"no {name}: run `make setup`, or name its folder in MAAS_KUBE_BIN")
    return path


def _definitions() -> CrdFiles:
    """The platform's published definitions: the toolchain's, else those beside the project."""
    folders = [Path(found) for found in (_manifest().get("crds"), ROOT.parent / "shared" / "crds") if found]
    files = CrdFiles(folder for folder in folders if folder.is_dir())
    missing = [name for name, version in _PLATFORM.items() if files.get(name, version) is None]
    if missing:
        pytest.fail(f"no folder has the definitions {', '.join(missing)}: run `make setup`")
    return files


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ApiServer:
    """etcd and kube-apiserver on loopback, with a static token; can be restarted on the same data."""

    def __init__(self, folder: Path) -> None:
        self._etcd = _binary("etcd")
        self._apiserver = _binary("kube-apiserver")
        self._folder = folder
        self._token = secrets.token_hex(16)
        self._port = _free_port()
        self._client_port = _free_port()
        self._api: subprocess.Popen[bytes] | None = None
        self.kubeconfig = folder / "kubeconfig"

    def start(self, stack: ExitStack) -> None:
        (self._folder / "tokens.csv").write_text(f"{self._token},admin,admin,system:masters\n")
        subprocess.run(["openssl", "genrsa", "-out", self._folder / "sa.key", "2048"], check=True, capture_output=True)
        peer = f"http://127.0.0.1:{_free_port()}"
        client = f"http://127.0.0.1:{self._client_port}"
        etcd = [
            str(self._etcd),
            f"--data-dir={self._folder / 'etcd'}",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            "--unsafe-no-fsync",
        ]
        stack.callback(self._stop, self._run(etcd, "etcd"))
        self.start_api()
        stack.callback(self.stop_api)
        self._write_kubeconfig()

    def start_api(self) -> None:
        """Start the API server and wait until it is ready."""
        self._api = self._run(
            [
                str(self._apiserver),
                f"--etcd-servers=http://127.0.0.1:{self._client_port}",
                f"--secure-port={self._port}",
                "--bind-address=127.0.0.1",
                f"--cert-dir={self._folder / 'certificates'}",
                f"--token-auth-file={self._folder / 'tokens.csv'}",
                "--authorization-mode=RBAC",
                "--service-account-issuer=https://127.0.0.1",
                f"--service-account-key-file={self._folder / 'sa.key'}",
                f"--service-account-signing-key-file={self._folder / 'sa.key'}",
                "--service-cluster-ip-range=10.96.0.0/16",
                "--disable-admission-plugins=ServiceAccount",
            ],
            "api",
        )
        until(self._ready, "kube-apiserver is ready", _READY_SECONDS)

    def stop_api(self) -> None:
        """End the API server as a crash would; etcd keeps what it had."""
        assert self._api is not None
        self._api.kill()
        self._api.wait(30)

    def _run(self, command: list[str], name: str) -> subprocess.Popen[bytes]:
        with (self._folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log)

    def _stop(self, process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        process.wait(30)

    def _ready(self) -> bool:
        assert self._api is not None
        assert self._api.poll() is None, "kube-apiserver ended early"
        headers = {"Authorization": f"Bearer {self._token}"}
        pool = urllib3.HTTPSConnectionPool("127.0.0.1", self._port, cert_reqs="CERT_NONE", retries=False)
        with pool, warnings.catch_warnings():
            # The server makes its own certificate, nobody signs it.
            warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)
            try:
                return pool.request("GET", "/readyz", headers=headers, timeout=2.0).status == 200
            except urllib3.exceptions.HTTPError:
                return False

    def _write_kubeconfig(self) -> None:
        authority = self._folder / "certificates" / "apiserver.crt"
        cluster = {"server": f"https://127.0.0.1:{self._port}", "certificate-authority": str(authority)}
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": "admin", "user": {"token": self._token}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
            "current-context": "test",
        }
        self.kubeconfig.write_text(yaml.safe_dump(content))


@pytest.fixture(scope="session")
def definitions() -> CrdFiles:
    """The definitions on this machine."""
    return _definitions()


@pytest.fixture(scope="session")
def api_server(tmp_path_factory: pytest.TempPathFactory, definitions: CrdFiles) -> Iterator[ApiServer]:
    """A running API server that serves the platform's kinds."""
    server = ApiServer(tmp_path_factory.mktemp("api"))
    with ExitStack() as stack:
        server.start(stack)
        served(server, definitions)
        yield server


def served(server: ApiServer, definitions: CrdFiles) -> None:
    """Let a server have the platform's kinds."""
    cluster = Cluster(str(server.kubeconfig), connections=4)
    wanted = [definitions.get(name, version) for name, version in _PLATFORM.items()]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda crd: cluster.create(crd or {}, "test"), wanted))
    cluster.close()


@pytest.fixture
def cluster(api_server: ApiServer) -> Iterator[Cluster]:
    """A connection to the API server."""
    cluster = Cluster(str(api_server.kubeconfig), connections=2)
    yield cluster
    cluster.close()
