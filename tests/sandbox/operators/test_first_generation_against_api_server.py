"""OpenShift AI 2.x on an API server of its own: what the program writes is what the definitions of v1 take."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from components.openshift_ai import first_generation
from sandbox.operators.__main__ import OPERATORS
from sandbox.operators.cluster import Cluster
from sandbox.operators.kinds import DATA_SCIENCE_CLUSTER_V1, DSC_INITIALIZATION_V1, NAMESPACE
from sandbox.operators.loop import WORKERS, Loop, watched_kinds
from sandbox.operators.reconcile import Settings
from sandbox.operators.store import Store
from tests.sandbox.operators.conftest import ApiServer, served
from tests.sandbox.operators.test_against_api_server import Node, approve, install, succeeded
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.operators.crd_files import CrdFiles

pytestmark = [
    pytest.mark.slow,
    # A server that is killed leaves some of the client library's sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning"),
]

CSV = "rhods-operator.2.25.0"


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory, definitions: CrdFiles) -> Iterator[tuple[Cluster, Store]]:
    """A cluster that has never seen a later release, and what its operators see."""
    server = ApiServer(tmp_path_factory.mktemp("api"))
    with ExitStack() as stack:
        server.start(stack)
        served(server, definitions)
        cluster = Cluster(str(server.kubeconfig), connections=len(watched_kinds(OPERATORS)) + WORKERS + 4)
        seen = Store()
        loop = Loop(cluster, seen, OPERATORS, Settings(delay_seconds=0.05), definitions)
        loop.start()
        yield cluster, seen
        loop.stop()


@pytest.mark.row("S-008", "S-009")
def test_the_singletons_of_a_first_generation_become_ready(store: tuple[Cluster, Store]) -> None:
    cluster, seen = store
    install(cluster, "redhat-ods-operator", "rhods-operator", "stable-2.25", CSV, own=False)
    approve(cluster, seen, "redhat-ods-operator")
    with Node(cluster):
        until(lambda: succeeded(seen, "redhat-ods-operator", CSV), "the operator is installed")
        manifest = first_generation.data_science_cluster(
            (2, 25), dashboard=True, headless=False, serverless=False, certificate=None
        )
        until(lambda: seen.objects(DSC_INITIALIZATION_V1), "the operator makes its own initialization")
        cluster.create(manifest, "test")
        until(
            lambda: [
                one for one in seen.objects(DATA_SCIENCE_CLUSTER_V1) if one.get("status", {}).get("phase") == "Ready"
            ],
            "the DataScienceCluster is ready",
        )
    [made] = seen.objects(DATA_SCIENCE_CLUSTER_V1)
    # Nothing was pruned: every field is one that the definition has.
    kserve = manifest["spec"]["components"]["kserve"]
    assert made["spec"]["components"]["kserve"] == kserve
    assert seen.get(NAMESPACE, "", "istio-system") is None
