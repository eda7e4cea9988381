"""Writes docs/threescale-provider.md from the code, or says that it is out of date."""

import argparse
import sys
from pathlib import Path

from dynamic_providers.reference.page import page

ROOT = Path(__file__).resolve().parents[2]
PATH = ROOT / "docs" / "threescale-provider.md"


def main(arguments: list[str]) -> int:
    """Exit code: 0 when the page is written or current, 1 when `--check` found it stale."""
    parser = argparse.ArgumentParser(prog="python -m dynamic_providers.reference", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is not current")
    text = page()
    if not parser.parse_args(arguments).check:
        PATH.write_text(text, encoding="utf-8")
        return 0
    if PATH.is_file() and PATH.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{PATH.relative_to(ROOT)} is not current; run: python -m dynamic_providers.reference\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
