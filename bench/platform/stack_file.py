"""The stack file of a whole platform with a catalogue of any length; pure."""

import math
from typing import Any

_DIGEST = "@sha256:" + "0" * 64
_WORKERS = "sandbox-7x2kq-worker-us-east-2a"
"""The sandbox's own worker MachineSet."""
_GPUS_OF_A_NODE = 8
"""Of the pool's machines (Amazon EC2, accelerated computing instances: g6e.48xlarge)."""
_STORAGE_NODES = 3


def model_name(number: int) -> str:
    """Return the key of a model."""
    return f"model-{number:03}"


def stack_file(models: int) -> dict[str, Any]:
    """Return the content of a stack file: every part of the platform, and `models` equal chat models on GPUs."""
    parts: dict[str, Any] = {
        "environment": "dev",
        "cluster": {"wildcardDomain": "apps.maas.test"},
        **_ground(models),
        "models": {model_name(number): _model(number) for number in range(models)},
        "plans": {"standard": {"displayName": "Standard", "limits": {"hits per day": 10_000}}},
        **_offering(),
        "monitoring": {"enabled": True},
    }
    return {"config": {f"maas:{key}": value for key, value in parts.items()}}


def _ground(models: int) -> dict[str, Any]:
    return {
        "prereqs": {
            "openshiftAi": {"channel": "stable-3.x", "startingCSV": "rhods-operator.3.3.0"},
            "nfd": {"channel": "stable", "startingCSV": "nfd.4.20.0-202510211212"},
            "gpuOperator": {"channel": "v26.3", "startingCSV": "gpu-operator-certified.v26.3.3"},
        },
        "nodes": {
            "workers": {
                "storage": {
                    "machineType": "m6i.4xlarge",
                    "replicas": _STORAGE_NODES,
                    "labels": {"cluster.ocs.openshift.io/openshift-storage": ""},
                    "platform": {"kind": "aws"},
                    "machineSet": {"from": _WORKERS},
                }
            }
        },
        "gpu": {
            "pools": {
                "l40s": {
                    "machineType": "g6e.48xlarge",
                    "replicas": math.ceil(models / _GPUS_OF_A_NODE),
                    "product": "L40S",
                    "platform": {"kind": "aws"},
                    "machineSet": {"from": _WORKERS},
                }
            }
        },
        "storage": {
            "odf": {
                "channel": "stable-4.20",
                "startingCSV": "odf-operator.v4.20.0-rhodf",
                "backingClass": "gp3-csi",
                "deviceSize": "2Ti",
            }
        },
    }


def _model(number: int) -> dict[str, Any]:
    return {
        "displayName": f"Model {number}",
        "description": "A chat model of eight billion parameters.",
        "source": {"oci": f"quay.io/models/{model_name(number)}{_DIGEST}"},
        "server": {
            "engine": "vllm",
            "image": f"registry.redhat.io/rhaiis/vllm-cuda-rhel9{_DIGEST}",
            "pool": "l40s",
            "resources": {"requests": {"cpu": "4", "memory": "24Gi"}, "limits": {"cpu": "7", "memory": "48Gi"}},
        },
        "maxModelLen": 32_768,
        "plans": ["standard"],
    }


def _offering() -> dict[str, Any]:
    return {
        "identity": {"channel": "stable-v26.4", "startingCSV": "rhbk-operator.v26.4.0-opr.1"},
        "threescale": {
            "channel": "threescale-2.15",
            "startingCSV": "3scale-operator.v0.12.4",
            "adminEmail": "admin@apps.maas.test",
            "resourceRequirements": False,
            "fileStorage": {"pvc": {"storageClassName": "ocs-storagecluster-cephfs"}},
        },
        "consumers": {
            "accounts": {
                "first": {
                    "orgName": "First",
                    "username": "first",
                    "email": "first@apps.maas.test",
                    "applications": {
                        "checks": {"model": model_name(0), "plan": "standard", "description": "A key for checks"}
                    },
                }
            }
        },
    }
