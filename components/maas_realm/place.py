"""Where the parts of a realm go."""

from dataclasses import dataclass

import pulumi

from components.config.identity import MaintainedRealm
from components.site import Site


@dataclass(frozen=True, kw_only=True)
class Place:
    """One realm at work."""

    name: str
    """Begins the name of every resource of it."""
    site: Site
    """The stack."""
    identity: MaintainedRealm
    """What the stack declares of it."""
    realm_id: pulumi.Input[str]
    """The realm's id, which is its name."""
    issuer_url: str
    """Its issuer."""
    opts: pulumi.ResourceOptions
    """Options of everything inside it."""

    def after(self, *resources: pulumi.Resource) -> pulumi.ResourceOptions:
        """The same options for what has to wait for `resources`."""
        return pulumi.ResourceOptions.merge(self.opts, pulumi.ResourceOptions(depends_on=list(resources)))
