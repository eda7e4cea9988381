"""Usage rules of a product: what developers may do with its applications. Defaults are 3scale's but for one.

`custom_keys_enabled` is off, because people choose weak keys.
"""

from dataclasses import dataclass
from typing import Literal

from pulumi import Input

from dynamic_providers.declared import Props


@dataclass(frozen=True, kw_only=True)
class UsageRulesArgs:
    """What a caller declares (porta, app/models/service.rb)."""

    buyers_manage_apps: Input[bool] = True
    """Developers make and change applications themselves."""
    buyers_manage_keys: Input[bool] = True
    """Developers add and remove keys of an application."""
    custom_keys_enabled: Input[bool] = False
    """Developers choose keys instead of having them made."""
    buyer_key_regenerate_enabled: Input[bool] = True
    buyer_can_select_plan: Input[bool] = False
    """Developers choose the plan of a new application."""
    buyer_plan_change_permission: Input[str] = "request"
    """How developers change the plan: `direct`, `request`, `none`, `credit_card` or `request_credit_card`."""
    mandatory_app_key: Input[bool] = True
    """A new application comes with a key, where applications are known by id and key."""
    referrer_filters_required: Input[bool] = False
    intentions_required: Input[bool] = False
    """Developers have to say what an application is for."""


class UsageRules(Props):
    """The same fields, resolved."""

    buyers_manage_apps: bool = True
    buyers_manage_keys: bool = True
    custom_keys_enabled: bool = False
    buyer_key_regenerate_enabled: bool = True
    buyer_can_select_plan: bool = False
    buyer_plan_change_permission: Literal["direct", "request", "none", "credit_card", "request_credit_card"] = "request"
    mandatory_app_key: bool = True
    referrer_filters_required: bool = False
    intentions_required: bool = False


USAGE_RULES = tuple(UsageRules.model_fields)
