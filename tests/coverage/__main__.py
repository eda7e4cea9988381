"""Writes docs/coverage.md from the marks in the tests; fails when a row is neither shown nor explained."""

import argparse
import sys
from pathlib import Path

from tests.coverage.marks import marked
from tests.coverage.page import page, rows, wrong

ROOT = Path(__file__).resolve().parents[2]
PATH = ROOT / "docs" / "coverage.md"


def main(arguments: list[str]) -> int:
    """Exit code: 0 when the page is complete and written or current, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m tests.coverage", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is not current")
    chosen = parser.parse_args(arguments)
    table, shown = rows(), marked()
    text, problems = page(table, shown), wrong(table, shown)
    if not chosen.check:
        PATH.write_text(text, encoding="utf-8")
    elif not PATH.is_file() or PATH.read_text(encoding="utf-8") != text:
        problems.append(f"{PATH.relative_to(ROOT)} is not current; run: python -m tests.coverage")
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
