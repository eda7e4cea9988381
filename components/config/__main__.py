"""Writes the schema and the reference pages, or says which of them are out of date."""

import argparse
import sys
from pathlib import Path

from components.config.generated import ROOT, docs_files, schema_files, stale


def main(arguments: list[str]) -> int:
    """Exit code: 0 when everything is written or current, 1 when `--check` found a stale file."""
    parser = argparse.ArgumentParser(prog="python -m components.config", description=__doc__)
    parser.add_argument("what", choices=["schema", "docs"], help="which files to write")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is not current")
    chosen = parser.parse_args(arguments)
    files = schema_files() if chosen.what == "schema" else docs_files()
    if chosen.check:
        return _report(stale(files), chosen.what)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


def _report(old: list[Path], what: str) -> int:
    for path in old:
        sys.stderr.write(f"{path.relative_to(ROOT)} is not current; run: python -m components.config {what}\n")
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
