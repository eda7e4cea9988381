"""What a run of the engine did and when, from the events that it tells while it works; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

PROVIDER = "pulumi:providers:"
STACK = "pulumi:pulumi:Stack"
_LEFT_ALONE = frozenset({"same", "read"})


@dataclass(frozen=True, kw_only=True)
class Step:
    """One resource in one run; times are seconds since the run began, as the events arrived."""

    urn: str
    op: str
    """What was done: `create`, `same`, `update`, …."""
    began: float
    """After the provider has checked the inputs: the engine tells no earlier."""
    ended: float

    @property
    def name(self) -> str:
        """The resource's name."""
        return self.urn.rpartition("::")[2]

    @property
    def types(self) -> list[str]:
        """Types from the outermost component to the resource itself."""
        return self.urn.split("::")[2].split("$")

    @property
    def type(self) -> str:
        """The resource's own type."""
        return self.types[-1]

    @property
    def is_component(self) -> bool:
        """Whether it is only a name for others; it ends when its constructor does, not when its parts do."""
        return self.type.startswith(("maas:", "bench:")) or self.type == STACK

    @property
    def took(self) -> float:
        """Seconds from begin to end."""
        return self.ended - self.began


@dataclass
class Told:
    """Events of one run, taken in one by one as they come."""

    begun: dict[str, Step] = field(default_factory=dict)
    done: dict[str, Step] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def take(self, seconds: float, event: Mapping[str, Any]) -> None:
        """Take in one event (pulumi, sdk/go/common/apitype/events.go) that arrived at `seconds`."""
        if before := event.get("resourcePreEvent"):
            known = before["metadata"]
            self.begun[known["urn"]] = Step(urn=known["urn"], op=known["op"], began=seconds, ended=seconds)
        elif after := event.get("resOutputsEvent"):
            known = after["metadata"]
            step = self.begun.get(known["urn"])
            began = seconds if step is None else step.began
            self.done[known["urn"]] = Step(urn=known["urn"], op=known["op"], began=began, ended=seconds)
        elif (said := event.get("diagnosticEvent")) and said.get("severity") == "error":
            self.errors.append(str(said["message"]))

    @property
    def steps(self) -> list[Step]:
        """What was done, by its end; a component that began and told no end ended as it began."""
        open_ended = {urn: step for urn, step in self.begun.items() if urn not in self.done}
        return sorted((open_ended | self.done).values(), key=lambda step: step.ended)


def written_objects(steps: Iterable[Step]) -> int:
    """Return how many objects of the cluster a run made or changed: each takes one write at least."""
    return sum(step.type.startswith("kubernetes:") and step.op not in _LEFT_ALONE for step in steps)
