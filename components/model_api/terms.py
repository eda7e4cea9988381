"""Under which terms a model is offered, as 3scale takes them; pure."""

from typing import Any

from components.config import Plan


def plan_terms(plan: Plan) -> dict[str, Any]:
    """What a plan declares besides its names, as the fields of an application plan.

    Limits are keyed by `<metric> per <period>`, prices by `<metric> from <first>[ to <last>]`, features by permanent
    name; amounts are in the tenant's currency.
    """
    return {
        "published": plan.published,
        "approval_required": plan.approval_required,
        "setup_fee": plan.setup_fee,
        "cost_per_month": plan.cost_per_month,
        "trial_period_days": plan.trial_period_days,
        "limits": {limit: {"value": value} for limit, value in plan.limits.items()},
        "prices": {units: {"cost_per_unit": price} for units, price in plan.prices.items()},
        "features": {
            name: {"name": feature.display_name, "description": feature.description}
            for name, feature in plan.features.items()
        },
    }
