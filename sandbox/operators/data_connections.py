"""Data connections: all of a namespace's, as one Secret in the form in which KServe's initializer reads them."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from sandbox.operators.kinds import SECRET
from sandbox.operators.reconcile import Operator, Outcome, deleted, deployment_available

if TYPE_CHECKING:
    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest

TITLE = "storage-config"
_CONTROLLER = ("redhat-ods-applications", "odh-model-controller")
_LABELS = {"opendatahub.io/managed": "true", "opendatahub.io/dashboard": "true"}
_FIELDS = {
    "AWS_ACCESS_KEY_ID": "access_key_id",
    "AWS_SECRET_ACCESS_KEY": "secret_access_key",
    "AWS_S3_ENDPOINT": "endpoint_url",
    "AWS_S3_BUCKET": "bucket",
    "AWS_DEFAULT_REGION": "region",
}


def reconcile(secret: Manifest, view: View) -> Outcome:
    """Write the namespace's `storage-config` when a connection is there, one entry per connection by its name."""
    if not _is_connection(secret) or not deployment_available(view.store, *_CONTROLLER):
        return Outcome()
    if not view.due("merging"):
        return Outcome(again=True)
    namespace = secret["metadata"]["namespace"]
    found = [one for one in view.store.objects(SECRET, namespace) if _is_connection(one) and not deleted(one)]
    merged = {
        "apiVersion": SECRET.api_version,
        "kind": SECRET.kind,
        "metadata": {"name": TITLE, "namespace": namespace, "labels": {"opendatahub.io/managed": "true"}},
        "data": {one["metadata"]["name"]: base64.b64encode(_entry(one).encode()).decode() for one in found},
    }
    return Outcome(apply=(merged,))


def _is_connection(secret: Manifest) -> bool:
    return _LABELS.items() <= (secret["metadata"].get("labels") or {}).items()


def _entry(secret: Manifest) -> str:
    data = {key: base64.b64decode(text).decode() for key, text in (secret.get("data") or {}).items()}
    return json.dumps({"type": "s3", **{name: data.get(key, "") for key, name in _FIELDS.items()}})


OPERATOR = Operator(name="odh-model-controller", package="", reconcilers={SECRET: reconcile})
