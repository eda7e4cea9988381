"""The table, put together."""

from itertools import chain
from typing import TYPE_CHECKING

from components.config import Settings
from components.preflight.needs.gateway import gateway
from components.preflight.needs.ground import ground
from components.preflight.needs.identity import identity
from components.preflight.needs.need import Need
from components.preflight.needs.reading import reading
from components.preflight.needs.serving import serving

if TYPE_CHECKING:
    from components.preflight.needs.kinds import Kind


def needs(settings: Settings) -> tuple[Need, ...]:
    """Everything that this stack needs of its cluster: one line per kind, place and name, sorted."""
    verbs: dict[tuple[Kind, str, str], set[str]] = {}
    layers = (ground, serving, identity, gateway, reading)
    for need in chain.from_iterable(layer(settings) for layer in layers):
        verbs.setdefault((need.kind, need.namespace, need.name), set()).update(need.verbs)
    return tuple(Need(kind, tuple(sorted(found)), *where) for (kind, *where), found in sorted(verbs.items()))
