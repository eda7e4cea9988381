"""The sandbox with its real API server: node, storage, router, faults, request log."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.kube.crds import PRELOADED_GROUPS

if TYPE_CHECKING:
    from tests.support.running_sandbox import RunningSandbox

pytestmark = pytest.mark.e2e

_NUMBERS = itertools.count(1)
_MODEL = "quay.io/modh/vllm:cpu"


@pytest.fixture
def namespace(cluster: RunningSandbox) -> str:
    """A namespace of this test's own."""
    name = f"test-{next(_NUMBERS)}"
    cluster.create("/api/v1/namespaces", "Namespace", name)
    return name


def _deploy(cluster: RunningSandbox, namespace: str, name: str, image: str, **pod: Any) -> str:  # noqa: ANN401 - JSON
    container = {"name": "main", "image": image, "ports": [{"containerPort": 8080, "name": "http"}]}
    container |= pod.pop("container", {})
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container]} | pod}
    spec = {"replicas": 1, "selector": {"matchLabels": {"app": name}}, "template": template}
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    cluster.create(path, "Deployment", name, "apps/v1", spec=spec)
    return f"{path}/{name}"


def _expose(cluster: RunningSandbox, namespace: str, name: str) -> str:
    ports = [{"name": "http", "port": 80, "targetPort": 8080}]
    path = f"/api/v1/namespaces/{namespace}/services"
    cluster.create(path, "Service", name, spec={"selector": {"app": name}, "ports": ports})
    routes = f"/apis/route.openshift.io/v1/namespaces/{namespace}/routes"
    spec = {"to": {"kind": "Service", "name": name}, "port": {"targetPort": "http"}, "tls": {"termination": "edge"}}
    cluster.create(routes, "Route", name, "route.openshift.io/v1", spec=spec)
    found = cluster.until(f"{routes}/{name}", lambda route: route and route.get("status", {}).get("ingress"))
    return str(found["status"]["ingress"][0]["host"])


def _is_ready(deployment: Any) -> bool:  # noqa: ANN401 - JSON
    return bool(deployment and deployment["status"].get("readyReplicas") == 1)


def _pods(cluster: RunningSandbox, namespace: str) -> list[dict[str, Any]]:
    pods: list[dict[str, Any]] = cluster.kube("GET", f"/api/v1/namespaces/{namespace}/pods").json()["items"]
    return pods


def _running_parts(cluster: RunningSandbox) -> str:
    return " ".join(part["name"] for part in cluster.control("GET", "/status").json()["parts"])


def test_a_new_cluster_has_what_openshift_has(cluster: RunningSandbox) -> None:
    ingress = cluster.kube("GET", "/apis/config.openshift.io/v1/ingresses/cluster").json()
    assert ingress["spec"]["domain"] == cluster.endpoints["domain"]
    published = "/api/v1/namespaces/openshift-config-managed/configmaps/default-ingress-cert"
    assert cluster.kube("GET", published).json()["data"]["ca-bundle.crt"] == cluster.layout.ca.read_text()
    infrastructure = cluster.kube("GET", "/apis/config.openshift.io/v1/infrastructures/cluster").json()
    assert infrastructure["status"]["platformStatus"]["type"] == "AWS"
    version = cluster.kube("GET", "/apis/config.openshift.io/v1/clusterversions/version").json()
    assert version["status"]["desired"]["version"].startswith("4.")
    assert cluster.kube("GET", "/api/v1/nodes/worker-0").json()["status"]["conditions"][0]["status"] == "True"


def test_only_the_definitions_of_a_bare_cluster_are_there(cluster: RunningSandbox) -> None:
    found = cluster.kube("GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions").json()["items"]
    groups = {item["spec"]["group"] for item in found}
    assert groups == set(PRELOADED_GROUPS)


