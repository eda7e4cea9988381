"""What one more model costs, and whether the hundredth costs more than the second; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from bench.figures import Figure

LINEAR = 1.3
"""A slope between larger catalogues over the slope between smaller ones, up to which growth counts as linear."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A measured value and its floor, in the same unit and the same run."""

    value: float
    floor: float | None = None


@dataclass(frozen=True, kw_only=True)
class Slope:
    """What one more model costs between two sizes of the catalogue."""

    smaller: int
    larger: int
    value: float
    floor: float | None


def slopes(by_models: Mapping[int, Pair]) -> list[Slope]:
    """Return the slope between each size of the catalogue and the next."""
    return [_slope(smaller, larger, by_models) for smaller, larger in pairwise(sorted(by_models))]


def _slope(smaller: int, larger: int, by_models: Mapping[int, Pair]) -> Slope:
    low, high = by_models[smaller], by_models[larger]
    more = larger - smaller
    floors = None if low.floor is None or high.floor is None else (high.floor - low.floor) / more
    return Slope(smaller=smaller, larger=larger, value=(high.value - low.value) / more, floor=floors)


def growth(found: list[Slope]) -> float | None:
    """Return the last slope over the first; nothing without two rising ones."""
    if len(found) < 2 or found[0].value <= 0:  # noqa: PLR2004 - a ratio of two
        return None
    return found[-1].value / found[0].value


def figures(what: str, unit: str, by_models: Mapping[int, Pair], *, judged: bool = True) -> list[Figure]:
    """Return one figure per slope, and how the last compares with the first; judged where it is to be linear."""
    found = slopes(by_models)
    lines = [
        Figure(
            what=f"{what}, {one.smaller} → {one.larger} models",
            value=one.value,
            unit=f"{unit} per model",
            floor=one.floor,
        )
        for one in found
    ]
    grown = growth(found)
    if grown is not None and judged:
        good = grown <= LINEAR
        title = f"{what}: last slope over the first"
        lines.append(Figure(what=title, value=grown, unit="×", goal=f"≤ {LINEAR} ×", good=good))
    return lines
