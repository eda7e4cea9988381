"""What every component is handed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.config import Settings
from components.config.stack import Secrets
from components.custom_resources import ClusterSchemas, CustomResourceError, Manifest, validated

_OURS = {"pulumi.com/patchForce": "true"}
"""Only this program writes the fields it declares: a hand edit is taken back, not a conflict."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """Settings, secrets, and one provider instance per system and purpose; no resource uses a default provider."""

    settings: Settings
    """The stack's configuration."""
    secrets: Secrets
    """Its secrets."""
    ca_bundle: str
    """PEM certificates that sign the router's certificate; empty for the system's own."""
    schemas: ClusterSchemas | None
    """The cluster's definitions of custom resources; nothing without a cluster."""
    kubernetes: pulumi.ProviderResource
    """The cluster, for objects."""
    gates: pulumi.ProviderResource
    """The cluster, for dynamic resources that wait on it."""
    threescale: pulumi.ProviderResource
    """3scale's Admin API, for what belongs to the tenant and to its accounts."""
    threescale_by_model: Mapping[str, pulumi.ProviderResource]
    """The same for the entities of each model, by its key in the catalogue."""
    threescale_gate: pulumi.ProviderResource
    """The same for the gate: a waiting gate would take one of the four workers of an instance from the entities."""

    def of_the_tenant(
        self, parent: pulumi.Resource, installation: pulumi.Resource, after: Sequence[pulumi.Resource]
    ) -> pulumi.ResourceOptions:
        """Options of an entity that belongs to no model: it comes after `after` and goes with the installation."""
        return pulumi.ResourceOptions(
            parent=parent, provider=self.threescale, depends_on=[*after], deleted_with=installation
        )

    def place(self, name: str, manifest: Manifest, opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
        """The custom resource `name`, made from a manifest that passed both checks.

        Raises:
            pulumi.RunError: The manifest has a field that its kind does not have.
        """
        from pulumi_kubernetes.apiextensions import CustomResource  # noqa: PLC0415 - costs time; pure parts need none

        try:
            validated(manifest)
            if self.schemas is not None:
                self.schemas.check(manifest)
        except CustomResourceError as refusal:
            raise pulumi.RunError(str(refusal)) from None
        metadata = manifest["metadata"]
        return CustomResource(
            name,
            api_version=manifest["apiVersion"],
            kind=manifest["kind"],
            metadata={**metadata, "annotations": {**metadata.get("annotations", {}), **_OURS}},
            spec=manifest["spec"],
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(provider=self.kubernetes)),
        )
