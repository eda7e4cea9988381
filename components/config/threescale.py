"""The 3scale installation and what holds for every model's API."""

import re
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from components.config.file_storage import FileStorage
from components.config.gateway_policy import GatewayPolicy
from components.config.operators import OperatorChannel
from components.config.section import DnsLabel, Email, Section
from components.config.threescale_databases import ExternalDatabases
from components.config.threescale_mail import Smtp
from components.config.threescale_sizes import Part, PodResources, Replicas

Scope = Literal["account_management", "stats", "cms", "finance", "policy_registry"]
"""What a token opens (porta, app/models/access_token.rb)."""

Instant = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")]
"""A point in time (ISO 8601, UTC)."""


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
    """3scale API Management, installed by its operator."""

    tenant_name: Annotated[DnsLabel, StringConstraints(max_length=30)] = Field(
        default="maas",
        description="Names every host of 3scale: portal, admin portal and gateways. Permanent: preflight "
        "refuses another name than the installation has.",
    )
    admin_email: Email = Field(description="E-mail address of the tenant's first administrator.")
    resource_requirements: bool = Field(
        default=True,
        description="Whether 3scale's pods ask for the resources they need. When false, the scheduler takes them for "
        "free; for evaluation only, and refused in `prod`.",
    )
    resources: dict[Part, PodResources] = Field(
        default={},
        description="What single containers ask for and may use, by their names: apicastStaging, apicastProduction, "
        "backendListener, backendWorker, backendCron, systemMaster, systemProvider, systemDeveloper, systemSidekiq, "
        "systemSearchd, systemMemcached, zync, zyncQue. It replaces 3scale's own numbers.",
    )
    replicas: Replicas = Field(default=Replicas(), description="Numbers of pods.")
    pod_disruption_budgets: bool | None = Field(
        default=None,
        description="Whether a drained node may take at most one pod of each part at a time. When left out, it is so "
        "in `prod`.",
    )
    file_storage: FileStorage = Field(description="Where the portal keeps its files.")
    external_databases: ExternalDatabases | None = Field(
        default=None,
        description="Databases that somebody else runs; required from 3scale 2.16 on and in `prod`. When left out, "
        "3scale runs its own, each in one pod. They have to be ready before 3scale is installed: its operator looks "
        "at them once in 10 minutes.",
    )
    smtp: Smtp | None = Field(
        default=None,
        description="The server that takes 3scale's mail. When left out, 3scale sends none, so nobody can be invited "
        "or get a new password. It is read when 3scale starts.",
    )
    gateway_policy: GatewayPolicy = Field(
        default=GatewayPolicy(),
        description="The policy that counts tokens at the gateways. When left out, this project's own.",
    )
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
