"""ObjectBucketClaim: a Secret and a ConfigMap of its name, and the ObjectBucket; without its class it waits.

Its class says which gateway has the bucket: the Multicloud Object Gateway, or Ceph's own.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.operators.kinds import BUCKET_CLAIM, CONFIG_MAP, NOOBAA, OBJECT_BUCKET, SECRET, STORAGE_CLASS
from sandbox.operators.odf import noobaa, rgw
from sandbox.operators.reconcile import Outcome, deleted, finalized, owner, released
from sandbox.s3.keys import Derived

if TYPE_CHECKING:
    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest

FINALIZER = "objectbucket.io/finalizer"
_SUFFIX = ".noobaa.io/obc"


@dataclass(frozen=True)
class Gateway:
    """What has a claim's bucket: its host, and the root of its keys."""

    host: str
    root: str


def reconcile(claim: Manifest, view: View) -> Outcome:
    """Bound once its class exists and the gateway answers; a name that another claim has is waited for."""
    namespace, name = claim["metadata"]["namespace"], claim["metadata"]["name"]
    if deleted(claim):
        return _removed(claim, view)
    gateway = _gateway(claim, view)
    if gateway is None or _taken(claim, view):
        return Outcome(status={"phase": "Pending"})
    if not view.due("binding"):
        return Outcome(patch=finalized(claim, FINALIZER), status={"phase": "Pending"}, again=True)
    bucket = _bucket(claim)
    keys = Derived(gateway.root)
    id_ = keys.id_for(bucket, claim["metadata"]["uid"])
    made = (
        {**_head(claim, SECRET.kind), "data": {"AWS_ACCESS_KEY_ID": _b64(id_),
                                              "AWS_SECRET_ACCESS_KEY": _b64(keys.secret(id_) or "")}},
        {**_head(claim, CONFIG_MAP.kind), "data": _address(gateway.host, bucket)},
        _object_bucket(claim, bucket),
    )  # fmt: skip
    spec = {"objectBucketName": f"obc-{namespace}-{name}"}
    return Outcome(
        patch=(*finalized(claim, FINALIZER), *(((claim, {"spec": spec}),) if _unnamed(claim) else ())),
        create=made,
        status={"phase": "Bound"},
    )


def _gateway(claim: Manifest, view: View) -> Gateway | None:
    """The gateway of the claim's class, once it answers; None while the class is not there, or somebody else's."""
    found = view.store.get(STORAGE_CLASS, "", claim["spec"].get("storageClassName", ""))
    provisioner = str((found or {}).get("provisioner", ""))
    if provisioner.endswith(_SUFFIX):
        space = provisioner.removesuffix(_SUFFIX)
        running = noobaa.ready(view, space, view.store.get(NOOBAA, space, "noobaa"))
        root = _root(view, space, noobaa.ROOT_SECRET, noobaa.ROOT_ENTRY)
        return Gateway(f"s3.{space}.svc", root) if running and root else None
    if found is not None and provisioner.endswith(rgw.SUFFIX):
        # Its class is there only when it answers.
        space, cluster = provisioner.removesuffix(rgw.SUFFIX), found["metadata"]["name"].removesuffix("-ceph-rgw")
        root = _root(view, space, rgw.ROOT_SECRET, rgw.ROOT_ENTRY)
        return Gateway(f"{rgw.name(cluster)}.{space}.svc", root) if root else None
    return None


def _root(view: View, space: str, name: str, entry: str) -> str:
    secret = view.store.get(SECRET, space, name)
    return base64.b64decode(secret["data"][entry]).decode() if secret is not None else ""


def _bucket(claim: Manifest) -> str:
    spec = claim["spec"]
    return str(spec.get("bucketName") or f"{spec.get('generateBucketName', 'bucket')}-{claim['metadata']['uid']}")


def _taken(claim: Manifest, view: View) -> bool:
    uid, bucket = claim["metadata"]["uid"], _bucket(claim)
    bound = (one for one in view.store.objects(BUCKET_CLAIM) if one.get("status", {}).get("phase") == "Bound")
    return any(_bucket(one) == bucket and one["metadata"]["uid"] != uid for one in bound)


def _unnamed(claim: Manifest) -> bool:
    return not claim["spec"].get("objectBucketName")


def _address(host: str, bucket: str) -> dict[str, str]:
    return {
        "BUCKET_HOST": host,
        "BUCKET_NAME": bucket,
        "BUCKET_PORT": "443",
        "BUCKET_REGION": "",
        "BUCKET_SUBREGION": "",
    }


def _object_bucket(claim: Manifest, bucket: str) -> Manifest:
    metadata = claim["metadata"]
    return {
        "apiVersion": OBJECT_BUCKET.api_version,
        "kind": OBJECT_BUCKET.kind,
        "metadata": {"name": f"obc-{metadata['namespace']}-{metadata['name']}"},
        "spec": {
            "storageClassName": claim["spec"]["storageClassName"],
            "reclaimPolicy": "Delete",
            "endpoint": {"bucketName": bucket},
        },
    }


def _removed(claim: Manifest, view: View) -> Outcome:
    """The bucket goes with the claim; Secret and ConfigMap go with it as owned objects."""
    metadata = claim["metadata"]
    bucket = view.store.get(OBJECT_BUCKET, "", f"obc-{metadata['namespace']}-{metadata['name']}")
    return Outcome(delete=(bucket,) if bucket is not None else (), patch=released(claim, FINALIZER))


def _head(claim: Manifest, kind: str) -> Manifest:
    metadata = {key: claim["metadata"][key] for key in ("name", "namespace")}
    return {"apiVersion": "v1", "kind": kind, "metadata": {**metadata, "ownerReferences": [owner(claim)]}}


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
