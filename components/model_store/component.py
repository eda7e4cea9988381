"""Places the data connection."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta

from components.config.storage import KEY_ENTRIES
from components.model_store.connection import metadata
from components.site import Bucket, Site, secret_data


@dataclass(frozen=True, kw_only=True)
class ModelStoreArgs:
    """What to place, and after what."""

    site: Site
    """The stack at work."""
    bucket: Bucket
    """The bucket with the models."""
    namespace: pulumi.Resource
    """Namespace of the model servers."""


class ModelStore(pulumi.ComponentResource):
    """One Secret in the namespace of the model servers; nobody needs rights in another namespace to read it."""

    connection: pulumi.Resource
    """The Secret."""

    def __init__(self, name: str, args: ModelStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:serving:ModelStore", name, {}, opts)
        key_id, key = _reader(args)
        self.connection = core.Secret(
            f"{name}-connection",
            metadata=meta.ObjectMetaArgs(**metadata(args.site.settings.namespaces.models)),
            data=secret_data(
                {
                    **dict(zip(KEY_ENTRIES, (key_id, key), strict=True)),
                    "AWS_S3_ENDPOINT": args.bucket.endpoint,
                    "AWS_S3_BUCKET": args.bucket.name,
                    "AWS_DEFAULT_REGION": args.bucket.region,
                }
            ),
            opts=pulumi.ResourceOptions(
                parent=self, provider=args.site.kubernetes, depends_on=[args.namespace, *args.bucket.ready]
            ),
        )
        self.register_outputs({})


def _reader(args: ModelStoreArgs) -> tuple[pulumi.Input[str], pulumi.Input[str]]:
    """A key that only reads, where the stack has one; servers write nothing."""
    key_id = args.site.secrets.model_store_reader_access_key_id
    key = args.site.secrets.model_store_reader_secret_access_key
    if key_id is not None and key is not None:
        return key_id, key
    return args.bucket.access_key_id, args.bucket.secret_access_key
