from __future__ import annotations

import base64
import json

from sandbox.operators.data_connections import reconcile
from sandbox.operators.kinds import SECRET
from tests.sandbox.operators.picture import applied, named, running, view

CONTROLLER = running("odh-model-controller", "redhat-ods-applications")
LABELS = {"opendatahub.io/managed": "true", "opendatahub.io/dashboard": "true"}
VALUES = {
    "AWS_ACCESS_KEY_ID": "id",
    "AWS_SECRET_ACCESS_KEY": "key",
    "AWS_S3_ENDPOINT": "https://s3.openshift-storage.svc:443",
    "AWS_S3_BUCKET": "models",
    "AWS_DEFAULT_REGION": "us-east-1",
}
DATA = {name: base64.b64encode(value.encode()).decode() for name, value in VALUES.items()}
CONNECTION = named(SECRET, "aws-connection-models", "llm-hosting", metadata={"labels": LABELS}, data=DATA)


def test_connections_of_a_namespace_become_entries_by_their_names() -> None:
    other = named(SECRET, "aws-connection-other", "llm-hosting", metadata={"labels": LABELS}, data=DATA)
    elsewhere = named(SECRET, "aws-connection-away", "ai-models", metadata={"labels": LABELS}, data=DATA)

    merged = applied(reconcile(CONNECTION, view(CONNECTION, other, elsewhere, CONTROLLER)), "Secret", "storage-config")

    assert set(merged["data"]) == {"aws-connection-models", "aws-connection-other"}
    assert json.loads(base64.b64decode(merged["data"]["aws-connection-models"])) == {
        "type": "s3",
        "access_key_id": "id",
        "secret_access_key": "key",
        "endpoint_url": "https://s3.openshift-storage.svc:443",
        "bucket": "models",
        "region": "us-east-1",
    }


def test_a_secret_without_both_labels_is_no_connection() -> None:
    half = named(SECRET, "x", "llm-hosting", metadata={"labels": {"opendatahub.io/managed": "true"}}, data=DATA)

    assert not reconcile(half, view(half, CONTROLLER)).apply


def test_without_the_controller_nothing_is_merged() -> None:
    assert not reconcile(CONNECTION, view(CONNECTION)).apply
