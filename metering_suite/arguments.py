"""The command line's words."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, NoReturn

from metering_suite.errors import SuiteError
from metering_suite.gateway import AUTHORIZATION
from metering_suite.meters.threescale_stats import TOKEN_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY_VARIABLE = "METERING_KEY"
DEBUG_VARIABLE = "METERING_DEBUG"
"""Set to anything, an unexpected error shows where it came from."""
_LAST_PORT = 65535
_KEY_HELP = f"""a key it knows; several: each is cold once.
Other users of the machine see it among the running commands: --keys-file or the variable {KEY_VARIABLE}
keep it from them"""
_EXAMPLES = f"""examples:
  python -m metering_suite direct
  python -m metering_suite run --gateway http://127.0.0.1:8080 --fresh-keys \\
      --local --engine-port 8900 --backend-port 8901
  python -m metering_suite engine --port 8900 --control-port 8902
  python -m metering_suite run --gateway https://models.example --keys-file keys \\
      --engine-control http://127.0.0.1:8902 \\
      --meter threescale-stats --admin-url https://maas-admin.example --service 31

{TOKEN_VARIABLE} holds the token for 3scale's statistics, {KEY_VARIABLE} a key in place of --key.
exit codes: 0 nothing lost, double or changed; 1 something was; 2 wrong words, something cannot be reached,
or an unexpected error ({DEBUG_VARIABLE}=1 shows where it came from)"""


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _count(text: str) -> int:
    number = _number(text)
    if not number:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of at least 1")
    return number


def _port(text: str) -> int:
    number = _number(text)
    if number is None or number > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 (a free one) to {_LAST_PORT}")
    return number


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds of at least 0")
    return number


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise SuiteError(
            asked=f"the command line of {self.prog}",
            value=message,
            allowed="what `python -m metering_suite --help` lists",
            action="correct the word; --help explains each",
        )


def parsed(words: Sequence[str]) -> argparse.Namespace:
    """The words as values; `command` is `run`, `direct`, `engine`, `backend` or `list`.

    Raises:
        SuiteError: a word is wrong or missing.
    """
    parser = _Parser(
        prog="metering_suite",
        description="Does a gateway count what the engine behind it used, and change nothing?",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _run(commands.add_parser("run", help="run the shapes through a gateway and compare"))
    direct = commands.add_parser("direct", help="run them at the engine itself: the suite raises no false alarm")
    _common(direct)
    engine = commands.add_parser("engine", help="the stub engine, until it is interrupted")
    engine.add_argument("--port", type=_port, default=0, help="for the gateway (a free one)")
    engine.add_argument("--control-port", type=_port, default=0, help="for `run --engine-control` (a free one)")
    backend = commands.add_parser("backend", help="the recording 3scale backend, until it is interrupted")
    backend.add_argument("--port", type=_port, default=0, help="for the gateway and for `run --backend` (a free one)")
    _choice(commands.add_parser("list", help="the shapes"))
    return parser.parse_args(words)


def _choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--only", action="append", default=[], metavar="PATTERN", help="shapes, or group/shapes")


def _common(parser: argparse.ArgumentParser) -> None:
    _choice(parser)
    parser.add_argument("--workers", type=_count, default=1, help="calls at a time; more than one blurs the times (1)")
    parser.add_argument("--json", metavar="FILE", help="write the report there too")


def _run(parser: argparse.ArgumentParser) -> None:
    _common(parser)
    asked = parser.add_argument_group("the gateway")
    asked.add_argument("--gateway", metavar="URL", help="where it listens")
    asked.add_argument("--host", default="", help="the Host header, where it differs from the address")
    asked.add_argument("--ca-file", default="", help="authorities that signed its certificate")
    asked.add_argument("--model", default="metering", help="what requests name as model (metering)")
    asked.add_argument("--key", action="append", default=[], help=_KEY_HELP)
    asked.add_argument("--keys-file", help="a file with a key per line")
    asked.add_argument(
        "--fresh-keys",
        nargs="?",
        const="metering",
        default="",
        metavar="PREFIX",
        help="make keys up, a cold one per shape; for the suite's own backend, which lets all in",
    )
    asked.add_argument(
        "--key-in",
        default=AUTHORIZATION,
        help="authorization (bearer token), header:NAME or query:NAME (authorization)",
    )
    _engine(parser.add_argument_group("the engine, which is the gateway's upstream"))
    _meter(parser.add_argument_group("the meter, which reads what the gateway counted"))


def _engine(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--engine-control", metavar="URL", help="control endpoint of `metering_suite engine`")
    group.add_argument("--local", action="store_true", help="start engine, and backend where it is the meter, here")
    group.add_argument("--engine-port", type=_port, default=0, help="with --local")
    group.add_argument("--backend-port", type=_port, default=0, help="with --local")


def _meter(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--meter", choices=("backend", "prometheus", "threescale-stats"), default="backend")
    group.add_argument("--backend", metavar="URL", help="`metering_suite backend`, without --local")
    group.add_argument("--prometheus", metavar="URL", help="the page of counters")
    group.add_argument(
        "--label", action="append", default=[], metavar="NAME=VALUE", help="counters with this label only"
    )
    group.add_argument("--admin-url", metavar="URL", help="3scale's Admin URL")
    group.add_argument("--service", type=_count, help="the product's id in 3scale")
    group.add_argument(
        "--metric",
        action="append",
        default=[],
        metavar="NAME=THEIRS",
        help="what the gateway calls prompt, completion, total, reasoning or cached tokens",
    )
    group.add_argument("--quiet-seconds", type=_seconds, help="without a change, once all is there")
    group.add_argument("--lost-seconds", type=_seconds, help="without a change, while something is missing")
