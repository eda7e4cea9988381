"""The provider instances of the program, and how an entity is placed on them."""

import os
from dataclasses import dataclass

import pulumi

from dynamic_providers.threescale.gate import Gate, GateArgs


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """The tenant, and the gate that everything comes after."""

    provider: pulumi.ProviderResource
    gate: Gate

    def after(
        self, *resources: pulumi.Resource, goes_with: pulumi.Resource | None = None, was: str = ""
    ) -> pulumi.ResourceOptions:
        """Return options of an entity that comes after `resources`, is deleted by 3scale together with `goes_with`,
        and had the name `was` in the program before.
        """
        return pulumi.ResourceOptions(
            provider=self.provider,
            depends_on=[self.gate, *resources],
            deleted_with=goes_with,
            aliases=[pulumi.Alias(name=was)] if was else [],
        )


def opened() -> Tenant:
    """Return the tenant that the environment names."""
    inputs = {
        "adminUrl": os.environ["TENANT_URL"],
        "accessToken": pulumi.Output.secret(os.environ["TENANT_TOKEN"]),
        "caBundle": "",
    }
    waiting = pulumi.ProviderResource("pulumi-python", "threescale-gate", inputs)
    return Tenant(
        provider=pulumi.ProviderResource("pulumi-python", "threescale", inputs),
        gate=Gate("gate", GateArgs(timeout_seconds=30), pulumi.ResourceOptions(provider=waiting)),
    )
