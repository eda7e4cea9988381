"""Features of an application plan: what the portal lists beside it. They belong to the product and are attached to it.

A feature is made in the product when it is missing there, and stays there when no plan has it any more: others may
list it. All plans of a product share its title and description.
"""

from typing import TYPE_CHECKING

from dynamic_providers.declared import Member
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.errors import Rejected
from dynamic_providers.threescale.owned import removed
from dynamic_providers.threescale.shapes import Title

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

SCOPE, SCOPE_AS_SHOWN = "ApplicationPlan", "application_plan"
"""porta, app/models/feature.rb and app/representers/feature_representer.rb."""


class Feature(Member):
    """What people read about it."""

    name: Title
    description: str = ""


def held_features(api: "AdminApi", plan: Json, _product_id: str) -> dict[str, Json]:
    """Return system name → feature of a plan."""
    return _by_name(api, _of_plan(plan))


def set_features(api: "AdminApi", plan: Json, product_id: str, wanted: Json, held: dict[str, Json]) -> None:
    """Bring the features of a plan from `held` to `wanted`, and those of the product with them."""
    removed(api, (f"{_of_plan(plan)}/{held[name]['id']}" for name in held.keys() - wanted.keys()))
    known = held if wanted.keys() <= held.keys() else _by_name(api, _of_product(product_id)) | held
    for name, fields in wanted.items():
        feature = known.get(name) or _made(api, product_id, name, fields)
        if feature_fields(feature) != fields:
            api.call("PUT", f"{_of_product(product_id)}/{feature['id']}", {"feature": fields})
        if name not in held:
            _attach(api, plan, feature)


def feature_fields(feature: Json) -> Json:
    """Return what is declared of a feature that the server holds."""
    return {name: feature.get(name) or "" for name in Feature.model_fields}


def _made(api: "AdminApi", product_id: str, name: str, fields: Json) -> Json:
    try:
        return api.item("POST", _of_product(product_id), {"feature": {"system_name": name, "scope": SCOPE, **fields}})
    except Rejected as refusal:
        # Another plan of the product made it in the meantime.
        held = _by_name(api, _of_product(product_id)) if refusal.is_taken("system_name") else {}
        if name not in held:
            raise
        return held[name]


def _attach(api: "AdminApi", plan: Json, feature: Json) -> None:
    if feature.get("scope", SCOPE_AS_SHOWN) != SCOPE_AS_SHOWN:
        name, scope = feature["system_name"], feature["scope"]
        reason = f"{name} exists in the product as a feature of every {scope}; give this one another system name"
        raise Rejected(f"attach features to application plan {plan['id']}", {"features": [reason]})
    api.call("POST", _of_plan(plan), {"feature_id": feature["id"]})


def _by_name(api: "AdminApi", path: str) -> dict[str, Json]:
    return {feature["system_name"]: feature for feature in api.pages(path, "features")}


def _of_plan(plan: Json) -> str:
    return f"application_plans/{plan['id']}/features"


def _of_product(product_id: str) -> str:
    return f"services/{product_id}/features"
