"""The change of a mapping rule that has to be live soon: fields of rules that stay where they are."""

from typing import TYPE_CHECKING

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.errors import NotFound
from dynamic_providers.threescale.foreign import BEFORE
from dynamic_providers.threescale.mapping_rule import rule_fields
from dynamic_providers.threescale.metric_names import metric_ids
from dynamic_providers.threescale.rule_order import declared_order

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

ANY_PLACE = {"position": 0}
"""Makes two rules comparable whose order is compared elsewhere."""


def rewritten(api: "AdminApi", path: str, wanted: Json) -> bool:
    """Send what differs from the inputs before an update, and tell whether that was all there is to do.

    It is, where the same rules are declared in the same order as before, and their ids are known from the last write
    or refresh. Nothing is asked then, so hand edits since are found by the next refresh, as they are for a resource
    that does not change. A rule that is gone makes the caller look at all of them.
    """
    before, rules, ids = wanted.get(BEFORE, {}), wanted["rules"], wanted.get("rule_ids", {})
    old = before.get("rules", {})
    alike = before.get("foreign") == wanted["foreign"] and declared_order(old) == declared_order(rules)
    changed = [key for key in rules if rules[key] | ANY_PLACE != old.get(key, {}) | ANY_PLACE]
    if not (alike and changed and rules.keys() <= ids.keys()):
        return False
    counted = {rules[key]["metric"] for key in changed if rules[key]["metric"] != old[key]["metric"]}
    metrics = metric_ids(api, wanted["product_id"], needed=counted) if counted else {}
    try:
        for key in changed:
            api.call("PATCH", f"{path}/{ids[key]}", {"mapping_rule": rule_fields(key, rules[key], metrics)})
    except NotFound:
        return False
    return True
