"""The 3scale installation and what holds for every model's API."""

import re
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from components.config.operators import OperatorChannel
from components.config.section import DnsLabel, Email, Section

Scope = Literal["account_management", "stats", "cms", "finance", "policy_registry"]
"""What a token opens (porta, app/models/access_token.rb)."""

Instant = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")]
"""A point in time (ISO 8601, UTC)."""


class PersistentVolume(Section):
    """A volume that several pods write at once."""

    storage_class_name: Annotated[str, StringConstraints(min_length=1)] = Field(
        description="StorageClass that supports ReadWriteMany. The cluster's default class often does not, and the "
        "volume then stays pending for ever."
    )
    size: Annotated[str, StringConstraints(pattern=r"^[0-9]+(Mi|Gi|Ti)$")] = Field(
        default="100Mi", description="Requested size. When left out, what the operator asks for by itself."
    )


class FileStorage(Section):
    """Where the portal keeps its files."""

    pvc: PersistentVolume = Field(description="A persistent volume.")


class Emails(Section):
    """Addresses of the tenant; one that is left out stays as it is."""

    sender: Email | None = Field(default=None, alias="from", description="Sender of mails to developers.")
    support: Email | None = Field(default=None, description="Where developers turn to.")
    finance: Email | None = Field(default=None, description="Where developers turn to about invoices.")


class AutomationToken(Section):
    """An access token for programs of other teams, made by this stack; a change of it makes another."""

    scopes: Annotated[tuple[Scope, ...], Field(min_length=1)] = Field(
        default=("stats",),
        description="What the token opens. `account_management` also reads every developer's key and the secret of "
        "single sign-on.",
    )
    permission: Literal["ro", "rw"] = Field(default="ro", description="Whether the token only reads, or writes too.")
    expires_at: Instant | None = Field(
        default=None,
        description="When the token ends, such as `2027-01-31T00:00:00Z`; from 3scale 2.16. When left out, never.",
    )


class ThreeScale(OperatorChannel):
    """3scale API Management with its internal databases."""

    tenant_name: Annotated[DnsLabel, StringConstraints(max_length=30)] = Field(
        default="maas", description="Names every host of 3scale: portal, admin portal and gateways. Permanent."
    )
    admin_email: Email = Field(description="E-mail address of the tenant's first administrator.")
    resource_requirements: bool = Field(
        default=True,
        description="Whether 3scale's pods ask for the resources they need. When false, the scheduler takes them for "
        "free; for evaluation only.",
    )
    file_storage: FileStorage = Field(description="Where the portal keeps its files.")
    emails: Emails = Field(default=Emails(), description="Addresses of the tenant.")
    sample_data: Literal["remove", "keep"] = Field(
        default="remove",
        description="What becomes of the product and backend `api` and the account `Developer` of a new tenant. "
        "`remove` takes away exactly these, and refuses when one of them was renamed or is used; `keep` leaves them, "
        "and brings nothing back.",
    )
    automation_token: AutomationToken = Field(
        default=AutomationToken(), description="An access token for programs of other teams."
    )
    foreign_members: Literal["remove", "keep"] = Field(
        default="remove",
        description="What becomes of rules, limits, prices, features, backends, metrics and methods of this stack's "
        "products that somebody added by hand: `remove` shows them in a refresh and takes them away with the next "
        "write, `keep` neither shows nor touches them.",
    )
    adopt: bool = Field(
        default=False,
        description="Takes over what the tenant already has under the names of this stack: a published integration for "
        "single sign-on, and an access token, which is revoked and made anew. When false, a taken name is an error.",
    )

    @property
    def release(self) -> tuple[int, int] | None:
        """Major and minor release that the channel names (`threescale-2.15` is `(2, 15)`), or nothing."""
        named = re.search(r"-([0-9]+)\.([0-9]+)$", self.channel)
        return (int(named[1]), int(named[2])) if named else None


class Promotion(Section):
    """How far a changed API is promoted."""

    staging: bool = Field(default=True, description="Whether a change reaches the staging gateway.")
    production: bool = Field(
        default=True,
        description="Whether a change reaches the production gateway. When false, production keeps its version until "
        "somebody promotes it.",
    )