def test_a_pretended_deployment_becomes_ready_and_goes_with_its_pods(cluster: RunningSandbox, namespace: str) -> None:
    path = _deploy(cluster, namespace, "plain", "quay.io/x/plain:1")
    cluster.until(path, _is_ready)
    body = {"propagationPolicy": "Foreground"}
    assert cluster.kube("DELETE", path, body).status == 200
    cluster.until(path, lambda found: found is None)
    assert _pods(cluster, namespace) == []


def test_a_missing_image_says_so_in_status_and_events(cluster: RunningSandbox, namespace: str) -> None:
    _deploy(cluster, namespace, "bad", "quay.io/x/missing:1")
    pods = f"/api/v1/namespaces/{namespace}/pods"

    def backs_off(found: Any) -> bool:  # noqa: ANN401 - JSON
        states = [state for pod in found["items"] for state in pod["status"].get("containerStatuses", [])]
        return any(state["state"].get("waiting", {}).get("reason") == "ImagePullBackOff" for state in states)

    cluster.until(pods, backs_off)
    events = cluster.kube("GET", f"/api/v1/namespaces/{namespace}/events").json()["items"]
    assert any("manifest unknown" in event["message"] for event in events if event["reason"] == "Failed")


def test_a_job_completes(cluster: RunningSandbox, namespace: str) -> None:
    path = f"/apis/batch/v1/namespaces/{namespace}/jobs"
    pod = {"restartPolicy": "Never", "containers": [{"name": "c", "image": "quay.io/x/y:1"}]}
    cluster.create(path, "Job", "once", "batch/v1", spec={"template": {"spec": pod}})
    cluster.until(f"{path}/once", lambda job: job["status"].get("succeeded") == 1)


