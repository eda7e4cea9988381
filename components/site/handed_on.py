"""What one part of the platform hands on to another; parts do not know each other."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi


@dataclass(frozen=True, kw_only=True)
class PortalLogin:
    """Where developers sign in."""

    realm: pulumi.Resource
    """The realm with everything in it."""
    issuer_url: str
    """Its issuer."""
    client_id: pulumi.Output[str]
    """The portal's client."""
    client_secret: pulumi.Output[str]
    """Its secret, which the identity server makes."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A model as others can use it; ids are those of 3scale, known after the first update."""

    product: pulumi.Resource
    """The product."""
    product_id: pulumi.Output[str]
    """Its id."""
    backend_id: pulumi.Output[str]
    """Id of its backend."""
    plan_ids: Mapping[str, pulumi.Output[str]]
    """Ids of its application plans by their keys in the configuration."""
    service_plan_id: pulumi.Output[str]
    """Id of the plan under which accounts subscribe to it."""
    versions: Mapping[str, pulumi.Input[str]]
    """Versions of the configuration that `staging` and `production` use; "" where this stack promotes nothing."""
