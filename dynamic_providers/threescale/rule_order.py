"""The order of mapping rules: 3scale numbers them without gaps, a program declares positions with gaps. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from dynamic_providers.json_object import Json

GAP = 10
"""Distance of positions made up for rules that nobody declared."""


def in_order(rules: Iterable[Json]) -> list[Json]:
    """Return rules as the gateway tries them."""
    return sorted(rules, key=lambda rule: (rule["position"], rule["id"]))


def declared_order(rules: Mapping[str, Json]) -> list[str]:
    """Return the keys of declared rules as the gateway is to try them."""
    return sorted(rules, key=lambda key: (rules[key]["position"], key))


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
    """Return key → rule in the order `served`; of several with one method and pattern, the oldest has the plain key."""
    first: dict[str, int] = {}
    for rule in served:
        first[_key(rule)] = min(first.get(_key(rule), rule["id"]), rule["id"])
    return {
        _key(rule) if rule["id"] == first[_key(rule)] else f"{_key(rule)} (id {rule['id']})": rule for rule in served
    }


def _key(rule: Json) -> str:
    return f"{rule['http_method']} {rule['pattern']}"


def taken_up(
    served: Mapping[str, Json], spare: Sequence[str], wanted: Sequence[str]
) -> tuple[dict[str, Json], list[Json]]:
    """Return `served` as it is when spare rules are rewritten into those that are missing, and the rest of them.

    `spare` are keys of rules that are not wanted. Each missing one of `wanted` takes up the next of them, in its
    place; those that are left over are in neither the mapping nor the order.
    """
    heirs = dict(zip(spare, (key for key in wanted if key not in served), strict=False))
    left_over = [key for key in spare if key not in heirs]
    kept = {heirs.get(key, key): rule for key, rule in served.items() if key not in left_over}
    return kept, [served[key] for key in left_over]


def placements(
    wanted: Sequence[str], served: Sequence[str], rewritten: AbstractSet[str]
) -> Iterator[tuple[str, int | None]]:
    """Yield what has to be written so that `wanted` stand in their order among `served`, and where.

    Each is a key and its place, counted from 0 without itself; None when it may stay where it is. `served` may
    contain keys that are not wanted; they are passed over and keep their order. `rewritten` are written in any case.
    As few as possible of the others are.
    """
    order, previous = list(served), None
    settled = _longest_ascent([key for key in wanted if key in served and key not in rewritten], served)
    for number, key in enumerate(wanted):
        if key not in settled:
            heir = next((later for later in wanted[number:] if later in settled), None)
            place = _place(order, key, previous, heir)
            if place is not None:
                order = [other for other in order if other != key]
                order.insert(place, key)
            yield key, place
        previous = key


def _place(order: list[str], key: str, previous: str | None, heir: str | None) -> int | None:
    """Return where `key` belongs, behind `previous` and before `heir`; None when it is there."""
    others = [other for other in order if other != key]
    lowest = others.index(previous) + 1 if previous is not None else 0
    highest = others.index(heir) if heir is not None else len(others)
    if key in order and lowest <= order.index(key) <= highest:
        return None
    return lowest if previous is not None else highest


def _longest_ascent(keys: Sequence[str], served: Sequence[str]) -> frozenset[str]:
    """Return the most of `keys` that stand in this order among `served` already."""
    best: dict[str, tuple[str, ...]] = {}
    for key in keys:
        before = (chain for other, chain in best.items() if served.index(other) < served.index(key))
        best[key] = (*_longest(before), key)
    return frozenset(_longest(best.values()))


def _longest(chains: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return max(chains, key=len, default=())
