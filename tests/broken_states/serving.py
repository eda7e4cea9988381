"""What can be broken where models are served: OpenShift AI, images, nodes for a server, weights."""

from typing import Any

from tests.broken_states.broken_state import LONG, BrokenState, Step
from tests.broken_states.ground import NODE, NODES
from tests.broken_states.world import World

MODEL = "llama-32-1b-instruct-cpu"
SPACE = "llm-hosting"
DIGEST = "sha256:" + "0" * 64
SERVING = {"prereqs": {"openshiftAi": {"channel": "stable-3.x", "startingCSV": "rhods-operator.3.3.0"}}}
PLATFORM = ("**maas:platform:**",)
SERVERS = (*PLATFORM, "**maas:serving:**")
WEIGHTS = (
    "**maas:platform:WorkNamespaces**",
    "**maas:serving:ObjectStore**",
    "**maas:serving:ImportTools**",
    "**maas:serving:ModelImport**",
)


def server(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - keys of a stack file
    resources = {"requests": {"cpu": "2", "memory": "2Gi"}, "limits": {"cpu": "4", "memory": "8Gi"}}
    made = {
        "engine": "vllm-cpu",
        "image": f"quay.io/rh-aiservices-bu/vllm-cpu-openai-ubi9@{DIGEST}",
        "kvCacheGiB": 2,
        "resources": resources,
    }
    return made | changes


def model(source: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - likewise
    own = {
        "displayName": "Llama",
        "description": "A small chat model.",
        "source": source or {"oci": f"quay.io/redhat-ai-services/modelcar-catalog@{DIGEST}"},
        "server": server(**changes),
        "maxModelLen": 2000,
        "plans": ["standard"],
    }
    return {"models": {"granite": None, MODEL: own}}


def imported(repo: str) -> dict[str, Any]:
    image = f"registry.redhat.io/rhoai/odh-kserve-storage-initializer-rhel9@{DIGEST}"
    store = {"kind": "minio", "image": f"quay.io/minio/minio@{DIGEST}", "size": "10Gi"}
    source = {"huggingface": {"repo": repo}}
    return {**SERVING, **model(source), "modelStore": store, "modelImport": {"image": image}}


def taint(*taints: dict[str, str]) -> Step:
    def put(world: World) -> None:
        world.patch(f"{NODES}/{NODE}", {"spec": {"taints": list(taints) or None}})

    return put


def no_pods(world: World) -> None:
    metadata = {"name": "compute", "namespace": SPACE}
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": {"hard": {"pods": "0"}}}
    world.make(f"/api/v1/namespaces/{SPACE}/resourcequotas", quota)


CLUSTERS = "/apis/datasciencecluster.opendatahub.io/v2/datascienceclusters"


def other_cluster(world: World) -> None:
    made = {"apiVersion": "datasciencecluster.opendatahub.io/v2", "kind": "DataScienceCluster"}
    world.make(CLUSTERS, {**made, "metadata": {"name": "somebody-elses"}, "spec": {}})


OPERATOR = ("**maas:platform:OperatorInstall**", "**maas:platform:WorkNamespaces**")

STATES = (
    BrokenState(
        name="second-cluster",
        broken="OpenShift AI is set up by somebody else",
        reads=(
            "nothing was changed",
            "It has datascienceclusters.datasciencecluster.opendatahub.io/somebody-elses already",
            "Allowed is one in a cluster",
        ),
        means="There is one DataScienceCluster per cluster, and another one is there.",
        remedy="Leave `prereqs.openshiftAi` out, which serves on what is there, or delete the other one.",
        prepared=SERVING,
        prepared_targets=OPERATOR,
        settings=SERVING,
        targets=PLATFORM,
        spoil=other_cluster,
        mend=lambda world: world.remove(f"{CLUSTERS}/somebody-elses"),
    ),
    BrokenState(
        name="server-image",
        broken="The image of a model server cannot be pulled",
        reads=(
            f"wait for InferenceService {SPACE}/{MODEL}: the time is over",
            "Ready (Ready=False ModelLoadFailed",
            "Containers: ",
            "kserve-container ",
            "manifest unknown",
        ),
        means="The registry does not have the image, or does not give it to this cluster.",
        remedy="Correct `server.image` and its digest, or the pull secret.",
        waits="modelReadySeconds",
        settings={**SERVING, **model()},
        targets=SERVERS,
        spoil=lambda world: world.fault(part="node", kind="image_missing", image=".*vllm-cpu.*"),
        mend=World.no_faults,
    ),
    BrokenState(
        name="taint",
        broken="No node takes the model server",
        reads=(
            f"wait for InferenceService {SPACE}/{MODEL}: the time is over",
            "Pods: ",
            "Unschedulable: 0/1 nodes are available",
            "untolerated taint {maintenance: planned}",
        ),
        means="Every node has a taint that the server does not tolerate, or too few free resources.",
        remedy="Take the taint off the nodes, or put the model on a pool: its servers tolerate the pool's taint.",
        waits="modelReadySeconds",
        prepared=SERVING,
        prepared_targets=PLATFORM,
        settings={**SERVING, **model()},
        targets=SERVERS,
        spoil=taint({"key": "maintenance", "value": "planned", "effect": "NoSchedule"}),
        mend=taint(),
    ),
    BrokenState(
        name="pod-quota",
        broken="The namespace's quota is used up",
        reads=(
            f"wait for InferenceService {SPACE}/{MODEL}: the time is over",
            "Warnings: ReplicaSet ",
            "FailedCreate: ",
            "exceeded quota: compute, requested: pods=1, used: pods=0, limited: pods=0",
        ),
        means="A ResourceQuota of the namespace keeps the pod from being made at all.",
        remedy="Raise the quota that the message names, or ask for less.",
        waits="modelReadySeconds",
        prepared=SERVING,
        prepared_targets=PLATFORM,
        settings={**SERVING, **model()},
        targets=SERVERS,
        spoil=no_pods,
        mend=lambda world: world.remove(f"/api/v1/namespaces/{SPACE}/resourcequotas/compute"),
    ),
    BrokenState(
        name="server-argument",
        broken="A model server ends again and again",
        reads=(
            f"wait for InferenceService {SPACE}/{MODEL}: the time is over",
            "kserve-container ",
            "CrashLoopBackOff",
            "the last run ended with 1",
        ),
        means="The server starts and gives up: an unknown argument, weights it cannot read, too little memory.",
        remedy="Read `oc logs -n <namespace> <pod> --previous`, then correct what it names.",
        waits="modelReadySeconds",
        settings={**SERVING, **model(extraArgs=["--max-client-batch-size=many"])},
        mended=model(extraArgs=[]),
        targets=SERVERS,
    ),
    BrokenState(
        name="weights",
        broken="The repository has no weights",
        reads=(
            f"wait for Job {SPACE}/",
            "Failed is a state that does not pass by itself",
            "Failed=True PodFailurePolicy",
            "/script ended with 2: import acme/granite-empty at main: no weights are among the 6 files",
            "Do: set allow and deny of source.huggingface",
        ),
        means="The import's Job looked into the repository and found nothing that a server could load.",
        remedy="Correct `source.huggingface`: repository, revision, `allow` and `deny`.",
        settings={**imported("acme/granite-empty"), "waits": {"modelImportSeconds": LONG}},
        mended=imported("acme/granite"),
        targets=WEIGHTS,
        early=True,
    ),
)
