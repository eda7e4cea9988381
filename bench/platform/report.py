"""The page, the picture and the data of one run of the platform."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.charts import CleanStyle, pygal
from bench.engine import PARALLEL
from bench.figures import as_json, table
from bench.platform.measured import Size, counted, figures, slopes
from bench.platform.waits import SHORT_SECONDS, Link
from bench.report import DOCS, about_this_machine

PAGE = Path(__file__).parent / "page.md"
"""The page around the tables."""
_TRANSPARENT, _BAR, _AT_WORK = "rgba(0,0,0,0)", "#9ecae1", "#3182bd"


def written(sizes: Sequence[Size]) -> None:
    """Write docs/benchmarks-platform.md, .json and .svg."""
    text = PAGE.read_text(encoding="utf-8").format(parallel=PARALLEL, **sections(sizes), **about_this_machine())
    (DOCS / "benchmarks-platform.md").write_text(text, encoding="utf-8")
    data = json.dumps(data_of(sizes), indent=2, ensure_ascii=False)
    (DOCS / "benchmarks-platform.json").write_text(data + "\n", encoding="utf-8")
    (DOCS / "benchmarks-platform.svg").write_text(picture(sizes[-1]), encoding="utf-8")


def sections(sizes: Sequence[Size]) -> dict[str, str]:
    """Return the tables of the page by name."""
    return {
        "sizes": ", ".join(str(size.models) for size in sizes),
        "largest": counted(sizes[-1].models),
        "servers": ", ".join(str(size.servers) for size in sizes),
        "figures": "\n".join(f"### {counted(size.models)}\n\n{table(figures([size]))}" for size in sizes),
        "slopes": table(slopes(sizes)) if len(sizes) > 1 else "One size only: no slope.\n",
        "phases": phase_table(sizes),
        "chains": "\n".join(chain_table(size) for size in sizes),
        "held": held_table(sizes[-1]),
    }


def as_text(sizes: Sequence[Size]) -> str:
    """Return the tables for a terminal."""
    found = sections(sizes)
    return "\n".join(found[name] for name in ("figures", "slopes", "phases", "chains", "held"))


def data_of(sizes: Sequence[Size]) -> dict[str, Any]:
    """Return everything as JSON data."""
    about = about_this_machine()
    return as_json([*figures(sizes), *slopes(sizes)], about) | {
        "sizes": [
            {
                "models": size.models,
                "servers": size.servers,
                "phases": [asdict(phase) for phase in size.phases],
                "chain": [_link(link) for link in size.chain],
                "held": [_link(link) for link in size.held],
            }
            for size in sizes
        ]
    }


def phase_table(sizes: Sequence[Size]) -> str:
    """Return when each phase of the first `up` began and ended, and how long it was at work, by size."""
    heads = [counted(size.models) for size in sizes]
    lines = [f"| phase | {' | '.join(heads)} |", f"| --- |{' --- |' * len(sizes)}"]
    names = dict.fromkeys(phase.name for size in sizes for phase in size.phases)
    for name in names:
        cells = []
        for size in sizes:
            phase = next((one for one in size.phases if one.name == name), None)
            cells.append(
                "–" if phase is None else f"{phase.began:.0f} – {phase.ended:.0f} s, {phase.at_work:.1f} s at work"
            )
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def chain_table(size: Size) -> str:
    """Return the longest chain of one size; short links in a row are told together."""
    lines = [f"### {counted(size.models)}\n", "| resource | held back | took | at |", "| --- | --- | --- | --- |"]
    short: list[Link] = []
    for link in size.chain:
        if link.seconds < SHORT_SECONDS:
            short.append(link)
            continue
        lines += [*_together(short), _row(link)]
        short = []
    return "\n".join([*lines, *_together(short)]) + "\n"


def held_table(size: Size) -> str:
    """Return what was held back longest at one size."""
    lines = ["| resource | held back | took | at |", "| --- | --- | --- | --- |"]
    return "\n".join([*lines, *(_row(link) for link in size.held)]) + "\n"


def picture(size: Size) -> str:
    """Return the phases of the first `up` over time, as SVG."""
    chart = pygal.HorizontalStackedBar(
        style=CleanStyle(colors=(_TRANSPARENT, _AT_WORK, _BAR)),
        title=f"First `up` of {counted(size.models)}: phases in seconds since its begin",
        height=420,
        js=(),
    )
    phases = size.phases[::-1]  # the first bar is drawn at the bottom
    chart.x_labels = [phase.name for phase in phases]
    chart.add("", [round(phase.began, 1) for phase in phases])
    chart.add("at work", [round(phase.at_work, 1) for phase in phases])
    chart.add("waiting for others", [round(phase.ended - phase.began - phase.at_work, 1) for phase in phases])
    return str(chart.render(is_unicode=True, disable_xml_declaration=True)) + "\n"


def _together(links: Sequence[Link]) -> list[str]:
    if not links:
        return []
    held, took = sum(link.held for link in links), sum(link.step.took for link in links)
    return [f"| {len(links)} short ones | {held:.1f} s | {took:.1f} s | {links[-1].step.ended:.1f} s |"]


def _row(link: Link) -> str:
    kind = link.step.type.rpartition(":")[2].rpartition("/")[2]
    return f"| {kind} `{link.step.name}` | {link.held:.1f} s | {link.step.took:.1f} s | {link.step.ended:.1f} s |"


def _link(link: Link) -> dict[str, Any]:
    return {"resource": link.step.name, "type": link.step.type, "held": link.held, "took": link.step.took}
