"""Gaps between the positions of mapping rules, which only a position set by hand leaves behind.

3scale moves other rules aside for a position that is taken and keeps one that is free as it is (porta, acts_as_list),
so a place in the order is a position only where there are no gaps.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dynamic_providers.json_object import Json

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi


def has_gaps(rules: Iterable[Json]) -> bool:
    """Tell whether `rules`, which are in order, are numbered otherwise than 1, 2, 3."""
    return any(rule["position"] != position for position, rule in enumerate(rules, 1))


def close_gaps(api: "AdminApi", path: str, rules: Iterable[Json]) -> None:
    """Number `rules`, which are in order, from 1: those behind a gap move up, and the order stays.

    Only for a move that needs it: rules that stand in their order are served alike with gaps and without.
    """
    for position, rule in enumerate(rules, 1):
        if rule["position"] > position:
            api.call("PATCH", f"{path}/{rule['id']}", {"mapping_rule": {"position": position}})
