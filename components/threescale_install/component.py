"""Places 3scale and waits until its Admin API answers."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.custom_resources import Manifest, digest
from components.site import Site, secret_data
from components.threescale_install.manifests import NAME, SEED_SECRET, api_manager
from dynamic_providers.cluster.condition_gate import ConditionGate, ConditionGateArgs
from dynamic_providers.threescale.gate import Gate, GateArgs


@dataclass(frozen=True, kw_only=True)
class ThreeScaleInstallArgs:
    """What to place, and after what."""

    site: Site
    """The stack at work."""
    operator: pulumi.Resource
    """Gate of the operator."""


class ThreeScaleInstall(pulumi.ComponentResource):
    """First credentials, APIManager, and two gates: all of 3scale is there, and its Admin API answers."""

    api_manager: pulumi.CustomResource
    """The installation; every entity of the tenant goes with it."""
    ready: pulumi.Resource
    """The gate: entities can be made."""

    def __init__(self, name: str, args: ThreeScaleInstallArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:threescale:ThreeScaleInstall", name, {}, opts)
        seed = self._seed(name, args)
        manifest = api_manager(args.site.settings)
        self.api_manager = args.site.place(
            name, manifest, pulumi.ResourceOptions(parent=self, depends_on=[args.operator, seed])
        )
        available = self._available(name, args, manifest)
        self.ready = Gate(
            f"{name}-admin-api",
            GateArgs(timeout_seconds=args.site.settings.waits.admin_portal_seconds),
            pulumi.ResourceOptions(
                parent=self, provider=args.site.threescale_gate, depends_on=[available], deleted_with=self.api_manager
            ),
        )
        self.register_outputs({})

    def _seed(self, name: str, args: ThreeScaleInstallArgs) -> core.Secret:
        """The Secret is read once; a rotated stack secret must not rewrite it, so its data is never updated."""
        values: dict[str, pulumi.Input[str]] = {
            "ADMIN_USER": "admin",
            "ADMIN_PASSWORD": args.site.secrets.threescale_admin_password,
            "ADMIN_ACCESS_TOKEN": args.site.secrets.threescale_seed_token,
            "ADMIN_EMAIL": args.site.settings.threescale.admin_email,
            "MASTER_USER": "master",
            "MASTER_PASSWORD": args.site.secrets.threescale_master_password,
            "MASTER_ACCESS_TOKEN": args.site.secrets.threescale_master_token,
            "MASTER_DOMAIN": "master",
            "TENANT_NAME": args.site.settings.threescale.tenant_name,
        }
        return core.Secret(
            f"{name}-seed",
            metadata={"name": SEED_SECRET, "namespace": args.site.settings.namespaces.threescale},
            data=secret_data(values),
            opts=pulumi.ResourceOptions(
                parent=self, provider=args.site.kubernetes, depends_on=[args.operator], ignore_changes=["data"]
            ),
        )

    def _available(self, name: str, args: ThreeScaleInstallArgs, manifest: Manifest) -> ConditionGate:
        return ConditionGate(
            f"{name}-available",
            ConditionGateArgs(
                api_version=manifest["apiVersion"],
                kind=manifest["kind"],
                name=NAME,
                namespace=args.site.settings.namespaces.threescale,
                conditions=["Available"],
                fields={},
                timeout_seconds=args.site.settings.waits.threescale_available_seconds,
                trigger=digest(manifest),
            ),
            pulumi.ResourceOptions(parent=self, provider=args.site.gates, depends_on=[self.api_manager]),
        )
