"""The service plans of one product: how one is found among them, and which of them 3scale keeps.

It keeps the default one, the only one, and those with subscriptions.
"""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.errors import Rejected
from dynamic_providers.threescale.owned import removed

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi


def found(plans: Sequence[Json], known: Json) -> Json | None:
    """Return the plan by its id where that is known and right, else the first one of the name."""
    return found_by(plans, "id", known.get("plan_id")) or found_by(plans, "name", known["name"])


def found_by(plans: Sequence[Json], field: str, value: str | None) -> Json | None:
    """Return the first plan whose `field` says `value`."""
    return next((plan for plan in plans if str(plan[field]) == value), None)


def remove_or_say(api: "AdminApi", product_id: str, plan: Json, plans: Sequence[Json]) -> None:
    """Remove `plan`, one of the product's `plans`, where the product can do without it; else say that it stays."""
    if plan.get("default"):
        say_it_stays(product_id, plan, "as its default")
    elif len(plans) == 1:
        say_it_stays(product_id, plan, "as its only one")
    else:
        try:
            removed(api, [f"services/{product_id}/service_plans/{plan['id']}"])
        except Rejected:
            say_it_stays(product_id, plan, "for its subscriptions")


def say_it_stays(product_id: str, plan: Json, why: str) -> None:
    """Tell the person at the terminal."""
    sys.stdout.write(f"service plan {plan['id']} stays in product {product_id} {why}\n")
