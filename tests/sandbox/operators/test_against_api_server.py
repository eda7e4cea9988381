"""The loop against a real API server; the node's and the router's part is played by the tests."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Self

import pytest

from sandbox.operators.__main__ import OPERATORS
from sandbox.operators.cluster import Cluster, ClusterError
from sandbox.operators.kinds import (
    CRD,
    CSV,
    DATA_SCIENCE_CLUSTER,
    DEPLOYMENT,
    INFERENCE_SERVICE,
    INSTALL_PLAN,
    NAMESPACE,
    OPERATOR_GROUP,
    SERVING_RUNTIME,
    SUBSCRIPTION,
    Kind,
)
from sandbox.operators.loop import WORKERS, Loop, watched_kinds
from sandbox.operators.reconcile import Settings, is_true
from sandbox.operators.store import Store
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.operators.crd_files import CrdFiles
    from sandbox.operators.store import Manifest
    from tests.sandbox.operators.conftest import ApiServer

pytestmark = [
    pytest.mark.slow,
    # A server that is killed leaves some of the client library's sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning"),
]


class Node:
    """Makes every Deployment available, as the sandbox's node and the real controllers would."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(0.1):
            deployments, _ = self._cluster.snapshot(DEPLOYMENT)
            for deployment in deployments:
                generation = deployment["metadata"]["generation"]
                if deployment.get("status", {}).get("observedGeneration") != generation:
                    conditions = [{"type": "Available", "status": "True"}]
                    status = {"observedGeneration": generation, "conditions": conditions}
                    self._cluster.patch(deployment, {"status": status}, "node", status=True)


@pytest.fixture
def store(api_server: ApiServer, definitions: CrdFiles) -> Iterator[Store]:
    """What the running operators see."""
    store = Store()
    cluster = Cluster(str(api_server.kubeconfig), connections=len(watched_kinds(OPERATORS)) + WORKERS)
    loop = Loop(cluster, store, OPERATORS, Settings(delay_seconds=0.05), definitions)
    loop.start()
    yield store
    loop.stop()


def made(kind: Kind, name: str, namespace: str, spec: Manifest) -> Manifest:
    metadata = {"name": name, **({"namespace": namespace} if kind.namespaced else {})}
    return {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": metadata, "spec": spec}


def install(cluster: Cluster, namespace: str, package: str, channel: str, csv: str, *, own: bool) -> None:
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}, "test")
    group = {"targetNamespaces": [namespace]} if own else {}
    cluster.create(made(OPERATOR_GROUP, "group", namespace, group), "test")
    spec = {
        "name": package,
        "channel": channel,
        "source": "redhat-operators",
        "sourceNamespace": "openshift-marketplace",
        "installPlanApproval": "Manual",
        "startingCSV": csv,
    }
    cluster.create(made(SUBSCRIPTION, package, namespace, spec), "test")


def waiting_plan(store: Store, namespace: str) -> Manifest | None:
    plans = store.objects(INSTALL_PLAN, namespace)
    return next((plan for plan in plans if plan.get("status", {}).get("phase") == "RequiresApproval"), None)


def approve(cluster: Cluster, store: Store, namespace: str) -> None:
    until(lambda: waiting_plan(store, namespace), "a plan waits for approval")
    plan = waiting_plan(store, namespace)
    assert plan is not None
    cluster.patch(plan, {"spec": {"approved": True}}, "test")


def succeeded(store: Store, namespace: str, csv: str) -> bool:
    found = store.get(CSV, namespace, csv)
    return found is not None and found.get("status", {}).get("phase") == "Succeeded"


def test_an_operator_is_installed_only_after_approval_and_over_a_restart(
    api_server: ApiServer, cluster: Cluster, store: Store
) -> None:
    csv = "rhbk-operator.v26.4.0-opr.1"
    install(cluster, "keycloak", "rhbk-operator", "stable-v26.4", csv, own=True)
    until(lambda: waiting_plan(store, "keycloak"), "a plan waits for approval")
    assert store.objects(CSV, "keycloak") == []
    assert store.get(CRD, "", "keycloaks.k8s.keycloak.org") is None
    api_server.stop_api()
    api_server.start_api()
    approve(cluster, store, "keycloak")
    until(lambda: store.get(DEPLOYMENT, "keycloak", "rhbk-operator"), "the operator's Deployment is there")
    assert store.get(CRD, "", "keycloaks.k8s.keycloak.org") is None
    with Node(cluster):
        until(lambda: succeeded(store, "keycloak", csv), "the CSV succeeded")
    assert store.get(CRD, "", "keycloaks.k8s.keycloak.org") is not None
    until(lambda: waiting_plan(store, "keycloak"), "the newer version waits for approval")
    assert [each["metadata"]["name"] for each in store.objects(CSV, "keycloak")] == [csv]


def test_the_refusals_of_openshift_ai_are_the_api_servers(cluster: Cluster, store: Store) -> None:
    csv = "rhods-operator.3.3.0"
    install(cluster, "redhat-ods-operator", "rhods-operator", "stable-3.x", csv, own=False)
    approve(cluster, store, "redhat-ods-operator")
    components = {"kserve": {"managementState": "Managed", "rawDeploymentServiceConfig": "Headed"}}
    with Node(cluster):
        until(lambda: succeeded(store, "redhat-ods-operator", csv), "the CSV succeeded")
        until(lambda: store.objects(NAMESPACE) and protected(store), "the operator made its namespace")
        cluster.create(made(DATA_SCIENCE_CLUSTER, "dsc", "", {"components": components}), "test")
        until(lambda: is_true(store.get(DATA_SCIENCE_CLUSTER, "", "dsc"), "Ready"), "the platform is ready", 60)
    model = {"predictor": {"model": {"modelFormat": {"name": "vLLM"}, "runtime": "vllm"}}}
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "models"}}, "test")
    for name, namespace in (("a.b", "models"), ("x" * 54, "models"), ("fine", protected(store))):
        until(partial(refused, cluster, made(INFERENCE_SERVICE, name, namespace, model)), f"{name} is refused")
    runtime = {"containers": [{"name": "kserve-container", "image": "quay.io/some/vllm:1"}]}
    cluster.create(made(SERVING_RUNTIME, "vllm", "models", runtime), "test")
    cluster.create(made(INFERENCE_SERVICE, "fine", "models", model), "test")
    with Node(cluster):
        until(lambda: is_true(store.get(INFERENCE_SERVICE, "models", "fine"), "Ready"), "the model is ready")
    service = store.get(INFERENCE_SERVICE, "models", "fine")
    assert service is not None
    mode = {"metadata": {"annotations": {"serving.kserve.io/deploymentMode": "Serverless"}}}
    with pytest.raises(ClusterError, match="deploymentMode cannot be changed"):
        cluster.patch(service, mode, "test")
    cluster.delete(service)
    until(lambda: store.get(INFERENCE_SERVICE, "models", "fine") is None, "its finalizers are taken off")


def protected(store: Store) -> str:
    labelled = "opendatahub.io/generated-namespace"
    found = [each for each in store.objects(NAMESPACE) if labelled in each["metadata"].get("labels", {})]
    return str(found[0]["metadata"]["name"]) if found else ""


def refused(cluster: Cluster, manifest: Manifest) -> bool:
    """Whether the API server refuses; a policy needs a moment until it holds, so an admitted object is taken back."""
    try:
        created = cluster.create(manifest, "test")
    except ClusterError as refusal:
        return refusal.status == 422
    cluster.delete(created)
    return False
