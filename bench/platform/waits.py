"""Which resources a run waited for, one after the other, and what held them back; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bench.platform.steps import PROVIDER, Step

SHORT_SECONDS = 0.5
"""Links below this are told together."""


@dataclass(frozen=True, kw_only=True)
class Link:
    """One resource of the longest chain."""

    step: Step
    held: float
    """Seconds from the end of the last thing that it needs to its own beginning: registering it, checking it, and
    waiting for a free worker of its plugin."""

    @property
    def seconds(self) -> float:
        """What it adds to the chain."""
        return self.held + self.step.took


def needs(resources: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """Return what each resource of a state needs, URN → URNs: dependencies, its provider instance, its parent."""
    return {one["urn"]: _needs(one) for one in resources}


def _needs(resource: Mapping[str, Any]) -> set[str]:
    properties = (resource.get("propertyDependencies") or {}).values()
    found = {urn for urns in properties for urn in urns or ()} | set(resource.get("dependencies") or ())
    if provider := resource.get("provider"):
        found.add(provider.rpartition("::")[0])  # the rest is the instance's id
    if parent := resource.get("parent"):
        found.add(parent)
    return found


def held(step: Step, needed: Iterable[str], steps: Mapping[str, Step]) -> tuple[float, Step | None]:
    """Return how long a step was held back, in seconds, and the last thing it needed; nothing when it needs nothing."""
    ready = [(_ready(steps[urn]), urn) for urn in needed if urn in steps]
    if not ready:
        return step.began, None
    when, last = max(ready)
    return max(0.0, step.began - when), steps[last]


def _ready(step: Step) -> float:
    # Parts of a component need its name only, which is known as soon as it begins.
    return step.began if step.is_component else step.ended


def longest_chain(steps: Iterable[Step], needed: Mapping[str, set[str]]) -> list[Link]:
    """Return the chain of resources that ended last, first one first; its seconds add up to the last one's end."""
    by_urn = {step.urn: step for step in steps}
    work = [step for step in by_urn.values() if not step.is_component]
    chain: list[Link] = []
    current = max(work, key=lambda step: step.ended, default=None)
    while current is not None:
        back, before = held(current, needed.get(current.urn, set()), by_urn)
        chain.append(Link(step=current, held=back))
        # A component in the chain is a moment of the program: what came before it is the program's own time.
        if before is not None and before.is_component:
            chain.append(Link(step=_moment(before), held=before.began))
            before = None
        current = before
    return chain[::-1]


def _moment(component: Step) -> Step:
    return Step(urn=component.urn, op=component.op, began=component.began, ended=component.began)


def most_held(steps: Iterable[Step], needed: Mapping[str, set[str]], most: int) -> list[Link]:
    """Return the `most` resources that were held back longest, whatever they took themselves."""
    by_urn = {step.urn: step for step in steps}
    links = [
        Link(step=step, held=held(step, needed.get(step.urn, set()), by_urn)[0])
        for step in by_urn.values()
        if not step.is_component and not step.type.startswith(PROVIDER)
    ]
    return sorted(links, key=lambda link: -link.held)[:most]
