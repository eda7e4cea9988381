"""Places 3scale and waits until its Admin API answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta

from components.config.gateway_policy import policy_files
from components.custom_resources import Manifest, digest
from components.site import Site, secret_data
from components.threescale_install import file_storage, mail
from components.threescale_install.api_manager import NAME, POLICY_SECRET, SEED_SECRET, api_manager, watched
from components.threescale_install.databases import database_secrets
from components.threescale_install.policy import WATCHED, policy_definition, policy_secret
from components.threescale_install.registry import registry_access
from dynamic_providers.cluster.condition_gate import ConditionGate, ConditionGateArgs
from dynamic_providers.threescale.gate import Gate, GateArgs


@dataclass(frozen=True, kw_only=True)
class ThreeScaleInstallArgs:
    """What to place, and after what."""

    site: Site
    """The stack at work."""
    operator: pulumi.Resource
    """Gate of the operator."""
    files: Sequence[pulumi.Resource] = ()
    """What this stack makes for the portal's files: gates of the volume's class, or of the bucket."""


class ThreeScaleInstall(pulumi.ComponentResource):
    """What the operator reads, the APIManager, and two gates: all of 3scale is there, and its Admin API answers.

    In production the APIManager is protected: with it goes every file of the portal that is on a volume.
    """

    api_manager: pulumi.CustomResource
    """The installation; every entity of the tenant goes with it."""
    ready: pulumi.Resource
    """What entities come after."""
    gates: Sequence[pulumi.Resource]
    """Both gates."""

    def __init__(self, name: str, args: ThreeScaleInstallArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:threescale:ThreeScaleInstall", name, {}, opts)
        self._args, self._settings = args, args.site.settings
        self._followed: dict[str, Mapping[str, pulumi.Input[str]]] = {}
        manifest = api_manager(self._settings)
        self.api_manager = args.site.place(
            name,
            manifest,
            args.site.keeping(self._before_the_operator_reads(name)),
        )
        available = self._available(name, manifest)
        answers = self._answers(name, available)
        self.gates = (available, answers)
        self.ready = self._policy_definition(name, answers) or answers
        self.register_outputs({})

    def _before_the_operator_reads(self, name: str) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self,
            depends_on=[self._args.operator, *self._args.files, *self._read_by_the_operator(name)],
            custom_timeouts=pulumi.CustomTimeouts(delete=f"{self._settings.waits.threescale_deletion_seconds}s"),
        )

    def _read_by_the_operator(self, name: str) -> list[pulumi.Resource]:
        """Every Secret that has to be there before the APIManager: a failed look at one costs the operator 10 min."""
        site, threescale = self._args.site, self._settings.threescale
        found: list[pulumi.Resource] = [self._seed(name)]
        if (databases := threescale.external_databases) is not None:
            entries = database_secrets(databases, site.secrets)
            labels = None if databases.tls is None else WATCHED
            found += [self._secret(f"{name}-{title}", title, values, labels) for title, values in entries.items()]
            self._followed |= entries
        if (s3 := threescale.file_storage.s3) is not None:
            bucket = file_storage.bucket_entries(s3, site.secrets)
            found.append(self._secret(f"{name}-file-storage", file_storage.SECRET, bucket, WATCHED))
            self._followed[file_storage.SECRET] = bucket
        if threescale.smtp is not None:
            server = mail.mail_entries(threescale.smtp, self._settings.cluster.wildcard_domain, site.secrets)
            found.append(self._secret(f"{name}-smtp", mail.SECRET, server))
        if (access := registry_access(f"{name}-registry-auth", site, self._after_operator())) is not None:
            found.append(access)
        if (folder := threescale.gateway_policy.files_folder) is not None:
            found.append(policy_secret(f"{name}-policy-files", site, folder, self._after_operator()))
            self._followed[POLICY_SECRET] = policy_files(folder)
        return found

    def _after_operator(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=[self._args.operator])

    def _secret(
        self, name: str, title: str, entries: Mapping[str, pulumi.Input[str]], labels: Mapping[str, str] | None = None
    ) -> core.Secret:
        options = pulumi.ResourceOptions.merge(
            self._after_operator(), pulumi.ResourceOptions(provider=self._args.site.kubernetes)
        )
        return core.Secret(
            name,
            # No empty mapping: the API server keeps none, and each preview would add it again.
            metadata=meta.ObjectMetaArgs(
                name=title, namespace=self._settings.namespaces.threescale, labels=labels or None
            ),
            data=secret_data(entries),
            opts=options,
        )

    def _seed(self, name: str) -> core.Secret:
        """The Secret is read once; a rotated stack secret must not rewrite it, so its data is never updated."""
        site = self._args.site
        values: dict[str, pulumi.Input[str]] = {
            "ADMIN_USER": "admin",
            "ADMIN_PASSWORD": site.secrets.threescale_admin_password,
            "ADMIN_ACCESS_TOKEN": site.secrets.threescale_seed_token,
            "ADMIN_EMAIL": self._settings.threescale.admin_email,
            "MASTER_USER": "master",
            "MASTER_PASSWORD": site.secrets.threescale_master_password,
            "MASTER_ACCESS_TOKEN": site.secrets.threescale_master_token,
            "MASTER_DOMAIN": "master",
            "TENANT_NAME": self._settings.threescale.tenant_name,
        }
        return core.Secret(
            f"{name}-seed",
            metadata={"name": SEED_SECRET, "namespace": self._settings.namespaces.threescale},
            data=secret_data(values),
            opts=pulumi.ResourceOptions.merge(
                self._after_operator(),
                pulumi.ResourceOptions(provider=site.kubernetes, ignore_changes=["data"]),
            ),
        )

    def _available(self, name: str, manifest: Manifest) -> ConditionGate:
        return ConditionGate(
            f"{name}-available",
            ConditionGateArgs(
                api_version=manifest["apiVersion"],
                kind=manifest["kind"],
                name=NAME,
                namespace=self._settings.namespaces.threescale,
                conditions=watched(self._settings.threescale),
                fields={},
                timeout_seconds=self._settings.waits.threescale_available_seconds,
                trigger=self._trigger(manifest),
            ),
            pulumi.ResourceOptions(parent=self, provider=self._args.site.gates, depends_on=[self.api_manager]),
        )

    def _trigger(self, manifest: Manifest) -> pulumi.Input[str]:
        """Changes with whatever starts pods anew: the APIManager, and contents of Secrets that its operator follows."""
        entries = {f"{title}/{key}": text for title, part in self._followed.items() for key, text in part.items()}
        if not entries:
            return digest(manifest)
        return pulumi.Output.all(**entries).apply(lambda contents: digest(manifest, contents))

    def _answers(self, name: str, available: pulumi.Resource) -> Gate:
        return Gate(
            f"{name}-admin-api",
            GateArgs(timeout_seconds=self._settings.waits.admin_portal_seconds),
            pulumi.ResourceOptions(
                parent=self,
                provider=self._args.site.threescale_gate,
                depends_on=[available],
                deleted_with=self.api_manager,
            ),
        )

    def _policy_definition(self, name: str, answers: pulumi.Resource) -> pulumi.Resource | None:
        """What tells the admin portal about a policy of this stack's own; nothing without one."""
        policy = self._settings.threescale.gateway_policy
        if policy.files_folder is None:
            return None
        options = self._args.site.of_the_tenant(self, self.api_manager, [answers])
        return policy_definition(f"{name}-policy", policy, policy.files_folder, options)
