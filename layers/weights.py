"""What model servers load: the bucket, the connection to it, and the imports that fill it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.model_import import ImportTools, ImportToolsArgs, ModelImport, ModelImportArgs, needed_imports
from components.model_store import ModelStore, ModelStoreArgs
from components.object_store import ObjectStore, ObjectStoreArgs
from components.site import Bucket, Site
from layers.cluster import Cluster


@dataclass(frozen=True, kw_only=True)
class Weights:
    """The weights of every model, or none where models come as images."""

    site: Site
    """The stack at work."""
    store: tuple[pulumi.Resource, ...]
    """Gates behind which the bucket is there, and every other one of the same server of this stack."""
    connection: tuple[pulumi.Resource, ...]
    """The connection to the bucket; empty without one."""
    imports: Mapping[str, pulumi.Resource]
    """Folder of the bucket → the gate behind which it is complete."""

    def before(self, key: str) -> tuple[pulumi.Resource, ...]:
        """What has to be there before the server of model `key` loads its weights."""
        prefix = self.site.settings.models[key].source.bucket_prefix
        if prefix is None:
            return ()
        imported = self.imports.get(prefix)
        return (*self.connection, *([imported] if imported is not None else []))


def place(site: Site, cluster: Cluster) -> Weights:
    """Place them."""
    if (where := site.settings.model_store) is None:
        return Weights(site=site, store=(), connection=(), imports={})
    space = cluster.namespaces.models
    store = ObjectStore(
        "model-bucket", ObjectStoreArgs(site=site, store=where, namespace=space, storage=cluster.storage)
    )
    site.watch("model-store", *store.bucket.ready)
    read = ModelStore("model-store", ModelStoreArgs(site=site, bucket=store.bucket, namespace=space))
    return Weights(
        site=site,
        store=tuple(store.bucket.ready),
        connection=(read.connection,),
        imports=_imports(site, store.bucket, space),
    )


def _imports(site: Site, bucket: Bucket, space: pulumi.Resource) -> dict[str, pulumi.Resource]:
    wanted = needed_imports(site.settings)
    if not wanted:
        return {}
    tools = ImportTools("model-import", ImportToolsArgs(site=site, bucket=bucket, namespace=space))
    done = {
        prefix: ModelImport(one.key, ModelImportArgs(site=site, wanted=one, bucket=bucket, tools=tools)).done
        for prefix, one in wanted.items()
    }
    for prefix, gate in done.items():
        site.watch(f"imports.{wanted[prefix].key}", gate)
    return done
