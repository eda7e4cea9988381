"""What holds for the tenant as a whole: who gets in, by which settings, and that no sample is left."""

from components.threescale_tenant.component import ThreeScaleTenant, ThreeScaleTenantArgs

__all__ = ["ThreeScaleTenant", "ThreeScaleTenantArgs"]
