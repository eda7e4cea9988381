"""A model from the hub: storage, bucket, import, connection and server in one graph, and no key in the clear."""

import base64
import json
from typing import Any

import pytest

from tests.components.config.test_storage import EXTERNAL, IMAGE, MINIO, ODF, imported
from tests.program.test_secrets import without_secrets
from tests.support.platform import MODEL, program, program_of
from tests.support.recorder import DYNAMIC, Recording
from tests.support.stack_file import CANARIES, dev_stack

SECRETS = {
    **CANARIES,
    "modelStoreAccessKeyId": "canary-store-id",
    "modelStoreSecretAccessKey": "canary-store-key",
    "modelStoreReaderAccessKeyId": "canary-reader-id",
    "modelStoreReaderSecretAccessKey": "canary-reader-key",
    "huggingFaceToken": "canary-hub-token",
}


def platform(store: dict[str, Any]) -> Recording:
    changes = {"modelStore": store, "modelImport": {"image": IMAGE}, "storage": {"odf": ODF}, "models": imported()}
    return program_of(dev_stack(**changes), secrets=SECRETS)


def before(found: Recording, urn: str) -> set[str]:
    """Everything that has to be there before a resource, by name."""
    known = {one.urn: one for one in found.resources}
    seen: set[str] = set()
    waiting = [urn]
    while waiting:
        one = known.get(waiting.pop())
        new = (one.dependencies if one is not None else frozenset()) - seen
        seen |= new
        waiting += new
    return {urn.rpartition("::")[2] for urn in seen}


@pytest.mark.row("S-048", "S-052")
@pytest.mark.parametrize("store", [{"kind": "obc"}, MINIO, EXTERNAL], ids=lambda store: str(store["kind"]))
def test_a_server_starts_when_its_weights_are_there_and_can_be_reached(store: dict[str, Any]) -> None:
    found = platform(store)
    service = found.one("kubernetes:serving.kserve.io/v1beta1:InferenceService")

    first = before(found, service.urn)
    assert {f"{MODEL}-import", f"{MODEL}-imported", "model-store-connection"} <= first
    assert service.inputs["spec"]["predictor"]["model"]["storage"]["key"] == "aws-connection-models"
    if store["kind"] != "external":
        assert "storage-openshift-storage.noobaa.io" in first


@pytest.mark.row("S-041", "S-047", "S-053")
@pytest.mark.parametrize("store", [{"kind": "obc"}, MINIO, EXTERNAL], ids=lambda store: str(store["kind"]))
def test_no_key_of_the_store_and_no_token_is_in_plain_inputs_or_outputs(store: dict[str, Any]) -> None:
    found = platform(store)
    plain = {one.urn: json.dumps(without_secrets(one.inputs)) for one in found.resources}
    plain["outputs"] = json.dumps(found.outputs)

    for value in [*SECRETS.values(), "canary-bucket-key"]:
        for spelling in (value, base64.b64encode(value.encode()).decode().rstrip("=")):
            assert [urn for urn, text in plain.items() if spelling in text] == []


@pytest.mark.row("S-042")
def test_the_servers_connection_has_the_key_that_only_reads_and_the_import_the_other() -> None:
    found = platform(EXTERNAL)
    holders = {
        value: {
            one.name
            for one in found.resources
            if base64.b64encode(value.encode()).decode().rstrip("=") in json.dumps(one.inputs)
        }
        for value in ("canary-reader-key", "canary-store-key", "canary-hub-token")
    }

    assert holders == {
        "canary-reader-key": {"model-store-connection"},
        "canary-store-key": {"model-import-keys"},
        "canary-hub-token": {"model-import-keys"},
    }


def test_the_output_names_the_bucket_and_refers_to_its_keys() -> None:
    assert platform({"kind": "obc"}).outputs["model_store"] == {
        "bucket": "models",
        "endpoint": "https://s3.openshift-storage.svc:443",
        "region": "us-east-1",
        "connection_secret_ref": {
            "namespace": "llm-hosting",
            "name": "aws-connection-models",
            "keys": ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
        },
    }
    assert platform(EXTERNAL).outputs["model_store"]["endpoint"] == "https://s3.example.com"
    assert program().outputs.get("model_store") is None


@pytest.mark.row("S-058")
def test_a_stack_whose_models_are_images_has_nothing_of_all_this() -> None:
    types = {one.type for one in program().resources}

    assert not {one for one in types if one.endswith((":Job", ":StorageCluster", ":ObjectBucketClaim", ":ModelStore"))}


@pytest.mark.row("S-057")
def test_weights_that_lie_in_the_bucket_already_are_not_imported() -> None:
    there = {MODEL: {"source": {"oci": None, "s3Prefix": "granite-33-2b-instruct"}}}
    found = program(modelStore={"kind": "obc"}, models=there)
    model = found.one("kubernetes:serving.kserve.io/v1beta1:InferenceService").inputs["spec"]["predictor"]["model"]

    assert model["storage"] == {"key": "aws-connection-models", "path": "granite-33-2b-instruct/"}
    assert found.of("kubernetes:batch/v1:Job") == []
    assert found.of("maas:serving:ModelImport") == []


def test_nothing_waits_for_a_model_of_another_folder() -> None:
    other = {
        **dev_stack(models=imported())["models"][MODEL],
        "displayName": "Other",
        "source": {"huggingface": {"repo": "a/other", "revision": "f" * 40}},
    }
    changes = {"modelStore": EXTERNAL, "modelImport": {"image": IMAGE}, "models": {**imported(), "other": other}}
    found = program_of(dev_stack(**changes), secrets=SECRETS)
    gates = {one.name: one for one in found.of(f"{DYNAMIC}cluster:ConditionGate")}

    assert "other-imported" not in before(found, gates[f"{MODEL}-ready"].urn)
    assert "other-imported" in before(found, gates["other-ready"].urn)
