from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from sandbox.operators.kinds import BUCKET_CLAIM, NOOBAA, OBJECT_BUCKET, SECRET, STORAGE_CLASS
from sandbox.operators.odf import bucket_claim, noobaa
from sandbox.s3.keys import Derived
from tests.sandbox.operators.picture import applied, named, running, view, written

if TYPE_CHECKING:
    from sandbox.operators.store import Manifest

SPACE = "openshift-storage"
ENDPOINT = running("noobaa-endpoint", SPACE)
GATEWAY = named(NOOBAA, "noobaa", SPACE, spec={}, status={"phase": "Ready"})
ROOT = named(SECRET, noobaa.ROOT_SECRET, SPACE, data={noobaa.ROOT_ENTRY: base64.b64encode(b"root").decode()})
CLASS = named(STORAGE_CLASS, "openshift-storage.noobaa.io", provisioner="openshift-storage.noobaa.io/obc")
WORLD = (ENDPOINT, GATEWAY, ROOT, CLASS)


def claim(name: str = "model-store", **fields: Any) -> Manifest:  # noqa: ANN401 - the fields of any kind
    spec = {"storageClassName": "openshift-storage.noobaa.io", "bucketName": "models"}
    return named(BUCKET_CLAIM, name, "llm-hosting", **{"spec": spec, **fields})


def decoded(secret: Manifest) -> dict[str, str]:
    return {key: base64.b64decode(text).decode() for key, text in secret["data"].items()}


def test_the_gateway_runs_an_endpoint_with_a_certificate_and_makes_its_class_at_the_end() -> None:
    asked = named(NOOBAA, "noobaa", SPACE, spec={})
    first = noobaa.reconcile(asked, view(asked))
    last = noobaa.reconcile(asked, view(asked, ENDPOINT))

    service = applied(first, "Service", "s3")
    assert service["spec"]["ports"] == [{"name": "s3-https", "port": 443, "targetPort": 6443}]
    assert "serving-cert-secret-name" in next(iter(service["metadata"]["annotations"]))
    assert written(first)["phase"] == "Connecting"
    assert written(last)["phase"] == "Ready"
    assert (
        applied(last, "StorageClass", "openshift-storage.noobaa.io")["provisioner"] == "openshift-storage.noobaa.io/obc"
    )


def test_a_claim_is_bound_with_a_key_that_opens_its_bucket() -> None:
    outcome = bucket_claim.reconcile(claim(), view(claim(), *WORLD))
    secret, address = applied(outcome, "Secret", "model-store"), applied(outcome, "ConfigMap", "model-store")
    keys, found = Derived("root"), decoded(secret)

    assert written(outcome) == {"phase": "Bound"}
    assert keys.secret(found["AWS_ACCESS_KEY_ID"]) == found["AWS_SECRET_ACCESS_KEY"]
    assert keys.opens(found["AWS_ACCESS_KEY_ID"], "models")
    assert address["data"]["BUCKET_HOST"] == "s3.openshift-storage.svc"
    assert (address["data"]["BUCKET_PORT"], address["data"]["BUCKET_NAME"]) == ("443", "models")
    assert applied(outcome, "ObjectBucket", "obc-llm-hosting-model-store")


def test_a_claim_on_a_class_that_is_not_there_waits_in_silence() -> None:
    rgw = claim(spec={"storageClassName": "ocs-storagecluster-ceph-rgw", "bucketName": "models"})

    assert written(bucket_claim.reconcile(rgw, view(rgw, *WORLD))) == {"phase": "Pending"}
    assert written(bucket_claim.reconcile(claim(), view(claim(), ENDPOINT, GATEWAY, ROOT))) == {"phase": "Pending"}


def test_a_name_that_another_claim_has_is_not_given_twice() -> None:
    first = claim("first", status={"phase": "Bound"})

    assert written(bucket_claim.reconcile(claim(), view(claim(), first, *WORLD))) == {"phase": "Pending"}


def test_a_claim_without_a_name_of_its_own_gets_a_generated_one() -> None:
    asked = claim(spec={"storageClassName": "openshift-storage.noobaa.io", "generateBucketName": "models"})
    outcome = bucket_claim.reconcile(asked, view(asked, *WORLD))

    assert applied(outcome, "ConfigMap", "model-store")["data"]["BUCKET_NAME"].startswith("models-")


def test_the_bucket_goes_with_its_claim() -> None:
    leaving = claim(metadata={"deletionTimestamp": "now", "finalizers": [bucket_claim.FINALIZER]})
    bucket = named(OBJECT_BUCKET, "obc-llm-hosting-model-store")

    assert bucket_claim.reconcile(leaving, view(leaving, bucket, *WORLD)).delete == (bucket,)
