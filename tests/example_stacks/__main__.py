"""Writes docs/example-stacks.md from the stack files; fails when a file cannot be previewed."""

import argparse
import logging
import sys

from tests.example_stacks.page import PATH, page
from tests.example_stacks.stacks import examples
from tests.support.stack_file import ROOT


def main(arguments: list[str]) -> int:
    """Exit code: 0 when the page is written or current, 1 when `--check` found that it is not."""
    parser = argparse.ArgumentParser(prog="python -m tests.example_stacks", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is not current")
    chosen = parser.parse_args(arguments)
    # What a preview points out belongs to whoever runs one.
    logging.getLogger("pulumi.recorder").setLevel(logging.ERROR)
    text = page(examples())
    if not chosen.check:
        PATH.write_text(text, encoding="utf-8")
    elif not PATH.is_file() or PATH.read_text(encoding="utf-8") != text:
        sys.stderr.write(f"{PATH.relative_to(ROOT)} is not current; run: python -m tests.example_stacks\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
