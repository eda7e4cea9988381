"""Writes docs/troubleshooting.md from the broken states that the tests bring about."""

import argparse
import sys

from tests.broken_states.page import PATH, page
from tests.support.stack_file import ROOT


def main(arguments: list[str]) -> int:
    """Exit code: 0 when the page is written or current, 1 when `--check` found that it is not."""
    parser = argparse.ArgumentParser(prog="python -m tests.broken_states", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is not current")
    chosen = parser.parse_args(arguments)
    text = page()
    if not chosen.check:
        PATH.write_text(text, encoding="utf-8")
    elif not PATH.is_file() or PATH.read_text(encoding="utf-8") != text:
        sys.stderr.write(f"{PATH.relative_to(ROOT)} is not current; run: python -m tests.broken_states\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
