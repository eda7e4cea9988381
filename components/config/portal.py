"""The developer portal: who gets in, and what it shows."""

from typing import Literal

from pydantic import Field

from components.config.section import DnsLabel, Section, Title

PlanChange = Literal["request", "none", "credit_card", "request_credit_card", "direct"]
"""How a developer changes a plan (porta, app/models/settings.rb)."""


class PortalSso(Section):
    """The portal's side of single sign-on; it exists with `identity`."""

    system_name: DnsLabel = Field(
        default="keycloak",
        description="Name of the integration in the portal; the address to which a login returns is computed from it. "
        "It cannot be changed later.",
    )
    name: Title = Field(
        default="Red Hat Single Sign-On",
        description="Title of the integration, on the button of the login page. It cannot be changed later.",
    )
    published: bool = Field(default=True, description="Whether the login page offers the integration.")
    auto_approve: bool = Field(
        default=True,
        description="Whether the account of somebody who signs in for the first time is approved at once. When "
        "false, an administrator accepts it.",
    )
    skip_tls_verify: bool = Field(
        default=False,
        description="Whether 3scale accepts any certificate of the identity server. For evaluation only, where 3scale "
        "does not trust the router's certificate.",
    )


class PortalSettings(Section):
    """Settings of the tenant; one that is left out stays as it is."""

    signups_enabled: bool | None = Field(
        default=None,
        description="Whether the portal has a sign-up form for local passwords. When left out, it has none with "
        "`identity`, and stays as it is without.",
    )
    account_approval_required: bool | None = Field(
        default=None, description="Whether an administrator must accept each account that signs up by the form."
    )
    enforce_sso: bool | None = Field(
        default=None,
        description="Whether members of the admin portal can sign in by single sign-on alone; from 3scale 2.16, and "
        "only where the admin portal has an integration of its own.",
    )
    useraccountarea_enabled: bool | None = Field(
        default=None, description="Whether developers see and change their account and its users."
    )
    public_search: bool | None = Field(
        default=None, description="Whether people who are not signed in can search the portal."
    )
    hide_service: bool | None = Field(
        default=None, description="Whether the portal names no product where a tenant has only one."
    )
    account_plans_ui_visible: bool | None = Field(
        default=None, description="Whether the admin portal shows account plans."
    )
    service_plans_ui_visible: bool | None = Field(
        default=None,
        description="Whether the admin portal shows service plans. When true, those of new products start hidden.",
    )
    change_account_plan_permission: PlanChange | None = Field(
        default=None, description="What happens when a developer wants another account plan."
    )
    change_service_plan_permission: PlanChange | None = Field(
        default=None, description="What happens when a developer wants another service plan."
    )


class Portal(Section):
    """The developer portal."""

    settings: PortalSettings = Field(default=PortalSettings(), description="Settings of the tenant.")
    sso: PortalSso = Field(default=PortalSso(), description="Single sign-on at the portal.")
