"""Gaps between the positions of mapping rules, which only a position set by hand leaves behind.

3scale moves other rules aside for a position that is taken and keeps one that is free as it is (porta, acts_as_list),
so a place in the order is a position only where there are no gaps.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dynamic_providers.json_object import Json

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi


def without_gaps(api: "AdminApi", path: str, rules: Iterable[Json]) -> list[Json]:
    """Return `rules`, which are in order, numbered from 1; those behind a gap move up, and the order stays."""
    closed = []
    for position, rule in enumerate(rules, 1):
        if rule["position"] > position:
            api.call("PATCH", f"{path}/{rule['id']}", {"mapping_rule": {"position": position}})
        closed.append(rule | {"position": position})
    return closed
