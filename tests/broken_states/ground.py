"""What can be broken below everything else: rights, storage classes, operators, nodes, storage."""

from collections.abc import Mapping
from typing import Any

from tests.broken_states.broken_state import LIMIT, LONG, BrokenState, Step
from tests.broken_states.world import World

WORKERS = "sandbox-7x2kq-worker-us-east-2a"
CLASSES = "/apis/storage.k8s.io/v1/storageclasses"
ACCOUNTS = "/api/v1/namespaces/default/serviceaccounts"
GROUPS = "/apis/operators.coreos.com/v1/namespaces/openshift-nfd/operatorgroups"
NODE = "worker-0"
POOR = "poor-deployer"
NODES = "/api/v1/nodes"

NFD = {"channel": "stable", "startingCSV": "nfd.4.20.0-202510211212"}
GPU_OPERATOR = {"channel": "v26.3", "startingCSV": "gpu-operator-certified.v26.3.3"}
ODF = {
    "channel": "stable-4.20",
    "startingCSV": "odf-operator.v4.20.0-rhodf",
    "backingClass": "gp3-csi",
    "deviceSize": "512Gi",
}
NAMESPACES = ("**::namespaces",)
DISCOVERY = ("**::nfd", "**::nfd-*")
BY_HAND = {"gpusPerNode": 1, "platform": {"kind": "bareMetal", "nodes": [NODE]}}
GPUS = ("**maas:platform:**",)


def portal_class(name: str) -> dict[str, Any]:
    return {"threescale": {"fileStorage": {"pvc": {"storageClassName": name}}}}


def gpu_of(product: str | None) -> Step:
    """A card in the node that is there, or none; what was found out about an earlier one is forgotten."""
    found = ("gpu.product", "gpu.present", "mig.config", "mig.config.state")
    labels = dict.fromkeys((f"nvidia.com/{name}" for name in found), None)
    cards = f"{product}=1" if product else None

    def put(world: World) -> None:
        world.patch(f"{NODES}/{NODE}", {"metadata": {"annotations": {"sandbox/gpus": cards}, "labels": labels}})

    return put


def with_gpus(pool: Mapping[str, Any], **waits: int) -> dict[str, Any]:
    return {
        "prereqs": {"nfd": NFD, "gpuOperator": GPU_OPERATOR},
        "gpu": {"pools": {"cards": {"forOthers": True, "taint": {"effect": "none"}, **pool}}},
        "waits": waits,
    }


def workers(machine_type: str, replicas: int) -> dict[str, Any]:
    pool = {"machineType": machine_type, "replicas": replicas, "platform": {"kind": "aws"}}
    return {"nodes": {"workers": {"plain": {**pool, "machineSet": {"from": WORKERS}}}}}


def poor_deployer(world: World) -> None:
    metadata = {"name": POOR, "namespace": "default"}
    world.make(ACCOUNTS, {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})
    world.become(POOR)


def other_default(value: str) -> Step:
    def mark(world: World) -> None:
        name = "storageclass.kubernetes.io/is-default-class"
        world.patch(f"{CLASSES}/gp3-csi", {"metadata": {"annotations": {name: value}}})

    return mark


def second_group(world: World) -> None:
    metadata = {"name": "somebody-elses", "namespace": "openshift-nfd"}
    made = {"apiVersion": "operators.coreos.com/v1", "kind": "OperatorGroup", "metadata": metadata}
    world.make(GROUPS, {**made, "spec": {"targetNamespaces": ["openshift-nfd"]}})