def test_claims_are_bound_as_their_class_says(cluster: RunningSandbox, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/persistentvolumeclaims"
    for name, mode, chosen in (
        ("shared", "ReadWriteMany", {"storageClassName": "efs-sc"}),
        ("waiting", "ReadWriteOnce", {}),
        ("wrong", "ReadWriteMany", {}),
    ):
        spec = {"accessModes": [mode], "resources": {"requests": {"storage": "1Gi"}}} | chosen
        cluster.create(path, "PersistentVolumeClaim", name, spec=spec)
    cluster.until(f"{path}/shared", lambda claim: claim["status"]["phase"] == "Bound")
    assert cluster.kube("GET", f"{path}/waiting").json()["status"]["phase"] == "Pending"
    for name in ("waiting", "wrong"):
        volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": name}}]
        _deploy(cluster, namespace, name, "quay.io/x/y:1", volumes=volumes)
    cluster.until(f"{path}/waiting", lambda claim: claim["status"]["phase"] == "Bound")
    events = f"/api/v1/namespaces/{namespace}/events"
    cluster.until(events, lambda found: any(event["reason"] == "ProvisioningFailed" for event in found["items"]))
    assert cluster.kube("GET", f"{path}/wrong").json()["status"]["phase"] == "Pending"


def test_a_volume_goes_with_its_claim(cluster: RunningSandbox, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/persistentvolumeclaims"
    spec = {
        "accessModes": ["ReadWriteMany"],
        "resources": {"requests": {"storage": "1Gi"}},
        "storageClassName": "efs-sc",
    }
    cluster.create(path, "PersistentVolumeClaim", "c", spec=spec)
    claim = cluster.until(f"{path}/c", lambda found: found["status"]["phase"] == "Bound")
    cluster.kube("DELETE", f"{path}/c")
    cluster.until(f"/api/v1/persistentvolumes/{claim['spec']['volumeName']}", lambda found: found is None)


def test_a_model_pod_is_a_process_behind_its_route(cluster: RunningSandbox, namespace: str) -> None:
    path = _deploy(cluster, namespace, "tiny", _MODEL, container={"args": ["--served-model-name=tiny"]})
    host = _expose(cluster, namespace, "tiny")
    cluster.until(path, _is_ready)
    assert host == f"tiny-{namespace}.{cluster.endpoints['domain']}"
    answer = cluster.routed(host, "/v1/models")
    assert answer.status == 200
    assert answer.json()["data"][0]["id"] == "tiny"
    assert cluster.control("GET", f"/model/{namespace}/tiny/_ledger").json()["totals"]["requests"] == 0
    resolved = cluster.control("GET", f"/resolve?host=tiny.{namespace}.svc.cluster.local&port=80").json()
    assert resolved["address"] == "127.0.0.1"
    assert f"({namespace}/tiny-" in _running_parts(cluster)
    cluster.kube("DELETE", path, {"propagationPolicy": "Foreground"})
    cluster.until(path, lambda found: found is None)
    assert f"({namespace}/tiny-" not in _running_parts(cluster)
    assert cluster.routed(host, "/v1/models").status == 503
    assert cluster.control("GET", f"/resolve?host=tiny.{namespace}.svc&port=80").status == 404


def test_watches_survive_a_killed_api_server(cluster: RunningSandbox, namespace: str) -> None:
    before = cluster.control("GET", "/status").json()["parts"]
    killed = cluster.control("POST", "/faults", {"part": "kube-apiserver", "kind": "kill"}).json()
    assert killed["pid"] in [part["pid"] for part in before]

    def is_new(status: Any) -> bool:  # noqa: ANN401 - JSON
        servers = [part for part in status["parts"] if part["name"] == "kube-apiserver"]
        return servers[0]["pid"] not in {None, killed["pid"]}

    cluster.until_control("/status", is_new)
    cluster.until_reachable("/readyz")
    path = _deploy(cluster, namespace, "after", "quay.io/x/plain:1")
    cluster.until(path, _is_ready)


def test_a_killed_process_comes_back_behind_the_same_name(cluster: RunningSandbox, namespace: str) -> None:
    path = _deploy(cluster, namespace, "tough", _MODEL)
    cluster.until(path, _is_ready)
    (pod,) = _pods(cluster, namespace)
    part = f"{namespace}/{pod['metadata']['name']}/main"
    assert cluster.control("POST", "/faults", {"part": part, "kind": "kill"}).status == 200
    own = f"/api/v1/namespaces/{namespace}/pods/{pod['metadata']['name']}"
    cluster.until(own, lambda found: found["status"]["containerStatuses"][0]["restartCount"] == 1)
    cluster.until(path, _is_ready)


def test_the_request_log_knows_people_and_not_the_sandbox(cluster: RunningSandbox, namespace: str) -> None:
    assert cluster.control("DELETE", "/requests").status == 204
    path = _deploy(cluster, namespace, "logged", "quay.io/x/plain:1")
    cluster.until(path, _is_ready)
    entries = cluster.control("GET", "/requests?part=kubernetes").json()
    writes = [(entry["method"], entry["path"], entry["status"]) for entry in entries if entry["method"] != "GET"]
    assert writes == [("POST", path.rpartition("/")[0], 201)]
    assert {entry["user"] for entry in entries} == {"admin"}


def test_a_fault_of_the_router_reaches_the_client_once(cluster: RunningSandbox) -> None:
    host = f"nobody.{cluster.endpoints['domain']}"
    wish = {"part": "router", "kind": "status", "status": 500, "host": host}
    assert cluster.control("POST", "/faults", wish).status == 201
    assert [cluster.routed(host, "/").status for _ in range(2)] == [500, 503]


@pytest.mark.parametrize(
    ("wish", "named"), [({"part": "router", "kind": "x"}, "kind 'x'"), ({"part": "moon", "kind": "kill"}, "moon")]
)
def test_a_wrong_fault_is_refused_with_what_is_allowed(cluster: RunningSandbox, wish: object, named: str) -> None:
    answer = cluster.control("POST", "/faults", wish)
    assert answer.status == 400
    assert named in answer.json()["error"]
    assert "allowed:" in answer.json()["error"]
