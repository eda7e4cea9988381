"""`python -m tests.dynamic_providers.faults`: the fault table; code 1 when a cell did not converge."""

import argparse
import os
import sys
from pathlib import Path

from tests.dynamic_providers.faults.kinds import TROUBLES
from tests.dynamic_providers.faults.model import COURSES
from tests.dynamic_providers.faults.table import filled


def main() -> int:
    """Print the table and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.dynamic_providers.faults", description=__doc__)
    parser.add_argument("--course", action="append", choices=COURSES, help="only this course; can be repeated")
    parser.add_argument("--fault", action="append", choices=TROUBLES, help="only this column; can be repeated")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes; default: %(default)s")
    parser.add_argument("--json", type=Path, help="write every cell to this file")
    asked = parser.parse_args()
    table = filled(asked.course or list(COURSES), asked.fault or list(TROUBLES), asked.jobs, _say)
    for line in table.lines():
        _say(line)
    if asked.json:
        table.saved(asked.json)
    return 1 if table.wrong else 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
