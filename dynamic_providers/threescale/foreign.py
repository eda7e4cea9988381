"""Members of a set that nobody declared: somebody added them by hand, or another tool did.

`remove`: a refresh shows them by name, and the next write removes them. `keep`: they are neither shown nor touched.
What was declared and is left out now is not foreign; it is removed under both policies.
"""

from collections.abc import Mapping
from typing import Literal, TypeVar

from dynamic_providers.json_object import Json

REMOVE, KEEP = "remove", "keep"
Foreign = Literal["remove", "keep"]
"""What a set does with members nobody declared."""
BEFORE = "__before"
"""Under this name the inputs before an update travel beside the ones that are wanted; it is never stored."""

T = TypeVar("T")


def left_out(wanted: Json, name: str) -> frozenset[str]:
    """Return the members of the set `name` that an update stops declaring.

    Under `keep` a state holds declared members only; under `remove` it may hold what a refresh found, so a change
    from one policy to the other leaves everything that is not declared alone.
    """
    before: Json = wanted.get(BEFORE, {})
    return frozenset(before[name]) - frozenset(wanted[name]) if before.get("foreign") == KEEP else frozenset()


def answered_for(held: Mapping[str, T], wanted: Json, name: str) -> dict[str, T]:
    """Return those of the members `held` that are shown and brought in line with the set `name` of `wanted`."""
    if wanted["foreign"] == REMOVE:
        return dict(held)
    ours = wanted[name].keys() | left_out(wanted, name)
    return {key: member for key, member in held.items() if key in ours}
