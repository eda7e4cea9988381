"""What is measured at one size of the catalogue, and the figures that come of all sizes; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.figures import Figure
from bench.platform import growth
from bench.platform.growth import Pair
from bench.platform.phases import Phase
from bench.platform.waits import Link


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """Something that is measured at every size."""

    what: str
    """With `{models}`, which becomes the size in words."""
    unit: str
    slope: str = ""
    """What it is per further model; empty where that says nothing."""
    linear: bool = False
    """Whether the slope is judged: it must not rise."""
    zero: bool = False
    """Whether it has to be 0."""


QUANTITIES: Mapping[str, Quantity] = {
    "preview": Quantity(what="first preview of {models}", unit="s", slope="first preview", linear=True),
    "up": Quantity(what="first `up` of {models}", unit="s", slope="first `up`", linear=True),
    "resources": Quantity(what="resources of {models}", unit="resources", slope="resources", linear=True),
    "state": Quantity(what="state of {models}", unit="kB", slope="state", linear=True),
    "calls": Quantity(what="calls of the first `up` to 3scale, {models}", unit="calls", slope="calls to 3scale"),
    "writes": Quantity(
        what="writes of the first `up` to the cluster, {models}", unit="writes", slope="writes to the cluster"
    ),
    "again-preview": Quantity(
        what="preview without a change, {models}", unit="s", slope="preview without a change", linear=True
    ),
    "again-up": Quantity(what="`up` without a change, {models}", unit="s", slope="`up` without a change", linear=True),
    "again-writes": Quantity(what="writes of an `up` without a change, {models}", unit="writes", zero=True),
    "more-preview": Quantity(what="preview of one model more than {models}", unit="s"),
    "more-up": Quantity(what="`up` of one model more than {models}", unit="s"),
    "more-resources": Quantity(what="resources that one model more than {models} makes", unit="resources"),
    "more-calls": Quantity(what="calls to 3scale for one model more than {models}", unit="calls"),
    "more-writes": Quantity(what="of them writes, one model more than {models}", unit="writes"),
    "more-cluster-writes": Quantity(what="writes to the cluster for one model more than {models}", unit="writes"),
    "destroy": Quantity(what="`destroy` of {models}", unit="s", slope="`destroy`", linear=True),
    "memory": Quantity(what="memory of the sandbox, {models}", unit="MB", slope="memory of the sandbox"),
}
"""In the order of the table."""


@dataclass(kw_only=True)
class Size:
    """Everything of one size."""

    models: int
    values: dict[str, Pair] = field(default_factory=dict)
    """Key of `QUANTITIES` → what was found."""
    phases: list[Phase] = field(default_factory=list)
    """Of the first `up`."""
    chain: list[Link] = field(default_factory=list)
    """Its longest chain."""
    held: list[Link] = field(default_factory=list)
    """What was held back longest in it."""
    servers: int = 0
    """Processes of model servers in the sandbox."""


def counted(models: int) -> str:
    """Return the number of models in words."""
    return "1 model" if models == 1 else f"{models} models"


def figures(sizes: Sequence[Size]) -> list[Figure]:
    """Return what was measured, size by size."""
    return [_figure(size, key, pair) for size in sizes for key, pair in size.values.items()]


def slopes(sizes: Sequence[Size]) -> list[Figure]:
    """Return what one more model costs between the sizes."""
    lines: list[Figure] = []
    for key, quantity in QUANTITIES.items():
        found = {size.models: size.values[key] for size in sizes if key in size.values}
        if quantity.slope:
            lines += growth.figures(quantity.slope, quantity.unit, found, judged=quantity.linear)
    return lines


def _figure(size: Size, key: str, pair: Pair) -> Figure:
    quantity = QUANTITIES[key]
    what = quantity.what.format(models=counted(size.models))
    good = pair.value == 0 if quantity.zero else None
    return Figure(
        what=what,
        value=pair.value,
        unit=quantity.unit,
        floor=pair.floor,
        goal="0" if quantity.zero else "",
        good=good,
    )
