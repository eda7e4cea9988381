"""Places a MinIO server and makes its buckets."""

from pathlib import Path

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.config.storage import MinioStore
from components.custom_resources import Manifest, digest
from components.object_store import minio
from components.site import Bucket, Site, secret_data
from components.site.script_job import ScriptJob, package_files, script_job
from dynamic_providers.cluster.condition_gate import ConditionGate, ConditionGateArgs
from dynamic_providers.cluster.job_gate import JobGate, JobGateArgs

_PACKAGE = Path(__file__).with_name("job")
_SCRIPT_MAP = "make-buckets"
_KEYS = "minio-keys"


def placed_server(
    name: str, parent: pulumi.Resource, site: Site, store: MinioStore, storage: tuple[pulumi.Resource, ...]
) -> Bucket:
    """The server's bucket for models; its key is the server's root user, whom it reads at every start."""
    namespace = site.settings.namespaces.object_store
    own = pulumi.ResourceOptions(parent=parent, provider=site.kubernetes)
    space = core.Namespace(f"{name}-namespace", metadata={"name": namespace}, opts=own)
    inside = pulumi.ResourceOptions(parent=parent, depends_on=[space, *storage])
    root = _root(name, site, namespace, pulumi.ResourceOptions.merge(own, inside))
    first = [
        root,
        _volume(name, minio.claim(store, namespace), pulumi.ResourceOptions.merge(own, inside)),
        _service(name, minio.service(namespace), pulumi.ResourceOptions.merge(own, inside)),
        site.place(f"{name}-callers", minio.access(namespace, minio.callers(site.settings)), inside),
    ]
    manifest = minio.deployment(store, namespace)
    key = root.metadata.apply(lambda metadata: str(metadata.name))
    late = {minio.ROOT_SECRET: key}
    server = site.place(name, manifest, pulumi.ResourceOptions(parent=parent, depends_on=first), late)
    form = pulumi.Output.concat(digest(manifest), " ", key)
    after = pulumi.ResourceOptions(parent=parent, provider=site.gates, depends_on=[server])
    ready = _gate(f"{name}-ready", site, manifest, form, after)
    return Bucket(
        name=store.bucket,
        endpoint=minio.endpoint(namespace),
        region=store.region,
        access_key_id=site.secrets.model_store_access_key_id or "",
        secret_access_key=site.secrets.model_store_secret_access_key or "",
        service_authority=True,
        ready=[_buckets(name, parent, site, store, ready)],
    )


def _volume(name: str, manifest: Manifest, opts: pulumi.ResourceOptions) -> core.PersistentVolumeClaim:
    """The volume; one that is there stays on its class, since another one would be empty."""
    opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(ignore_changes=["spec.storageClassName"]))
    return core.PersistentVolumeClaim(f"{name}-volume", metadata=manifest["metadata"], spec=manifest["spec"], opts=opts)


def _service(name: str, manifest: Manifest, opts: pulumi.ResourceOptions) -> core.Service:
    return core.Service(f"{name}-service", metadata=manifest["metadata"], spec=manifest["spec"], opts=opts)


def _root(name: str, site: Site, namespace: str, opts: pulumi.ResourceOptions) -> core.Secret:
    """The root user, in a Secret with a name of its own for each key: the server reads it when it starts."""
    changed = pulumi.ResourceOptions(replace_on_changes=["data"], delete_before_replace=False)
    return core.Secret(
        f"{name}-root",
        metadata={"namespace": namespace},
        immutable=True,
        data=secret_data(
            {
                "MINIO_ROOT_USER": site.secrets.model_store_access_key_id or "",
                "MINIO_ROOT_PASSWORD": site.secrets.model_store_secret_access_key or "",
            }
        ),
        opts=pulumi.ResourceOptions.merge(opts, changed),
    )


def _buckets(
    name: str, parent: pulumi.Resource, site: Site, store: MinioStore, server: pulumi.Resource
) -> pulumi.Resource:
    """The gate behind which the buckets are there."""
    namespace = site.settings.namespaces.object_store
    opts = pulumi.ResourceOptions(parent=parent, provider=site.kubernetes, depends_on=[server])
    script = core.ConfigMap(
        f"{name}-script",
        metadata={"name": _SCRIPT_MAP, "namespace": namespace},
        data=package_files(_PACKAGE),
        opts=opts,
    )
    keys = core.Secret(
        f"{name}-keys",
        metadata={"name": _KEYS, "namespace": namespace},
        data=secret_data(_access(site, store)),
        opts=opts,
    )
    manifest = script_job(_job(site, store))
    job = site.place(f"{name}-buckets", manifest, pulumi.ResourceOptions(parent=parent, depends_on=[script, keys]))
    gate = JobGateArgs(
        name=manifest["metadata"]["name"],
        namespace=namespace,
        timeout_seconds=site.settings.waits.model_store_seconds,
        trigger=digest(manifest),
    )
    after = pulumi.ResourceOptions(parent=parent, provider=site.gates, depends_on=[job])
    return JobGate(f"{name}-buckets-made", gate, after)


def _access(site: Site, store: MinioStore) -> dict[str, pulumi.Input[str]]:
    return {
        "AWS_ACCESS_KEY_ID": site.secrets.model_store_access_key_id or "",
        "AWS_SECRET_ACCESS_KEY": site.secrets.model_store_secret_access_key or "",
        "AWS_DEFAULT_REGION": store.region,
        "AWS_S3_ENDPOINT": minio.endpoint(site.settings.namespaces.object_store),
    }


def _job(site: Site, store: MinioStore) -> ScriptJob:
    names, image = minio.buckets(site.settings, store), site.settings.model_import.image or ""
    fingerprint = digest({"image": image, "buckets": [*names]})
    return ScriptJob(
        name=f"make-buckets-{fingerprint}",
        namespace=site.settings.namespaces.object_store,
        image=image,
        config_map=_SCRIPT_MAP,
        arguments=names,
        secret=_KEYS,
        service_authority=True,
        seconds=site.settings.waits.model_store_seconds,
    )


def _gate(
    name: str, site: Site, manifest: Manifest, form: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> ConditionGate:
    """The gate of the server; `form` changes with whatever starts it anew."""
    return ConditionGate(
        name,
        ConditionGateArgs(
            api_version=manifest["apiVersion"],
            kind=manifest["kind"],
            name=manifest["metadata"]["name"],
            namespace=manifest["metadata"]["namespace"],
            conditions=["Available"],
            timeout_seconds=site.settings.waits.model_store_seconds,
            trigger=form,
        ),
        opts,
    )
