"""The bucket with the models: a claim, a server of our own, or somebody else's."""

import base64
import dataclasses
import json
from functools import partial
from typing import Any

import pulumi
import pytest

from components.config.storage import ObcStore
from components.custom_resources import validated
from components.object_store import ObjectStore, ObjectStoreArgs
from components.object_store import minio as server
from components.object_store.bucket_claim import bucket_claim
from components.object_store.minio import ROOT_SECRET
from components.site import Bucket, Site
from tests.components.config.test_storage import EXTERNAL, IMAGE, MINIO
from tests.components.config.test_validation import settings
from tests.support.platform import placed_with
from tests.support.recorder import SECRET_SIGNATURE, Recording
from tests.support.stack_file import CANARIES

SECRETS = {**CANARIES, "modelStoreAccessKeyId": "canary-id", "modelStoreSecretAccessKey": "canary-store-key"}
CLAIM = "kubernetes:objectbucket.io/v1alpha1:ObjectBucketClaim"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
JOB = "kubernetes:batch/v1:Job"
GATE = "pulumi-python:dynamic/cluster:ConditionGate"
JOB_GATE = "pulumi-python:dynamic/cluster:JobGate"


def recording(store: dict[str, Any], **changes: Any) -> tuple[Recording, dict[str, Any]]:  # noqa: ANN401 - keys of the stack file
    """What is placed, and the bucket that is handed on."""
    known: dict[str, Any] = {}

    def keep(bucket: Bucket) -> None:
        known["region"], known["service_authority"] = bucket.region, bucket.service_authority
        for name in ("name", "endpoint", "access_key_id", "secret_access_key"):
            pulumi.Output.from_input(getattr(bucket, name)).apply(partial(known.__setitem__, name))

    def component(site: Site, gate: pulumi.Resource) -> None:
        assert site.settings.model_store is not None
        args = ObjectStoreArgs(site=site, store=site.settings.model_store, namespace=gate, storage=())
        keep(ObjectStore("model-bucket", args).bucket)

    found = placed_with(SECRETS, component, modelStore=store, modelImport={"image": IMAGE}, **changes)
    return found, known


@pytest.mark.row("S-036")
def test_a_claim_asks_for_a_bucket_of_our_name() -> None:
    store = settings(modelStore={"kind": "obc", "bucket": "weights"}).model_store
    manifest = validated(bucket_claim(store, "llm-hosting"))  # type: ignore[arg-type]  # of this kind

    assert manifest["metadata"] == {"name": "model-store", "namespace": "llm-hosting"}
    assert manifest["spec"] == {"storageClassName": "openshift-storage.noobaa.io", "bucketName": "weights"}


@pytest.mark.row("S-036", "S-037")
def test_what_the_claims_operator_made_is_read_behind_the_gate_and_reached_by_tls() -> None:
    found, bucket = recording({"kind": "obc"}, waits={"modelStoreSeconds": 66})
    gate = found.one(GATE)

    assert gate.dependencies == {found.urn(CLAIM)}
    assert gate.inputs["conditions"] == ["status.phase=Bound"]
    assert gate.inputs["timeout_seconds"] == 66
    assert {(one.id, one.dependencies) for one in found.reads} == {("llm-hosting/model-store", frozenset({gate.urn}))}
    assert bucket == {
        "name": "models",
        "endpoint": "https://s3.openshift-storage.svc:443",
        "region": "us-east-1",
        "access_key_id": "canary-id",
        "secret_access_key": "canary-bucket-key",
        "service_authority": True,
    }


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_a_claim_is_protected_in_production_alone(environment: str) -> None:
    production = settings(modelStore={"kind": "obc"}).model_copy(update={"environment": environment})

    def component(site: Site, gate: pulumi.Resource) -> None:
        changed = dataclasses.replace(site, settings=production)
        ObjectStore(
            "model-bucket",
            ObjectStoreArgs(site=changed, store=ObcStore(kind="obc"), namespace=gate, storage=()),
        )

    assert placed_with(SECRETS, component).one(CLAIM).protect is (environment == "prod")


def test_somebody_elses_bucket_needs_no_object_at_all() -> None:
    found, bucket = recording(EXTERNAL)

    assert [one.type for one in found.resources if one.type.startswith("kubernetes:")] == []
    assert (bucket["endpoint"], bucket["name"]) == ("https://s3.example.com", "models")
    assert not bucket["service_authority"]


