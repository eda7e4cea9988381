"""Storage of the cluster and the bucket with the models: what fits, and what the rest of the stack relies on."""

from typing import Any

import pytest

from components.config.secrets import SECRET_KEYS
from components.config.storage import ExternalStore, MinioStore, ObcStore
from components.config.validation import validated
from tests.components.config.test_model_source import COMMIT
from tests.components.config.test_validation import ALL_SECRETS, DIGEST, MODEL, problems, settings
from tests.support.stack_file import dev_stack

ODF: dict[str, Any] = {
    "channel": "stable-4.20",
    "startingCSV": "odf-operator.v4.20.0-rhodf",
    "backingClass": "gp3-csi",
    "deviceSize": "512Gi",
}
IMAGE = "registry.redhat.io/rhoai/odh-kserve-storage-initializer-rhel9" + DIGEST
MINIO = {"kind": "minio", "image": "quay.io/minio/minio" + DIGEST, "size": "50Gi"}
EXTERNAL = {"kind": "external", "endpoint": "https://s3.example.com", "region": "eu-central-1", "bucket": "models"}
KEYS = frozenset({"modelStoreAccessKeyId", "modelStoreSecretAccessKey"})


def imported(**changes: object) -> dict[str, Any]:
    """A model of the hub in place of the image."""
    return {MODEL: {"source": {"oci": None, "huggingface": {"repo": "a/b", "revision": COMMIT, **changes}}}}


@pytest.mark.row("S-036", "C-12")
def test_a_claim_is_on_the_class_that_every_platform_has_unless_another_is_named() -> None:
    store = settings(modelStore={"kind": "obc"}).model_store

    assert isinstance(store, ObcStore)
    assert (store.storage_class_name, store.bucket) == ("openshift-storage.noobaa.io", "models")
    other = settings(modelStore={"kind": "obc", "storageClassName": "ocs-storagecluster-ceph-rgw"}).model_store
    assert isinstance(other, ObcStore)
    assert other.storage_class_name == "ocs-storagecluster-ceph-rgw"


def test_the_other_kinds_of_store_are_chosen_by_their_names() -> None:
    assert isinstance(settings(modelStore=MINIO, modelImport={"image": IMAGE}).model_store, MinioStore)
    assert isinstance(settings(modelStore=EXTERNAL).model_store, ExternalStore)
    assert settings().model_store is None
    found = problems(dev_stack(modelStore={"kind": "nfs"}))
    assert "obc" in found["modelStore.kind"].allowed


@pytest.mark.row("S-039")
@pytest.mark.parametrize("image", ["quay.io/minio/minio:latest", "quay.io/minio/minio"])
def test_a_minio_server_has_a_pinned_image(image: str) -> None:
    found = problems(dev_stack(modelStore={**MINIO, "image": image}, modelImport={"image": IMAGE}))

    assert "sha256" in found["modelStore.image"].allowed


@pytest.mark.row("S-047")
@pytest.mark.parametrize("store", [MINIO, EXTERNAL])
def test_a_store_whose_keys_somebody_chooses_needs_them_as_secrets(store: dict[str, Any]) -> None:
    raw = dev_stack(modelStore=store, modelImport={"image": IMAGE})

    assert set(problems(raw, ALL_SECRETS - KEYS)) == KEYS
    assert validated(dev_stack(modelStore={"kind": "obc"}), ALL_SECRETS - KEYS)
    assert validated(dev_stack(), ALL_SECRETS - KEYS)


def test_reader_keys_and_the_hubs_token_are_never_required() -> None:
    optional = {key.name for key in SECRET_KEYS if key.name.startswith("modelStoreReader")} | {"huggingFaceToken"}
    raw = dev_stack(modelStore=EXTERNAL, modelImport={"image": IMAGE}, models=imported())

    assert len(optional) == 3
    assert validated(raw, ALL_SECRETS - optional)


def test_a_model_from_a_bucket_needs_the_bucket() -> None:
    prefix = {MODEL: {"source": {"oci": None, "s3Prefix": "granite"}}}

    assert set(problems(dev_stack(models=prefix))) == {f"models.{MODEL}.source.s3Prefix"}
    assert settings(models=prefix, modelStore={"kind": "obc"})


def test_an_import_needs_its_image_and_so_does_the_minio_server() -> None:
    for changes in ({"models": imported(), "modelStore": {"kind": "obc"}}, {"modelStore": MINIO}):
        found = problems(dev_stack(**changes))
        assert set(found) == {"modelImport.image"}
        assert "cannot do without it" in found["modelImport.image"].given