STATES = (
    BrokenState(
        name="rights",
        broken="The deployer lacks rights",
        reads=(
            "nothing was changed",
            "The deployer may not ",
            "create, delete, get, list, patch, watch secrets in namespace 3scale",
            "python -m components.preflight rbac",
        ),
        means="The identity in the kubeconfig may not do what the stack needs; all that is missing is in one list.",
        remedy="Have an administrator apply what the named command prints, or log in as another user.",
        targets=NAMESPACES,
        spoil=poor_deployer,
        mend=lambda world: world.remove(f"{ACCOUNTS}/{POOR}"),
        early=True,
    ),
    BrokenState(
        name="no-shared-class",
        broken="No storage class for shared files",
        reads=(
            "nothing was changed",
            "threescale.fileStorage.pvc.storageClassName is gp3-csi",
            "ebs.csi.aws.com",
            "ReadWriteMany",
        ),
        means="Two pods of 3scale write the portal's files, and the class makes volumes for one node at a time.",
        remedy="Name a class of a shared file system, or keep the files in a bucket: `threescale.fileStorage.s3`.",
        settings=portal_class("gp3-csi"),
        mended=portal_class("efs-sc"),
        targets=NAMESPACES,
        early=True,
    ),
    BrokenState(
        name="no-default-class",
        broken="No default storage class",
        reads=("nothing was changed", "It has no default StorageClass", "3scale", "gp3-csi"),
        means="A volume that names no class would stay pending.",
        remedy="Have the administrator annotate one class of block volumes as the default.",
        spoil=other_default("false"),
        mend=other_default("true"),
        targets=NAMESPACES,
    ),
    BrokenState(
        name="operator-image",
        broken="An operator's ClusterServiceVersion does not succeed",
        reads=(
            "wait for operator nfd.4.20.0-202510211212: the time is over",
            "Installing InstallWaiting: installing: waiting for deployment",
            "Containers: ",
            "ErrImagePull",
            "manifest unknown",
        ),
        means="OLM has installed the operator, and its pod does not start: here for its image.",
        remedy="Repair what the container's reason names (mirror, pull secret, taints), then run again.",
        waits="operatorReadySeconds",
        limit=6,
        settings={"prereqs": {"nfd": NFD}},
        targets=DISCOVERY,
        spoil=lambda world: world.fault(part="node", kind="image_missing", image=".*nfd.*operator.*"),
        mend=World.no_faults,
        early=True,
    ),
    BrokenState(
        name="two-operator-groups",
        broken="A second OperatorGroup stands in the operator's namespace",
        reads=("wait for operator nfd.4.20.0-202511110950", "TooManyOperatorGroups"),
        means="OLM serves no namespace with two OperatorGroups, and fails what is installed there.",
        remedy="Delete the group that is not this stack's: `oc get operatorgroups -n <namespace>`.",
        prepared={"prereqs": {"nfd": NFD}},
        prepared_targets=DISCOVERY,
        settings={"prereqs": {"nfd": {**NFD, "startingCSV": "nfd.4.20.0-202511110950"}}},
        targets=DISCOVERY,
        spoil=second_group,
        mend=lambda world: world.remove(f"{GROUPS}/somebody-elses"),
    ),
    BrokenState(
        name="other-plan",
        broken="The install plan is for another version",
        reads=(
            "approve nfd.4.20.0-202512010000 for Subscription nfd in openshift-nfd",
            "installs nfd.4.20.0-202511110950",
            "Only a plan that installs exactly nfd.4.20.0-202512010000 is approved",
        ),
        means="The channel's next step is not the pinned version, and only a plan for exactly the pin is approved.",
        remedy="Pin the version that the message says the plan installs, or the one that is installed.",
        prepared={"prereqs": {"nfd": NFD}},
        prepared_targets=DISCOVERY,
        settings={
            "prereqs": {"nfd": {**NFD, "startingCSV": "nfd.4.20.0-202512010000"}},
            "waits": {"operatorReadySeconds": LONG},
        },
        mended={"prereqs": {"nfd": {"startingCSV": "nfd.4.20.0-202511110950"}}},
        targets=DISCOVERY,
    ),
    BrokenState(
        name="unknown-version",
        broken="The catalogue does not offer the pinned version",
        reads=(
            "wait for operator nfd.4.19.0-202501010000: the time is over",
            "no InstallPlan yet; ResolutionFailed=True ConstraintsNotSatisfiable",
            "no operators found with name nfd.4.19.0-202501010000 in channel stable of package nfd",
        ),
        means="No such version is in this channel of this catalogue.",
        remedy="See `oc get packagemanifests <package> -o yaml`, then correct channel and startingCSV.",
        waits="operatorReadySeconds",
        settings={"prereqs": {"nfd": {**NFD, "startingCSV": "nfd.4.19.0-202501010000"}}},
        mended={"prereqs": {"nfd": NFD}},
        targets=DISCOVERY,
    ),
    BrokenState(
        name="cloud-quota",
        broken="The cloud account's quota is used up",
        reads=(
            "wait for node pool plain: Machine sandbox-7x2kq-plain-",
            "failed: InvalidConfiguration",
            "You have requested more vCPU capacity than your current vCPU limit of 768 allows",
            "quota, machine type, zone",
        ),
        means="The cloud refuses the machine, and the Machine stays failed.",
        remedy="Raise the quota and delete the failed Machine, or choose fewer; smaller ones come beside the others.",
        settings={**workers("m5.24xlarge", 9), "waits": {"nodesReadySeconds": LONG}},
        mended=workers("m5.24xlarge", 1),
        targets=("**::plain", "**::plain-*"),
        early=True,
    ),
    BrokenState(
        name="driver-image",
        broken="The GPU driver does not start",
        reads=(
            "wait for node pool cards: the time is over",
            "offers 0 of 1 nvidia.com/gpu",
            "ClusterPolicy gpu-cluster-policy is notReady",
            "OperandNotReady",
            "Containers: nvidia-driver-daemonset-",
            "ErrImagePull",
        ),
        means="The node is there, and an operand of NVIDIA's operator does not run on it.",
        remedy="Repair what the container's reason names; for the driver often a kernel that it has no image for.",
        waits="gpuNodesReadySeconds",
        settings=with_gpus(
            {
                "machineType": "g5.2xlarge",
                "replicas": 1,
                "product": "A10G",
                "platform": {"kind": "aws"},
                "machineSet": {"from": WORKERS},
            },
            gpuOperatorReadySeconds=LIMIT,
        ),
        targets=GPUS,
        spoil=lambda world: world.fault(part="node", kind="image_missing", image=".*nvidia/driver.*"),
        mend=World.no_faults,
        mended={"waits": {"gpuOperatorReadySeconds": LONG}},
    ),
    BrokenState(
        name="other-gpu",
        broken="The nodes have another GPU than the stack file says",
        reads=("wait for node pool cards: node ", "has the GPU Tesla-T4, and the pool says NVIDIA-A10G"),
        means="What was planned for the pool's GPU would not fit, or not run, on the one that is there.",
        remedy="Correct the pool's product or its machine type.",
        settings=with_gpus({"product": "A10G", **BY_HAND}, gpuNodesReadySeconds=LONG),
        targets=GPUS,
        spoil=gpu_of("Tesla-T4"),
        mend=gpu_of("NVIDIA-A10G"),
    ),
    BrokenState(
        name="undivided-gpu",
        broken="A GPU cannot be divided as asked",
        reads=("wait for node pool cards: the GPUs of node ", "nvidia.com/mig.config.state is failed"),
        means="The GPU has no such MIG profile, or MIG cannot be switched on.",
        remedy="Choose a profile that the GPU has; the log of nvidia-mig-manager on the node says more.",
        settings=with_gpus(
            {
                "product": "NVIDIA-A30",
                "memoryGiB": 23.5,
                "sharing": {"strategy": "mig", "profile": "1g.6gb", "partsPerGpu": 4},
                **BY_HAND,
            },
            gpuNodesReadySeconds=LONG,
        ),
        targets=GPUS,
        spoil=gpu_of("NVIDIA-A30"),
        mend=gpu_of(None),
        heals=False,
    ),
    BrokenState(
        name="storage-nodes",
        broken="Too few nodes for storage",
        reads=(
            "wait for StorageCluster openshift-storage/ocs-storagecluster: the time is over",
            "status.phase=Ready (is Error)",
            "Not enough nodes found: Expected 3, found 0",
        ),
        means="Each copy of the data needs a node of its own with the storage label.",
        remedy="Name three nodes in `storage.odf.nodes`, or label them.",
        waits="storageReadySeconds",
        settings={"storage": {"odf": ODF}},
        targets=("**::odf", "**::odf-*", "**::storage", "**::storage-ready"),
        heals=False,
    ),
)
