"""The command line: `python3 -m toolchain setup | status | debian | secrets STACK | licences | clean`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain import clean, debian, licences, set_up, stack_secrets, status
from toolchain.failure import InterruptedRunError, ToolchainError
from toolchain.layout import Layout
from toolchain.session import session

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

FAILED = 1
"""Exit code: something a person has to see to, or (status) not everything is installed. Usage errors are 2."""

_EXIT_CODES = """\
exit codes: 0 done; 1 failed, or (status) not complete; 2 wrong usage; 130 or 143 interrupted.
PLUGIN_MIRROR=<folder or URL> names a site's mirror with plugins/ and optionally crds/."""


def main(
    arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ, root: Path | None = None
) -> int:
    """Run one command for this checkout (or the one at `root`); returns the exit code."""
    options = _parser().parse_args(arguments)
    layout = Layout.of(environ, root)
    try:
        if options.command == "secrets":
            folder = options.dir or layout.root / ".maas" / "secrets" / options.stack.replace("/", ".")
            stack_secrets.report(folder.resolve(), options.stack, options.keys.split(","), sys.stdout)
        elif options.command == "clean":
            clean.clean(layout, sys.stdout, cache=options.cache)
        elif options.command == "licences":
            licences.report(layout.root, sys.stdout, check=options.check)
        elif options.command == "debian":
            debian.report(session(layout, environ, sys.stderr), sys.stdout)
        elif options.command == "status":
            return 0 if status.report(session(layout, environ, sys.stderr), sys.stdout) else FAILED
        else:
            return _set_up(layout, environ, options)
    except ToolchainError as error:
        sys.stderr.write(f"error: {error}\n")
        return FAILED
    return 0


def _set_up(layout: Layout, environ: Mapping[str, str], options: argparse.Namespace) -> int:
    """Run the set-up with SIGINT and SIGTERM leading to an orderly end."""
    signalled = threading.Event()
    received: list[int] = []

    def on_signal(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        signalled.set()

    former = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        told = {"official": not options.no_download, "allow_stand_ins": options.allow_stand_ins}
        current = session(layout, environ, sys.stdout, **told)
        set_up.run(
            current,
            lambda: set_up.set_up(
                current,
                install_prerequisites=options.install_prerequisites,
                only_python=options.only == "python",
                again=options.again,
            ),
            signalled=signalled,
        )
    except InterruptedRunError:
        sys.stderr.write("interrupted: finished tools are kept; run the same command again to go on\n")
        return 128 + (received[0] if received else signal.SIGINT)
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m toolchain",
        description="Get Pulumi, its plugins, the sandbox's servers and the Python packages, pinned and checked.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    _setup_options(
        commands.add_parser("setup", help="install everything into .toolchain/ and .venv/; a second run does nothing")
    )
    commands.add_parser("status", help="what is installed, from where; exit code 1 when not complete")
    commands.add_parser(
        "debian", help="unpack Debian packages for tests and benches into the cache; nothing is installed"
    )
    generate = commands.add_parser("secrets", help="generate the passphrase and the secrets of a stack, once")
    generate.add_argument("stack", metavar="STACK", help="the stack's name")
    generate.add_argument("--dir", type=Path, help="folder of the files (default: .maas/secrets/STACK of the project)")
    generate.add_argument("--keys", default=",".join(stack_secrets.KEYS), help="comma-separated configuration keys")
    listing = commands.add_parser("licences", help="write docs/licences.md from the installed packages")
    listing.add_argument("--check", action="store_true", help="refuse a list that is not current")
    cleaning = commands.add_parser("clean", help="remove .toolchain/ and .venv/")
    cleaning.add_argument("--cache", action="store_true", help="the user's cache folder as well")
    return parser


def _setup_options(setup: argparse.ArgumentParser) -> None:
    setup.add_argument("--only", choices=["python"], help="only the Python packages")
    setup.add_argument("--again", action="store_true", help="ask every source again, e.g. to replace a stand-in")
    setup.add_argument("--no-download", action="store_true", help="do not try the vendors' download hosts")
    setup.add_argument(
        "--install-prerequisites", action="store_true", help="as root on Debian: apt-get install what is missing"
    )
    setup.add_argument(
        "--allow-stand-ins",
        action=argparse.BooleanOptionalAction,
        help="let the stand-ins work on servers that are not on loopback; kept until it is withdrawn",
    )
