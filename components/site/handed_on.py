"""What one part of the platform hands on to another; parts do not know each other."""

from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """A bucket as pods of this cluster reach it by the S3 protocol."""

    name: pulumi.Input[str]
    """Its name."""
    endpoint: pulumi.Input[str]
    """URL of the store."""
    region: str
    """Region that clients name."""
    access_key_id: pulumi.Input[str]
    """Id of a key with write access."""
    secret_access_key: pulumi.Input[str]
    """The key."""
    service_authority: bool
    """Whether the authority of the cluster's Services signs the store's certificate."""
    ready: Sequence[pulumi.Resource]
    """What has to be there before the bucket is used."""


@dataclass(frozen=True, kw_only=True)
class ServerKey:
    """The key for which a model's server asks, as whoever sends it has to know it."""

    version: pulumi.Input[str]
    """What tells it from earlier ones, and is no secret."""
    ready: pulumi.Resource
    """Gate of the server that takes it: until then the server before it takes the one before."""
