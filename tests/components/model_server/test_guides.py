"""The servers of the guides, as entries of the catalogue."""

from typing import Any

import pytest

from components.config.validation import validated
from components.model_server.manifests import inference_service, serving_runtime
from components.model_server.served import served_model
from tests.components.config.test_validation import ALL_SECRETS, MODEL, settings
from tests.support.model_servers import served, serving_stack
from tests.support.stack_file import merged

STORE = {"kind": "external", "endpoint": "https://s3.example.com", "region": "us-east-1", "bucket": "models"}
A10G = {"tolerations": [{"operator": "Equal", "value": "NVIDIA-A10G-SHARED"}]}
T4 = {"tolerations": [{"operator": "Equal", "value": "Tesla-T4-SHARED"}]}


def sizes(cpu: tuple[str, str], memory: tuple[str, str]) -> dict[str, Any]:
    return {
        "requests": {"cpu": cpu[0], "memory": memory[0]},
        "limits": {"cpu": cpu[1], "memory": memory[1]},
    }


GRANITE = served(
    source={"oci": None, "s3Prefix": "ibm-granite/granite-8b-code-instruct-128k"},
    server={**A10G, "resources": sizes(("4", "8"), ("16Gi", "24Gi"))},
)
MISTRAL = served(
    source={"oci": None, "s3Prefix": "mistralai/Mistral-7B-Instruct-v0.3"},
    server={**A10G, "resources": sizes(("4", "8"), ("16Gi", "24Gi"))},
)
NOMIC = served(
    "tei",
    source={"oci": None, "s3Prefix": "nomic-ai/nomic-embed-text-v1.5"},
    servedModelName="/mnt/models",
    server={**T4, "gpus": 1, "resources": sizes(("1", "2"), ("4Gi", "8Gi"))},
)
GRANITE_2B = served(
    source={"oci": None, "s3Prefix": "granite-33-2b-instruct"},
    maxModelLen=8192,
    server={"resources": sizes(("1", "2"), ("4Gi", "8Gi"))},
)
GRANITE_8B = merged(GRANITE_2B, {"source": {"s3Prefix": "granite-33-8b-instruct"}})


def manifests(key: str, model: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    found = served_model(validated(serving_stack({key: model}, modelStore=STORE), ALL_SECRETS), key)
    assert found is not None
    return serving_runtime(found), inference_service(found)


@pytest.mark.parametrize(
    ("key", "model", "path", "toleration"),
    [
        (
            "granite-8b-code-instruct-128k",
            GRANITE,
            "ibm-granite/granite-8b-code-instruct-128k/",
            "NVIDIA-A10G-SHARED",
        ),
        ("mistral-7b-instruct", MISTRAL, "mistralai/Mistral-7B-Instruct-v0.3/", "NVIDIA-A10G-SHARED"),
        ("nomic-embed-text-v1-5", NOMIC, "nomic-ai/nomic-embed-text-v1.5/", "Tesla-T4-SHARED"),
        ("granite-33-2b-instruct", GRANITE_2B, "granite-33-2b-instruct/", None),
        ("granite-33-8b-instruct", GRANITE_8B, "granite-33-8b-instruct/", None),
    ],
)
@pytest.mark.row("S-061", "S-062", "S-063", "S-065", "S-066", "S-067")
def test_a_model_of_the_guides_is_one_entry(key: str, model: dict[str, Any], path: str, toleration: str | None) -> None:
    runtime, service = manifests(key, model)
    predictor = service["spec"]["predictor"]

    assert service["metadata"]["name"] == runtime["metadata"]["name"] == key
    assert service["metadata"]["annotations"]["serving.kserve.io/deploymentMode"] == "RawDeployment"
    assert predictor["model"]["storage"] == {"key": "aws-connection-models", "path": path}
    assert (predictor["minReplicas"], predictor["maxReplicas"]) == (1, 1)
    assert predictor["model"]["resources"]["limits"]["nvidia.com/gpu"] == "1"
    assert predictor["tolerations"][0].get("value") == toleration
    (container,) = runtime["spec"]["containers"]
    length = [one for one in container["args"] if one.startswith("--max-model-len")]
    assert length == ([f"--max-model-len={model['maxModelLen']}"] if "maxModelLen" in model else [])


@pytest.mark.row("S-031", "S-068")
def test_the_dev_stacks_model_is_the_guides_one_without_an_accelerator() -> None:
    found = served_model(settings(), MODEL)
    assert found is not None
    (container,) = serving_runtime(found)["spec"]["containers"]
    predictor = inference_service(found)["spec"]["predictor"]

    assert "--max-model-len=2000" in container["args"]
    assert predictor["model"]["resources"] == sizes(("2", "4"), ("2Gi", "8Gi"))
    assert "tolerations" not in predictor
