"""Every broken state, in the order of the layers."""

from collections.abc import Mapping

from tests.broken_states import access, ground, serving
from tests.broken_states.broken_state import BrokenState

LAYERS: Mapping[str, tuple[BrokenState, ...]] = {
    "The cluster, its operators, nodes and storage": ground.STATES,
    "Model servers and weights": serving.STATES,
    "Identity and 3scale": access.STATES,
}

STATES: tuple[BrokenState, ...] = tuple(state for states in LAYERS.values() for state in states)
