"""A real API server grants by the generated roles what preflight asks for, and nothing beside."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.preflight.cluster_role import bindings, roles
from components.preflight.permissions import EVERYTHING, in_words, needed_permissions
from components.preflight.reader import ClusterReader
from dynamic_providers.cluster.connection import Cluster
from tests.components.config.test_validation import settings
from tests.sandbox.operators.conftest import ApiServer
from tests.support.stack_file import merged

pytestmark = [
    pytest.mark.slow,
    # A server that is killed leaves some of the client library's sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning"),
]

ACCOUNT = "system:serviceaccount:default:deployer"
STACK: dict[str, Any] = {"monitoring": {"enabled": True}, "compat": {"copyPullSecret": True}}


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    running = ApiServer(tmp_path_factory.mktemp("api"))
    with ExitStack() as stack:
        running.start(stack)
        yield running


def applied(cluster: Cluster, documents: list[dict[str, Any]]) -> None:
    """Make the objects, and the namespaces that they are in."""
    for namespace in sorted({one["metadata"].get("namespace", "") for one in documents} - {""}):
        cluster.create("/api/v1/namespaces", {"metadata": {"name": namespace}})
    for one in documents:
        namespace = one["metadata"].get("namespace")
        place = f"/namespaces/{namespace}" if namespace else ""
        cluster.create(f"/apis/{one['apiVersion']}{place}/{one['kind'].lower()}s", one)


def deployer(server: ApiServer, cluster: Cluster, folder: Path) -> ClusterReader:
    """Preflight's connection with a token of the service account."""
    accounts = "/api/v1/namespaces/default/serviceaccounts"
    cluster.create(accounts, {"metadata": {"name": "deployer"}})
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    answer = cluster._request("POST", f"{accounts}/deployer/token", body=asked)
    assert answer is not None
    document = yaml.safe_load(server.kubeconfig.read_text(encoding="utf-8"))
    path = folder / "deployer"
    user = {"name": "admin", "user": {"token": answer["status"]["token"]}}
    path.write_text(yaml.safe_dump(merged(document, {"users": [user]})), encoding="utf-8")
    return ClusterReader(path, None)


@pytest.mark.row("S-004")
@pytest.mark.parametrize("placed", [False, True])
def test_the_roles_grant_what_is_asked_for_and_nothing_beside(
    server: ApiServer,
    tmp_path: Path,
    placed: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    cluster = Cluster(str(server.kubeconfig))
    found = settings(**STACK)
    made = roles([found], placed=placed)
    applied(cluster, [*made, *bindings(made, ACCOUNT)])

    reader = deployer(server, cluster, tmp_path)

    assert in_words(one for one in needed_permissions(found) if not reader.may(one)) == []
    assert not reader.may(EVERYTHING)
    beside = {"verb": "get", "group": "", "resource": "secrets", "namespace": "openshift-config", "name": "htpasswd"}
    # Before its namespaces exist a stack needs Secrets in any of them.
    assert reader.may(beside) is not placed
    for verb, group, resource in (("escalate", "rbac.authorization.k8s.io", "clusterroles"), ("create", "", "pods")):
        assert not reader.may({"verb": verb, "group": group, "resource": resource, "namespace": "3scale"})
    assert not reader.may({"verb": "impersonate", "group": "", "resource": "users"})
