"""The page and the picture of one run."""

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.charts import CleanStyle, pygal
from bench.engine import PARALLEL
from bench.figures import Figure, as_json, table
from bench.tenant import ROOT

DOCS = ROOT / "docs"

PAGE = Path(__file__).parent / "page.md"
"""The page around the table."""


def written(figures: list[Figure]) -> None:
    """Write docs/benchmarks.md, .json and .svg."""
    about = about_this_machine()
    page = PAGE.read_text(encoding="utf-8").format(table=table(figures), parallel=PARALLEL, **about)
    (DOCS / "benchmarks.md").write_text(page, encoding="utf-8")
    data = json.dumps(as_json(figures, about), indent=2, ensure_ascii=False)
    (DOCS / "benchmarks.json").write_text(data + "\n", encoding="utf-8")
    (DOCS / "benchmarks.svg").write_text(picture(figures), encoding="utf-8")


def about_this_machine() -> dict[str, Any]:
    """Return date, cores, machine and Python's version."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
    }


def picture(figures: list[Figure]) -> str:
    """Return a bar per wall time, as SVG."""
    chart = pygal.HorizontalBar(
        style=CleanStyle, show_legend=False, title="Wall time in seconds", print_values=True, height=360, js=()
    )
    times = [one for one in figures if one.unit == "s"]
    chart.x_labels = [one.what.removeprefix("wall time, ").removeprefix("wall time of ") for one in times]
    chart.add("seconds", [round(one.value, 1) for one in times])
    return str(chart.render(is_unicode=True, disable_xml_declaration=True)) + "\n"