@pytest.mark.row("S-039", "S-046", "C-42")
def test_the_server_keeps_its_objects_on_a_volume_and_serves_nothing_but_the_protocol() -> None:
    store = settings(modelStore={**MINIO, "storageClassName": "gp3-csi"}, modelImport={"image": IMAGE}).model_store
    claim = server.claim(store, "minio")  # type: ignore[arg-type]  # of this kind
    pod = validated(server.deployment(store, "minio"))["spec"]["template"]["spec"]  # type: ignore[arg-type]  # likewise
    (container,) = pod["containers"]

    assert claim["spec"] == {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "50Gi"}},
        "storageClassName": "gp3-csi",
    }
    assert {"name": "data", "persistentVolumeClaim": {"claimName": "minio"}} in pod["volumes"]
    assert {"name": "data", "mountPath": "/data"} in container["volumeMounts"]
    assert container["args"][:2] == ["server", "/data"]
    assert container["env"] == [{"name": "MINIO_BROWSER", "value": "off"}]
    assert container["ports"] == [{"name": "s3", "containerPort": 9000}]
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"]["allowPrivilegeEscalation"] is False


@pytest.mark.row("S-044")
def test_the_server_has_no_route_and_only_the_models_namespace_reaches_it() -> None:
    found, bucket = recording(MINIO)
    policy = found.one("kubernetes:networking.k8s.io/v1:NetworkPolicy").inputs["spec"]

    assert found.of("kubernetes:route.openshift.io/v1:Route") == []
    assert policy["ingress"][0]["from"] == [
        {"podSelector": {}},
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "llm-hosting"}}},
    ]
    assert bucket["endpoint"] == "https://minio.minio.svc:9000"
    assert bucket["service_authority"]


@pytest.mark.row("S-040", "S-047")
def test_the_servers_first_user_is_a_stack_secret() -> None:
    found, _ = recording(MINIO)
    secret = found.one("kubernetes:core/v1:Secret", "model-bucket-root")
    data = {key: base64.b64decode(text).decode() for key, text in secret.inputs["data"]["value"].items()}

    assert SECRET_SIGNATURE in secret.inputs["data"]
    assert data == {"MINIO_ROOT_USER": "canary-id", "MINIO_ROOT_PASSWORD": "canary-store-key"}


def test_a_new_root_key_is_a_new_secret_so_that_the_server_starts_with_it() -> None:
    found, _ = recording(MINIO)
    secret, server = found.one("kubernetes:core/v1:Secret", "model-bucket-root"), found.one(DEPLOYMENT)
    (container,) = server.inputs["spec"]["template"]["spec"]["containers"]

    assert secret.inputs["immutable"] is True
    assert secret.inputs["metadata"] == {"namespace": "minio"}, "the engine makes up the name"
    assert secret.urn in server.dependencies
    assert container["envFrom"] != [{"secretRef": {"name": ROOT_SECRET}}], "the Secret's own name stands there"


@pytest.mark.row("S-041", "S-048")
def test_the_bucket_is_made_after_the_server_answers_and_before_anybody_uses_it() -> None:
    found, _ = recording(MINIO)
    job, made = found.one(JOB), found.one(JOB_GATE, "model-bucket-buckets-made")
    container = job.inputs["spec"]["template"]["spec"]["containers"][0]

    assert found.one("kubernetes:core/v1:ConfigMap").dependencies == {found.urn(GATE, "model-bucket-ready")}
    key = found.urn("kubernetes:core/v1:Secret", "model-bucket-root")
    assert found.one(GATE, "model-bucket-ready").dependencies == {found.urn(DEPLOYMENT), key}
    assert made.dependencies == {job.urn}
    assert (made.inputs["conditions"], made.inputs["terminal"]) == (["Complete"], ["Failed"])
    assert container["args"] == ["models"]
    assert "canary" not in json.dumps(job.inputs)
    assert "@sha256:" in container["image"]


@pytest.mark.row("S-046", "S-049")
def test_the_portals_files_can_be_kept_in_the_same_server() -> None:
    files = {"bucket": "3scale-maas", "region": "us-east-1", "endpoint": "minio.minio.svc:9000", "pathStyle": True}
    chosen = settings(
        modelStore=MINIO, modelImport={"image": IMAGE}, threescale={"fileStorage": {"pvc": None, "s3": files}}
    )

    assert server.buckets(chosen, chosen.model_store) == ("models", "3scale-maas")  # type: ignore[arg-type]  # of this kind
    assert server.callers(chosen) == ("llm-hosting", "3scale")
    elsewhere = settings(
        modelStore=MINIO,
        modelImport={"image": IMAGE},
        threescale={"fileStorage": {"pvc": None, "s3": {**files, "endpoint": "s3.example.com"}}},
    )
    assert server.buckets(elsewhere, elsewhere.model_store) == ("models",)  # type: ignore[arg-type]  # likewise


@pytest.mark.row("S-045")
def test_there_is_one_server_at_most() -> None:
    assert len(recording(MINIO)[0].of(DEPLOYMENT)) == 1