@pytest.mark.row("S-054")
@pytest.mark.parametrize("revision", [None, "main", "v1.0", COMMIT[:12], COMMIT.upper()])
def test_outside_dev_an_import_names_a_commit(revision: str | None) -> None:
    changes = {"models": imported(revision=revision), "modelStore": {"kind": "obc"}, "modelImport": {"image": IMAGE}}
    assert settings(**changes)

    found = problems(dev_stack(environment="test", **changes))

    assert set(found) == {f"models.{MODEL}.source.huggingface.revision"}
    assert "40 hexadecimal digits" in found[f"models.{MODEL}.source.huggingface.revision"].allowed
    assert settings(**{**changes, "environment": "test", "models": imported()})


def test_models_of_one_folder_are_imported_with_the_same_patterns() -> None:
    first = dev_stack(models=imported())["models"][MODEL]
    other = {**first, "displayName": "Other", "source": {"huggingface": {"repo": "a/b", "revision": COMMIT}}}
    common = {"modelStore": {"kind": "obc"}, "modelImport": {"image": IMAGE}}
    assert settings(models={**imported(), "other": other}, **common)

    other["source"]["huggingface"]["allow"] = ["*.json"]
    found = problems(dev_stack(models={**imported(), "other": other}, **common))

    assert set(found) == {"models.other.source.huggingface"}


def test_plain_http_is_for_dev_alone() -> None:
    changes: dict[str, Any] = {
        "modelStore": {**EXTERNAL, "endpoint": "http://s3.example.com"},
        "modelImport": {"image": IMAGE, "hub": "http://hub.example.com"},
    }
    assert settings(**changes)

    assert set(problems(dev_stack(environment="test", **changes))) == {"modelStore.endpoint", "modelImport.hub"}


@pytest.mark.row("S-039")
def test_a_minio_server_is_refused_in_production() -> None:
    found = problems(dev_stack(environment="prod", modelStore=MINIO, modelImport={"image": IMAGE}))

    assert "modelStore.kind" in found


@pytest.mark.row("S-035")
@pytest.mark.parametrize("name", ["gp3-csi", "ocs-storagecluster-ceph-rbd"])
def test_a_class_of_block_volumes_cannot_be_shared_by_the_portals_pods(name: str) -> None:
    path = "threescale.fileStorage.pvc.storageClassName"
    volume = {"fileStorage": {"pvc": {"storageClassName": name}}}

    found = problems(dev_stack(storage={"odf": ODF}, threescale=volume))

    assert set(found) == {path}
    assert "ocs-storagecluster-cephfs" in found[path].allowed
    shared = {"fileStorage": {"pvc": {"storageClassName": "ocs-storagecluster-cephfs"}}}
    assert settings(storage={"odf": ODF}, threescale=shared)


def test_the_object_gateway_alone_has_neither_disks_nor_shared_volumes_nor_cephs_buckets() -> None:
    alone = {**ODF, "objectOnly": True}
    del alone["deviceSize"]
    shared = {"fileStorage": {"pvc": {"storageClassName": "ocs-storagecluster-cephfs"}}}
    rgw = {"kind": "obc", "storageClassName": "ocs-storagecluster-ceph-rgw"}

    assert settings(storage={"odf": alone}, modelStore={"kind": "obc"})
    assert set(problems(dev_stack(storage={"odf": alone}, threescale=shared, modelStore=rgw))) == {
        "modelStore.storageClassName",
        "threescale.fileStorage.pvc.storageClassName",
    }
    assert "deviceSize" in problems(dev_stack(storage={"odf": {**ODF, "objectOnly": True}}))["storage.odf"].given


def test_disks_need_a_size_and_three_nodes_or_none() -> None:
    without = {key: value for key, value in ODF.items() if key != "deviceSize"}
    assert "neither deviceSize" in problems(dev_stack(storage={"odf": without}))["storage.odf"].given

    few = problems(dev_stack(storage={"odf": {**ODF, "nodes": ["a", "b", "b"]}}))
    assert few["storage.odf"].given == "nodes names 2 node(s)"
    assert settings(storage={"odf": {**ODF, "nodes": ["a", "b", "c"]}})


def test_the_storages_namespace_is_nobody_elses() -> None:
    found = problems(dev_stack(storage={"odf": ODF}, namespaces={"models": "openshift-storage"}))

    assert set(found) == {"namespaces.models"}
