"""What every component is handed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import pulumi

from components.config import Settings
from components.config.stack import Secrets
from components.custom_resources import ClusterSchemas, CustomResourceError, Manifest, validated
from components.site.instances import GROUND, LISTED
from components.site.late import filled_in
from components.site.line import Line

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
    gates_by_name: Mapping[str, pulumi.ProviderResource] = field(default_factory=dict)
    """More of the same by name of the instance: a waiting gate holds one of the four workers of its own."""
    listed: Line = field(default_factory=lambda: Line(at_once=3))
    """The gates on `listed_gates`."""
    routes: Line = field(default_factory=lambda: Line(at_once=1))
    """Those on `gates` that wait for Routes: beside them OpenShift AI and the identity server may be waited for."""
    watched: dict[str, Sequence[pulumi.Resource]] = field(default_factory=dict)
    """Part of the platform → the gates it is ready behind; the stack's outputs tell what these saw."""

    @property
    def ground_gates(self) -> pulumi.ProviderResource:
        """The same as `gates`, for what nodes and storage need."""
        return self.gates_by_name.get(GROUND, self.gates)

    @property
    def listed_gates(self) -> pulumi.ProviderResource:
        """The same as `gates`, for what the stack file lists in any number: pools, imports, model servers."""
        return self.gates_by_name.get(LISTED, self.gates)

    def watch(self, part: str, *gates: pulumi.Resource) -> None:
        """Have the stack's outputs tell what `gates` saw, behind which `part` of the platform is ready."""
        if gates:
            self.watched[part] = gates

    def of_the_tenant(
        self, parent: pulumi.Resource, installation: pulumi.Resource, after: Sequence[pulumi.Resource]
    ) -> pulumi.ResourceOptions:
        """Options of an entity that belongs to no model: it comes after `after` and goes with the installation."""
        return pulumi.ResourceOptions(
            parent=parent, provider=self.threescale, depends_on=[*after], deleted_with=installation
        )

    def keeping(self, opts: pulumi.ResourceOptions, *, on_deletion: bool = False) -> pulumi.ResourceOptions:
        """Options of what nobody could make again: in production the engine refuses to delete or replace it.

        With `on_deletion` the object itself stays even when somebody permits that.
        """
        kept = True if self.settings.environment == "prod" else None
        more = pulumi.ResourceOptions(protect=kept, retain_on_delete=kept if on_deletion else None)
        return pulumi.ResourceOptions.merge(opts, more)

    def place(
        self,
        name: str,
        manifest: Manifest,
        opts: pulumi.ResourceOptions,
        late: Mapping[str, pulumi.Input[str]] = MappingProxyType({}),
    ) -> pulumi.CustomResource:
        """The custom resource `name`, made from a manifest that passed both checks.

        Texts of its `spec` that are keys of `late` become what these stand for: it is not known yet when the manifest
        is judged.

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
            spec=filled_in(manifest["spec"], late),
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(provider=self.kubernetes)),
        )
