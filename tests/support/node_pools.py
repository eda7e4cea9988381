"""Pools of nodes for tests: a worker MachineSet as a cluster has it, and sections of a stack file."""

from typing import Any

CLUSTER = "sandbox-7x2kq"
WORKER = f"{CLUSTER}-worker-us-east-2a"


def worker_machine_set(value: dict[str, Any] | None = None) -> dict[str, Any]:
    """A worker MachineSet of Amazon as `oc get machineset -o yaml` prints it, or with another cloud's value."""
    select = {
        "machine.openshift.io/cluster-api-cluster": CLUSTER,
        "machine.openshift.io/cluster-api-machineset": WORKER,
    }
    return {
        "apiVersion": "machine.openshift.io/v1beta1",
        "kind": "MachineSet",
        "metadata": {"name": WORKER, "namespace": "openshift-machine-api", "uid": "1", "resourceVersion": "5"},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": select},
            "template": {"metadata": {"labels": select}, "spec": {"providerSpec": {"value": value or aws_value()}}},
        },
        "status": {"replicas": 1},
    }


def aws_value() -> dict[str, Any]:
    """The cloud's part of a worker of Amazon."""
    return {
        "apiVersion": "machine.openshift.io/v1beta1",
        "kind": "AWSMachineProviderConfig",
        "ami": {"id": "ami-0123456789abcdef0"},
        "blockDevices": [{"ebs": {"encrypted": True, "iops": 0, "volumeSize": 120, "volumeType": "gp3"}}],
        "credentialsSecret": {"name": "aws-cloud-credentials"},
        "deviceIndex": 0,
        "iamInstanceProfile": {"id": f"{CLUSTER}-worker-profile"},
        "instanceType": "m6i.4xlarge",
        "metadata": {"creationTimestamp": None},
        "placement": {"availabilityZone": "us-east-2a", "region": "us-east-2"},
        "securityGroups": [{"filters": [{"name": "tag:Name", "values": [f"{CLUSTER}-node"]}]}],
        "subnet": {"filters": [{"name": "tag:Name", "values": [f"{CLUSTER}-subnet-private-us-east-2a"]}]},
        "tags": [{"name": f"kubernetes.io/cluster/{CLUSTER}", "value": "owned"}],
        "userDataSecret": {"name": "worker-user-data"},
    }


def gpu_pool(**changes: object) -> dict[str, Any]:
    """A pool of two to four machines with one A10G each, derived from a MachineSet given whole; None removes a key."""
    pool: dict[str, Any] = {
        "machineType": "g5.2xlarge",
        "min": 2,
        "max": 4,
        "platform": {"kind": "aws"},
        "product": "A10G",
        "forOthers": True,
        "machineSet": {"manifest": worker_machine_set()},
    }
    return {key: value for key, value in (pool | changes).items() if value is not None}


PREREQS: dict[str, Any] = {
    "nfd": {"channel": "stable", "startingCSV": "nfd.4.20.0-202510211212"},
    "gpuOperator": {"channel": "v26.3", "startingCSV": "gpu-operator-certified.v26.3.3"},
}
"""Both operators that GPUs need."""
