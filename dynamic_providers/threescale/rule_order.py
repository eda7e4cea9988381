"""The order of mapping rules: 3scale numbers them without gaps, a program declares positions with gaps. Pure."""

from collections.abc import Iterable, Mapping

from dynamic_providers.json_object import Json

GAP = 10
"""Distance of positions made up for rules that nobody declared."""


def in_order(rules: Iterable[Json]) -> list[Json]:
    """Return rules as the gateway tries them."""
    return sorted(rules, key=lambda rule: (rule["position"], rule["id"]))


def declared_positions(served: Iterable[str], declared: Mapping[str, int]) -> dict[str, int]:
    """Return key → position in the order `served`: declared numbers ascending, others made up in between.

    A declared rule that stands in another place gets another rule's number, which is how the move shows in a diff.
    """
    keys = list(served)
    numbers = sorted(declared[key] for key in keys if key in declared)
    positions, before = {}, 0
    for key in keys:
        made_up = max(1, (before + numbers[0]) // 2) if numbers else before + GAP
        before = numbers.pop(0) if key in declared else made_up
        positions[key] = before
    return positions


def named(served: list[Json]) -> dict[str, Json]:
    """Return key → rule; a second rule of the same method and pattern is told apart by its id."""
    held: dict[str, Json] = {}
    for rule in served:
        key = f"{rule['http_method']} {rule['pattern']}"
        held[key if key not in held else f"{key} (id {rule['id']})"] = rule
    return held
