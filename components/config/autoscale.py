"""Replicas that follow the load."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from components.config.section import Section, rule

Measure = Literal["waitingRequests", "runningRequests", "cacheUsage"]
"""What is measured, by our name."""


@dataclass(frozen=True)
class Meter:
    """One series of vLLM."""

    series: str
    """Its name in Prometheus."""
    target: float
    """What one replica should have of it when nothing else is said."""


METERS: Mapping[Measure, Meter] = {
    "waitingRequests": Meter("vllm:num_requests_waiting", 5),
    "runningRequests": Meter("vllm:num_requests_running", 32),
    "cacheUsage": Meter("vllm:kv_cache_usage_perc", 0.8),
}
"""Series by measure (vllm, docs/design/metrics.md); the targets are ours: short queues, and a cache that still has
room."""


class Autoscale(Section):
    """Between how many replicas, and by which measure; done by KEDA, which the cluster must have."""

    min: Annotated[int, Field(ge=1, le=100)] = Field(
        default=1, description="Fewest replicas. There is always one: loading weights takes longer than a caller waits."
    )
    max: Annotated[int, Field(ge=2, le=100)] = Field(description="Most replicas; the pool must have room for them.")
    metric: Measure = Field(
        default="waitingRequests",
        description="What is measured: `waitingRequests` and `runningRequests` in vLLM's queue, or `cacheUsage`, the "
        "used share of the key-value cache from 0 to 1.",
    )
    target: Annotated[float, Field(gt=0, le=10_000)] | None = Field(
        default=None,
        description="What one replica should have of it. When left out, 5 waiting or 32 running requests, or 0.8 of "
        "the cache.",
    )
    cooldown_seconds: Annotated[int, Field(gt=0, le=3600)] = Field(
        default=900,
        description="How long fewer replicas are wanted before one goes, in seconds, an hour at most. 15 minutes when "
        "left out, since another one needs as long to come.",
    )
    """At most what a HorizontalPodAutoscaler takes (kubernetes, pkg/apis/autoscaling/validation)."""

    @model_validator(mode="after")
    def _range(self) -> Self:
        if self.min >= self.max:
            raise rule(
                given=f"min {self.min} and max {self.max} were given",
                allowed="a min below max; a fixed number is what replicas says",
                remedy="correct {path}.min or {path}.max, or give replicas instead of {path}",
            )
        return self

    @property
    def meter(self) -> Meter:
        """The series and its target."""
        known = METERS[self.metric]
        return known if self.target is None else Meter(known.series, self.target)
