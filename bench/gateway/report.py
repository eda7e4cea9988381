"""The page, the picture and the data of one run."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.charts import CleanStyle, pygal
from bench.figures import as_json, table
from bench.gateway.engine import EVENTS
from bench.gateway.measured import Measured, Pair, figures
from bench.gateway.runs import WARM_UP
from bench.report import DOCS, about_this_machine

PAGE = Path(__file__).parent / "page.md"
"""The page around the table."""
_FLOOR, _OURS = "#9ecae1", "#3182bd"
_NAMED = ("nginx", "libnginx-mod-http-lua", "libluajit2-5.1-2", "lua-cjson", "wrk")
"""Packages that the page names."""


def written(found: Measured, versions: Mapping[str, str], turns: int, seconds: int) -> None:
    """Write docs/benchmarks-gateway.md, .json and .svg; `versions` is package → version."""
    page = PAGE.read_text(encoding="utf-8").format(
        table=table(figures(found)),
        packages=", ".join(f"{name} {versions[name]}" for name in _NAMED),
        events=EVENTS,
        turns=turns,
        seconds=seconds,
        warm_up=f"{WARM_UP:,}",
        **about_this_machine(),
    )
    (DOCS / "benchmarks-gateway.md").write_text(page, encoding="utf-8")
    data = json.dumps(data_of(found, versions), indent=2, ensure_ascii=False)
    (DOCS / "benchmarks-gateway.json").write_text(data + "\n", encoding="utf-8")
    (DOCS / "benchmarks-gateway.svg").write_text(picture(found), encoding="utf-8")


def data_of(found: Measured, versions: Mapping[str, str]) -> dict[str, Any]:
    """Return everything as JSON data: the figures, and every turn of every load."""
    loads = [{"kind": kind, "connections": 1, "kept": False, **_turns(pair)} for kind, pair in found.apart.items()]
    loads += [
        {"kind": kind, "connections": number, "kept": True, **_turns(pair)}
        for (kind, number), pair in found.kept.items()
    ]
    return as_json(figures(found), about_this_machine()) | {"packages": dict(versions), "loads": loads}


def picture(found: Measured) -> str:
    """Return the throughput with the policy and without it, as SVG."""
    chart = pygal.HorizontalBar(
        style=CleanStyle(colors=(_OURS, _FLOOR)), title="Answers per second", height=420, print_values=False, js=()
    )
    pairs = list(found.kept.items())[::-1]  # the first bar is drawn at the bottom
    chart.x_labels = [f"{kind}, {number}" for (kind, number), _ in pairs]
    chart.add("with the policy", [round(max(load.per_second for load in pair.with_policy)) for _, pair in pairs])
    chart.add("without it", [round(max(load.per_second for load in pair.without)) for _, pair in pairs])
    return str(chart.render(is_unicode=True, disable_xml_declaration=True)) + "\n"


def _turns(pair: Pair) -> dict[str, Any]:
    return {
        "with_policy": [asdict(load) for load in pair.with_policy],
        "without": [asdict(load) for load in pair.without],
    }
