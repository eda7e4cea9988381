"""The figures of one run, each beside its floor and its goal."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table."""

    what: str
    value: float
    unit: str
    floor: float | None = None
    """What it is compared with, in the same unit and the same run."""
    goal: str = ""
    """In words; "" where the figure is only reported."""
    good: bool | None = None
    """Whether the goal is met."""

    @property
    def ratio(self) -> float | None:
        """The value over its floor."""
        return self.value / self.floor if self.floor else None


def as_json(figures: list[Figure], about: dict[str, Any]) -> dict[str, Any]:
    """Return everything as JSON data."""
    return about | {"figures": [asdict(one) | {"ratio": one.ratio} for one in figures]}


def table(figures: list[Figure]) -> str:
    """Return the figures as a Markdown table."""
    lines = ["| what | measured | floor | ratio | goal | met |", "| --- | --- | --- | --- | --- | --- |"]
    for one in figures:
        floor = f"{_number(one.floor)} {one.unit}" if one.floor is not None else "–"
        ratio = f"{one.ratio:.2f}" if one.ratio is not None else "–"
        met = {True: "yes", False: "**no**", None: "–"}[one.good]
        lines.append(
            f"| {one.what} | {_number(one.value)} {one.unit} | {floor} | {ratio} | {one.goal or '–'} | {met} |"
        )
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() or value >= 1000 else f"{value:.1f}"  # noqa: PLR2004 - digits
