"""`python -m bench`: calls, times and sizes of the 3scale part, each beside its floor.

`python -m bench platform` measures the whole platform on a sandbox, `python -m bench gateway` the token policy
on nginx, `python -m bench streams` many streams at a time through the sandbox's gateway.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.engine import LAYOUT, BenchError
from bench.figures import as_json, table
from bench.gateway.command import main as gateway
from bench.platform.command import main as platform
from bench.report import about_this_machine, written
from bench.runs import Bench
from bench.streams.command import main as streams

PLATFORM = "platform"
"""The word that asks for the whole platform."""
STREAMS = "streams"
"""The word that asks for many streams at a time."""
GATEWAY = "gateway"
"""The word that asks for the gateways' token policy."""


def main(words: Sequence[str] | None = None) -> int:
    """Run the bench; 0 done (goals met or not: the table says), 1 a run failed, 2 wrong usage."""
    words = sys.argv[1:] if words is None else words
    if words[:1] == [PLATFORM]:
        return platform(words[1:])
    if words[:1] == [GATEWAY]:
        return gateway(words[1:])
    if words[:1] == [STREAMS]:
        return streams(words[1:])
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--models", type=int, default=100, help="size of the largest catalogue (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md, .json and .svg")
    chosen = parser.parse_args(words)
    if chosen.models < 1:
        parser.error(f"--models {chosen.models}: allowed is a number from 1")
    if not (LAYOUT.bin / "pulumi").exists():
        sys.stderr.write(f"error: no engine in {LAYOUT.bin}; run `make setup` first\n")
        return 1
    try:
        with tempfile.TemporaryDirectory(prefix="maas-bench-") as folder:
            figures = Bench(Path(folder), chosen.models).all()
    except BenchError as failure:
        sys.stderr.write(f"error: {failure}\n")
        return 1
    if chosen.json:
        chosen.json.write_text(json.dumps(as_json(figures, about_this_machine()), indent=2) + "\n", encoding="utf-8")
    if chosen.write:
        written(figures)
    sys.stdout.write(table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
