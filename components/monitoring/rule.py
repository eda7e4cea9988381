"""One alert, as it is thought of; `manifests` writes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One alert."""

    name: str
    expression: str
    """What is wrong, in PromQL."""
    lasting: str
    """For how long, before somebody is told."""
    severity: str
    """`critical`, `warning` or `info`."""
    summary: str
    description: str
    labels: Mapping[str, str] = field(default_factory=dict)
