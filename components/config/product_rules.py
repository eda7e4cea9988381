"""What developers may do with the applications of a product."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from components.config.section import Section

PlanChange = Literal["request", "none", "credit_card", "request_credit_card", "direct"]
"""How a developer changes a plan (porta, app/models/service.rb)."""

SupportEmail = Annotated[str, StringConstraints(pattern=r"^([^@\s]+@[^@\s]+\.[^@\s]+)?$", max_length=255)]
"""An e-mail address, or nothing."""


class ProductRules(Section):
    """Usage rules of every model's product."""

    buyers_manage_apps: bool = Field(
        default=True, description="Whether developers create and change applications by themselves."
    )
    buyers_manage_keys: bool = Field(
        default=True, description="Whether developers add and remove keys of their applications."
    )
    custom_keys_enabled: bool = Field(
        default=False, description="Whether developers may choose keys. When false, every key is a random one."
    )
    buyer_key_regenerate_enabled: bool = Field(
        default=True, description="Whether developers may replace the key of an application by a new random one."
    )
    mandatory_app_key: bool = Field(
        default=True, description="Whether an application of a product with ids and keys always has a key."
    )
    buyer_can_select_plan: bool = Field(
        default=False, description="Whether developers choose the plan when they create an application."
    )
    buyer_plan_change_permission: PlanChange = Field(
        default="request", description="What happens when a developer wants another plan: by default a request is sent."
    )
    referrer_filters_required: bool = Field(
        default=False, description="Whether an application must name the hosts from which it calls."
    )
    intentions_required: bool = Field(
        default=False, description="Whether developers must say what they will use the model for."
    )
    support_email: SupportEmail = Field(
        default="", description="Address for questions about the product. When left out, the tenant's."
    )


def _own(rule: str) -> Any:  # noqa: ANN401 - as pydantic's Field, the default of a field of any type
    return Field(default=None, description=f"As `apiDefaults.product.{rule}`, for this model alone.")


class ProductRuleChanges(Section):
    """Usage rules of one model's product that differ from `apiDefaults.product`."""

    buyers_manage_apps: bool | None = _own("buyersManageApps")
    buyers_manage_keys: bool | None = _own("buyersManageKeys")
    custom_keys_enabled: bool | None = _own("customKeysEnabled")
    buyer_key_regenerate_enabled: bool | None = _own("buyerKeyRegenerateEnabled")
    mandatory_app_key: bool | None = _own("mandatoryAppKey")
    buyer_can_select_plan: bool | None = _own("buyerCanSelectPlan")
    buyer_plan_change_permission: PlanChange | None = _own("buyerPlanChangePermission")
    referrer_filters_required: bool | None = _own("referrerFiltersRequired")
    intentions_required: bool | None = _own("intentionsRequired")
    support_email: SupportEmail | None = _own("supportEmail")


def effective(defaults: ProductRules, changes: ProductRuleChanges | None) -> dict[str, Any]:
    """The usage rules of one product by their names in 3scale."""
    own = {} if changes is None else changes.model_dump(exclude_none=True)
    return {**defaults.model_dump(), **own}
