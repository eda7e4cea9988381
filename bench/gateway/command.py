"""`python -m bench gateway`: what the token policy costs on a real nginx."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.engine import LAYOUT, BenchError
from bench.figures import table
from bench.gateway.load import Wrk
from bench.gateway.measured import figures
from bench.gateway.report import data_of, written
from bench.gateway.runs import STREAMS, Bench
from sandbox.errors import SandboxError
from sandbox.nginx import Installation
from toolchain import debian
from toolchain.failure import ToolchainError
from toolchain.session import session


def positive(text: str) -> int:
    """Return a number from 1.

    Raises:
        argparse.ArgumentTypeError: It is none.
    """
    if not text.isdigit() or int(text) < 1:
        message = f"{text!r} was asked for: allowed is a number from 1, such as 4"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def main(words: Sequence[str]) -> int:
    """Run it; 0 done (goals met or not: the table says), 1 a run failed, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m bench gateway", description=__doc__)
    parser.add_argument("--seconds", type=positive, default=2, help="of each load (default: %(default)s)")
    parser.add_argument("--turns", type=positive, default=6, help="of each load (default: %(default)s)")
    parser.add_argument("--streams", type=positive, default=STREAMS, help="over which memory has to stay (%(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks-gateway.md, .json and .svg")
    chosen = parser.parse_args(words)
    try:
        current = session(LAYOUT, os.environ, sys.stderr)
        nginx, wrk = debian.obtain(current, "nginx"), debian.obtain(current, "wrk")
        found = Bench(Installation(nginx), Wrk(wrk), chosen.seconds, chosen.turns, chosen.streams).all()
    except (BenchError, SandboxError, ToolchainError) as failure:
        sys.stderr.write(f"error: {failure}\n")
        return 1
    versions = debian.versions(nginx) | debian.versions(wrk)
    if chosen.json:
        chosen.json.write_text(json.dumps(data_of(found, versions), indent=2) + "\n", encoding="utf-8")
    if chosen.write:
        written(found, versions, chosen.turns, chosen.seconds)
    sys.stdout.write(table(figures(found)))
    return 0
