"""PortalSettings: who may sign up at the developer portal, and what the portals show.

3scale 2.15 resets `account_approval_required` in every write that leaves it out (porta,
admin/api/settings_controller.rb), so it is always sent, with the value that was just read.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from pulumi import Input, Output, ResourceOptions

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.entity import EntityResource
from dynamic_providers.threescale.errors import ThreescaleError
from dynamic_providers.threescale.singleton import FORMER, Singleton, SingletonProps, SingletonProvider

APPROVAL = "account_approval_required"
SOMETIMES = {
    "enforce_sso": "3scale has this setting from release 2.16 on",
    APPROVAL: "3scale has this setting where the tenant has a default account plan",
}
"""Settings that not every tenant has → when one has it (porta, app/representers/settings_representer.rb)."""

PlanChange = Literal["request", "none", "credit_card", "request_credit_card", "direct"]
"""How a developer changes a plan (porta, app/models/settings.rb)."""


@dataclass(frozen=True, kw_only=True)
class PortalSettingsArgs:
    """What a caller declares; a field that is left out is not managed."""

    signups_enabled: Input[bool] | None = None
    """The portal has a sign-up form for local passwords."""
    account_approval_required: Input[bool] | None = None
    """An administrator accepts each account that signs up."""
    enforce_sso: Input[bool] | None = None
    """Members of the admin portal sign in by single sign-on alone, which needs a published integration there; from
    3scale 2.16 on."""
    useraccountarea_enabled: Input[bool] | None = None
    """Developers see and change their account and its users."""
    public_search: Input[bool] | None = None
    """Who is not signed in can search the portal."""
    hide_service: Input[bool] | None = None
    """The portal names no product where there is only one."""
    account_plans_ui_visible: Input[bool] | None = None
    """The admin portal shows account plans."""
    service_plans_ui_visible: Input[bool] | None = None
    """The admin portal shows service plans; those of new products then start hidden."""
    change_account_plan_permission: Input[str] | None = None
    """`request`, `none`, `credit_card`, `request_credit_card` or `direct`."""
    change_service_plan_permission: Input[str] | None = None
    """Likewise."""
    restore: Input[bool] = True
    """Put former values back when a field is no longer declared, and on destroy."""


class PortalSettingsProps(SingletonProps):
    """The same fields, resolved."""

    signups_enabled: bool | None = None
    account_approval_required: bool | None = None
    enforce_sso: bool | None = None
    useraccountarea_enabled: bool | None = None
    public_search: bool | None = None
    hide_service: bool | None = None
    account_plans_ui_visible: bool | None = None
    service_plans_ui_visible: bool | None = None
    change_account_plan_permission: PlanChange | None = None
    change_service_plan_permission: PlanChange | None = None


class PortalSettingsProvider(SingletonProvider):
    """`/admin/api/settings`."""

    singleton = Singleton(title="settings", path="settings", wrapper="settings")
    props = PortalSettingsProps

    def refuse(self, item: Json, wanted: Json) -> None:
        """Refuse a setting that this tenant does not have: 3scale would ignore it without a word."""
        for name, since in SOMETIMES.items():
            if name in wanted and name not in item:
                raise ThreescaleError(
                    "change the settings of the tenant",
                    f"`{name}` was declared, and this tenant has no such setting",
                    since,
                    f"Leave `{name}` out",
                )

    def always(self, item: Json) -> Json:
        """Return the setting that 3scale 2.15 would reset, as it is."""
        return {APPROVAL: item[APPROVAL]} if APPROVAL in item else {}


class PortalSettings(EntityResource, module="threescale", name="PortalSettings"):
    """The settings of the tenant."""

    secret_outputs: ClassVar[tuple[str, ...]] = (FORMER,)
    former: Output[str]
    """What the managed fields held before, as JSON text; secret."""

    def __init__(self, name: str, args: PortalSettingsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(PortalSettingsProvider(), name, args, opts)
