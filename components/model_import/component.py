"""Places what the imports share, and a Job per import with the gate that explains it."""

from dataclasses import dataclass
from pathlib import Path

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.custom_resources import digest
from components.model_import.imports import SCRIPT_MAP, SECRET, Import, import_job
from components.site import Bucket, Site, secret_data
from components.site.script_job import package_files
from dynamic_providers.cluster.job_gate import JobGate, JobGateArgs


@dataclass(frozen=True, kw_only=True)
class ImportToolsArgs:
    """What to place, and after what."""

    site: Site
    """The stack at work."""
    bucket: Bucket
    """The bucket with the models."""
    namespace: pulumi.Resource
    """Namespace of the Jobs."""


class ImportTools(pulumi.ComponentResource):
    """The script, and the Secret with the bucket's key and the hub's token: no pod but those of the Jobs sees it."""

    placed: tuple[pulumi.Resource, ...]
    """What a Job needs."""

    def __init__(self, name: str, args: ImportToolsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:serving:ImportTools", name, {}, opts)
        namespace = args.site.settings.namespaces.models
        child = pulumi.ResourceOptions(
            parent=self, provider=args.site.kubernetes, depends_on=[args.namespace, *args.bucket.ready]
        )
        script = core.ConfigMap(
            f"{name}-script",
            metadata={"name": SCRIPT_MAP, "namespace": namespace},
            data=package_files(Path(__file__).with_name("job")),
            opts=child,
        )
        values: dict[str, pulumi.Input[str]] = {
            "AWS_ACCESS_KEY_ID": args.bucket.access_key_id,
            "AWS_SECRET_ACCESS_KEY": args.bucket.secret_access_key,
            "AWS_S3_ENDPOINT": args.bucket.endpoint,
            "AWS_S3_BUCKET": args.bucket.name,
            "AWS_DEFAULT_REGION": args.bucket.region,
        }
        if args.site.secrets.hugging_face_token is not None:
            values["HF_TOKEN"] = args.site.secrets.hugging_face_token
        keys = core.Secret(
            f"{name}-keys", metadata={"name": SECRET, "namespace": namespace}, data=secret_data(values), opts=child
        )
        self.placed = (script, keys)
        self.register_outputs({})


@dataclass(frozen=True, kw_only=True)
class ModelImportArgs:
    """What to place, and after what."""

    site: Site
    """The stack at work."""
    wanted: Import
    """Folder and repository."""
    bucket: Bucket
    """The bucket with the models."""
    tools: ImportTools
    """Script and Secret."""


class ModelImport(pulumi.ComponentResource):
    """The Job and its gate."""

    done: pulumi.Resource
    """The gate: the folder is complete."""

    def __init__(self, name: str, args: ModelImportArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:serving:ModelImport", name, {}, opts)
        settings = args.site.settings
        manifest = import_job(settings, args.wanted, service_authority=args.bucket.service_authority)
        job = args.site.place(
            f"{name}-import", manifest, pulumi.ResourceOptions(parent=self, depends_on=[*args.tools.placed])
        )
        self.done = args.site.listed.joined(
            JobGate(
                f"{name}-imported",
                JobGateArgs(
                    name=manifest["metadata"]["name"],
                    namespace=manifest["metadata"]["namespace"],
                    timeout_seconds=settings.waits.model_import_seconds,
                    trigger=digest(manifest),
                ),
                args.site.listed.behind(
                    pulumi.ResourceOptions(parent=self, provider=args.site.listed_gates, depends_on=[job])
                ),
            )
        )
        self.register_outputs({})
