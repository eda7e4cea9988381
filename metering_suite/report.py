"""What a run found, for people and for programs."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from metering_suite.counts import Counts
    from metering_suite.shapes.model import Mode
    from metering_suite.verdicts import Verdict


@dataclass(frozen=True, kw_only=True)
class Result:
    """One call: what the engine used, what the gateway counted, the verdicts on it."""

    shape: str
    mode: Mode
    temperature: str
    """`cold`: the first call of its key; `warm`: a later one."""
    verdicts: tuple[Verdict, ...]
    truth: Counts
    counted: Counts
    notes: tuple[str, ...]
    requests: int
    seconds_added: float
    """Compared to the same call at the engine itself, made just before."""
    first_byte_seconds_added: float

    @property
    def failing(self) -> bool:
        """Whether any verdict is one a gateway does not pass with."""
        return any(verdict.failing for verdict in self.verdicts)


@dataclass(frozen=True, kw_only=True)
class Report:
    """All calls of a run."""

    gateway: str
    meter: str
    seconds: float
    results: tuple[Result, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing was lost, counted double or changed."""
        return not any(result.failing for result in self.results)

    @property
    def tally(self) -> Counter[Verdict]:
        """How many calls have each verdict."""
        return Counter(verdict for result in self.results for verdict in result.verdicts)

    @property
    def cold(self) -> int:
        """How many calls were the first of their key."""
        return sum(result.temperature == "cold" for result in self.results)

    def of(self, shape: str) -> tuple[Result, ...]:
        """The calls of one shape."""
        return tuple(result for result in self.results if result.shape == shape)

    def as_json(self) -> dict[str, Any]:
        """Everything, as JSON values."""
        return {
            "gateway": self.gateway,
            "meter": self.meter,
            "seconds": round(self.seconds, 3),
            "passed": self.passed,
            "calls": len(self.results),
            "cold": self.cold,
            "tally": {str(verdict): count for verdict, count in sorted(self.tally.items())},
            "results": [_rounded(asdict(result)) for result in self.results],
        }


def _rounded(result: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 6) if isinstance(value, float) else value for name, value in result.items()}
