"""Mapping rules of a product in their places: read in the order in which the gateway tries them, and put in one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.mapping_rule import rule_differs
from dynamic_providers.threescale.rule_gaps import close_gaps
from dynamic_providers.threescale.rule_order import in_order, placements

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi


def served_rules(api: "AdminApi", path: str) -> list[Json]:
    """Return the rules below `path` as the gateway tries them."""
    return in_order(api.pages(path, "mapping_rules"))


def put_in_place(
    api: "AdminApi", path: str, fields: Mapping[str, Json], served: Mapping[str, Json], *, gaps: bool
) -> dict[str, Json]:
    """Write what differs, first to last, and return key → rule of all that are served then.

    `fields` are the declared rules in their order, as they are sent; `served` those of the server in theirs; `gaps`
    tells whether the positions of these have any.
    """
    differing = {key for key in fields.keys() & served.keys() if rule_differs(served[key], fields[key])}
    writes, served = list(placements(list(fields), list(served), differing)), dict(served)
    if gaps and any(place is not None for _, place in writes):
        close_gaps(api, path, served_rules(api, path))
    for key, place in writes:
        body = {"mapping_rule": fields[key] | ({} if place is None else {"position": place + 1})}
        if key in served:
            api.call("PATCH", f"{path}/{served[key]['id']}", body)
        else:
            served[key] = api.item("POST", path, body)
    return served
