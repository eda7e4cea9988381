"""When each phase of a first `up` began, ended, and was at work; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.platform.steps import PROVIDER, STACK, Step

START = "engine, program and preflight"
"""Up to the first resource that is neither the stack nor a provider instance."""

PHASES: Mapping[str, frozenset[str]] = {
    "operators": frozenset({"OperatorInstall"}),
    "nodes and GPUs": frozenset({"WorkNamespaces", "WorkerPool", "GpuNodePool", "GpuSoftware", "Autoscaling"}),
    "storage": frozenset({"OdfStorage", "ObjectStore", "ModelStore", "ImportTools", "ModelImport"}),
    "OpenShift AI": frozenset({"OpenShiftAi", "ServingAccess"}),
    "model servers": frozenset({"ModelServer"}),
    "identity": frozenset({"IdentityServer", "LegacyIdentityServer", "MaasRealm", "LegacyRealm"}),
    "3scale": frozenset({"ThreeScaleInstall"}),
    "tenant and consumers": frozenset({"ThreeScaleTenant", "Consumers"}),
    "model APIs": frozenset({"ModelApi", "ModelRoute"}),
    "monitoring": frozenset({"Monitoring"}),
}
"""Phase → components that make it."""

OTHER = "others"


@dataclass(frozen=True, kw_only=True)
class Phase:
    """One phase of a run, in seconds since the run began."""

    name: str
    steps: int
    began: float
    ended: float
    at_work: float
    """Seconds in which at least one of its resources was in the making."""


def phase_of(step: Step) -> str | None:
    """Name of the phase to which a step belongs; nothing for the stack, a component or a provider instance."""
    if step.is_component or step.type.startswith(PROVIDER):
        return None
    component = next((type_.rpartition(":")[2] for type_ in step.types if type_.startswith("maas:")), "")
    return next((name for name, components in PHASES.items() if component in components), OTHER)


def phases(steps: Iterable[Step]) -> list[Phase]:
    """Return the phases that have steps, in the order of `PHASES`, after the start."""
    listed = list(steps)
    by_phase: dict[str, list[Step]] = {}
    for step in listed:
        if (name := phase_of(step)) is not None:
            by_phase.setdefault(name, []).append(step)
    found = [_phase(name, by_phase[name]) for name in (*PHASES, OTHER) if name in by_phase]
    return [_start(listed), *found] if found else []


def _start(steps: Sequence[Step]) -> Phase:
    first = min(step.began for step in steps if step.type != STACK and not step.type.startswith(PROVIDER))
    return Phase(name=START, steps=0, began=0.0, ended=first, at_work=first)


def _phase(name: str, steps: Sequence[Step]) -> Phase:
    return Phase(
        name=name,
        steps=len(steps),
        began=min(step.began for step in steps),
        ended=max(step.ended for step in steps),
        at_work=covered((step.began, step.ended) for step in steps),
    )


def covered(spans: Iterable[tuple[float, float]]) -> float:
    """Return the seconds that lie in at least one of the spans."""
    total, reached = 0.0, float("-inf")
    for began, ended in sorted(spans):
        total += max(0.0, ended - max(began, reached))
        reached = max(reached, ended)
    return total
