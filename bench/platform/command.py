"""`python -m bench platform`: the whole platform on a sandbox, as its catalogue grows."""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.engine import LAYOUT, BenchError
from bench.platform.report import as_text, data_of, written
from bench.platform.runs import Bench


def sizes(text: str) -> list[int]:
    """Return the sizes of a list such as `1,20,100`, from small to large.

    Raises:
        argparse.ArgumentTypeError: One of them is no number from 1.
    """
    words = [word.strip() for word in text.split(",")]
    wrong = [word for word in words if not word.isdigit() or int(word) < 1]
    if wrong:
        message = f"sizes {text!r} were asked for: {wrong[0]!r} is none; allowed are numbers from 1, such as 1,20,100"
        raise argparse.ArgumentTypeError(message)
    return sorted({int(word) for word in words})


def main(words: Sequence[str]) -> int:
    """Run it; 0 done (goals met or not: the table says), 1 a run failed, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m bench platform", description=__doc__)
    parser.add_argument("--models", type=sizes, default="1,20,100", help="sizes (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks-platform.md, .json and .svg")
    chosen = parser.parse_args(words)
    if not (LAYOUT.bin / "pulumi").exists():
        sys.stderr.write(f"error: no engine in {LAYOUT.bin}; run `make setup` first\n")
        return 1
    try:
        with tempfile.TemporaryDirectory(prefix="maas-bench-") as folder:
            found = Bench(Path(folder), chosen.models).all()
    except BenchError as failure:
        sys.stderr.write(f"error: {failure}\n")
        return 1
    if chosen.json:
        chosen.json.write_text(json.dumps(data_of(found), indent=2) + "\n", encoding="utf-8")
    if chosen.write:
        written(found)
    sys.stdout.write(as_text(found))
    return 0
