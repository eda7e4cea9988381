"""Places the bucket with the models, wherever it is, and hands on how pods reach it."""

import base64
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.config.storage import ExternalStore, MinioStore, ModelStore, ObcStore
from components.custom_resources import Manifest, digest
from components.object_store import bucket_claim
from components.object_store.server import placed_server
from components.site import Bucket, Site
from dynamic_providers.cluster.condition_gate import ConditionGate, ConditionGateArgs


@dataclass(frozen=True, kw_only=True)
class ObjectStoreArgs:
    """What to place, and after what."""

    site: Site
    """The stack at work."""
    store: ModelStore
    """Where the bucket is."""
    namespace: pulumi.Resource
    """Namespace of the models, in which a claim lies."""
    storage: tuple[pulumi.Resource, ...]
    """Gates of the cluster's storage; empty when this stack does not install it."""


class ObjectStore(pulumi.ComponentResource):
    """A claim and its gate, or a server of our own, or nothing but the address of somebody else's."""

    bucket: Bucket
    """The bucket."""

    def __init__(self, name: str, args: ObjectStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:serving:ObjectStore", name, {}, opts)
        if isinstance(args.store, ObcStore):
            self.bucket = self._claimed(name, args, args.store)
        elif isinstance(args.store, MinioStore):
            self.bucket = placed_server(name, self, args.site, args.store, args.storage)
        else:
            self.bucket = _external(args.site, args.store)
        self.register_outputs({})

    def _claimed(self, name: str, args: ObjectStoreArgs, store: ObcStore) -> Bucket:
        """A claim's key is made by its operator, so it is read; a preview before the first `up` does not know it."""
        namespace = args.site.settings.namespaces.models
        manifest = bucket_claim.bucket_claim(store, namespace)
        claim = args.site.place(
            name,
            manifest,
            # Its bucket and every model in it go with it.
            args.site.keeping(_anew(self, [args.namespace, *args.storage]), on_deletion=True),
        )
        gate = _until_bound(manifest, args.site.settings.waits.model_store_seconds)
        after = pulumi.ResourceOptions(parent=self, provider=args.site.gates, depends_on=[claim])
        bound = ConditionGate(f"{name}-bound", gate, after)
        made = pulumi.ResourceOptions(parent=self, provider=args.site.kubernetes, depends_on=[bound])
        id_ = bound.values.apply(lambda _: f"{namespace}/{bucket_claim.NAME}")
        keys = core.Secret.get(f"{name}-keys", id_, made)
        place = core.ConfigMap.get(f"{name}-address", id_, made)
        return Bucket(
            name=place.data.apply(lambda data: data[bucket_claim.BUCKET]),
            endpoint=place.data.apply(
                lambda data: bucket_claim.endpoint(data[bucket_claim.HOST], data[bucket_claim.PORT])
            ),
            region=store.region,
            access_key_id=_entry(keys, bucket_claim.ACCESS_KEY_ID),
            secret_access_key=_entry(keys, bucket_claim.SECRET_ACCESS_KEY),
            service_authority=True,
            ready=[bound],
        )


def _anew(parent: pulumi.Resource, after: list[pulumi.Resource]) -> pulumi.ResourceOptions:
    """Options of a claim of which a change makes another one, under the same name.

    Nobody looks at a bound claim again, whatever is written into it (lib-bucket-provisioner, pkg/provisioner).
    """
    return pulumi.ResourceOptions(
        parent=parent, depends_on=after, replace_on_changes=["spec"], delete_before_replace=True
    )


def _until_bound(claim: Manifest, seconds: int) -> ConditionGateArgs:
    return ConditionGateArgs(
        api_version=claim["apiVersion"],
        kind=claim["kind"],
        name=claim["metadata"]["name"],
        namespace=claim["metadata"]["namespace"],
        conditions=["status.phase=Bound"],
        terminal=["status.phase=Failed"],
        timeout_seconds=seconds,
        trigger=digest(claim),
    )


def _entry(secret: core.Secret, name: str) -> pulumi.Output[str]:
    return pulumi.Output.secret(secret.data.apply(lambda data: base64.b64decode(data[name]).decode()))


def _external(site: Site, store: ExternalStore) -> Bucket:
    return Bucket(
        name=store.bucket,
        endpoint=store.endpoint,
        region=store.region,
        access_key_id=site.secrets.model_store_access_key_id or "",
        secret_access_key=site.secrets.model_store_secret_access_key or "",
        service_authority=False,
        ready=[],
    )
