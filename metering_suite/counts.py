"""Numbers of tokens, as an engine used them and as a gateway counted them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

METRICS = ("prompt", "completion", "total", "reasoning", "cached")
JUDGED = ("prompt", "completion", "total")
"""What every gateway has to count; the rest is judged where a meter is told its name."""

Counts = dict[str, int]
"""Tokens by name of METRICS."""


@dataclass(frozen=True)
class Tokens:
    """Tokens of one request; None: the kind of call does not know such."""

    prompt: int | None = 0
    completion: int | None = 0
    total: int | None = 0
    reasoning: int | None = 0
    cached: int | None = 0

    def generated(self, part: float) -> Tokens:
        """As much of it as was used when only a part of the answer had been generated."""
        if self.completion is None or self.prompt is None:
            return self
        completion = int(self.completion * part)
        reasoning = None if self.reasoning is None else min(self.reasoning, completion)
        return replace(self, completion=completion, total=self.prompt + completion, reasoning=reasoning)

    def as_counts(self) -> Counts:
        """By name, without those the kind of call does not know."""
        return {name: value for name in METRICS if (value := getattr(self, name)) is not None}


def tokens_of(request_id: str) -> Tokens:
    """Tokens of a request: other numbers for every id, the same ones for the same id."""
    seed = hashlib.sha256(request_id.encode()).digest()
    prompt = 20 + int.from_bytes(seed[:2]) % 9973
    completion = 20 + int.from_bytes(seed[2:4]) % 9949
    return Tokens(prompt, completion, prompt + completion, completion // 3, prompt // 4)


def summed(counts: Iterable[Mapping[str, int]]) -> Counts:
    """The sum by name."""
    total: Counts = {}
    for one in counts:
        for name, value in one.items():
            total[name] = total.get(name, 0) + value
    return total
