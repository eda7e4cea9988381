"""One way in which a platform can be broken, and what its operator then reads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.broken_states.world import World

Settings = Mapping[str, Any]
"""Changes of the stack file, key by key without the project's prefix; None removes a key."""

Step = Callable[[World], None]
"""What somebody does to the cluster."""

LIMIT = 8
"""Seconds of a wait that ends because its time is over; a stack file of a real cluster allows many minutes."""

LONG = 600
"""Seconds of a wait that has to end at once: longer than a test may last."""


def nothing(_world: World) -> None:
    """A state that the stack file alone brings about, or mends."""


@dataclass(frozen=True, kw_only=True)
class BrokenState:
    """A row of the table."""

    name: str
    broken: str
    """What is broken, as a heading of the documentation."""
    reads: tuple[str, ...]
    """Parts of the message, in their order: condition, reason, event, failing object."""
    means: str
    remedy: str
    waits: str = ""
    """Key of `waits` whose limit ends the run; empty for a state that is told at once."""
    limit: int = LIMIT
    """That limit: long enough for what is told to have come about."""
    settings: Settings = field(default_factory=dict)
    """The stack file of the case."""
    targets: tuple[str, ...] = ()
    """What `pulumi up` places of the platform; empty for all of it."""
    prepared: Settings | None = None
    """A stack file that is brought up before; None where the case begins with an empty cluster."""
    prepared_targets: tuple[str, ...] = ()
    spoil: Step = nothing
    """Brings the sandbox into the state."""
    mend: Step = nothing
    """Takes it out of the state."""
    mended: Settings = field(default_factory=dict)
    """What the remedy changes in the stack file."""
    heals: bool = True
    """Whether the next run is made too; not where it would need what the sandbox lacks."""
    early: bool = False
    """Whether it belongs to the few that `make test` runs."""
