"""The commands."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from metering_suite import arguments, choices
from metering_suite.engine.control import LocalControl, RemoteControl
from metering_suite.errors import SuiteError
from metering_suite.local import backend_alone, engine_alone, parts
from metering_suite.progress import Line
from metering_suite.runner import Setting, run
from metering_suite.shapes.catalogue import GROUPS, chosen
from metering_suite.table import table

if TYPE_CHECKING:
    import argparse
    from collections.abc import AsyncIterator, Sequence

    from metering_suite.engine.control import Control
    from metering_suite.local import Parts
    from metering_suite.report import Report


_INTERRUPTED = 130
"""As shells call what ended by an interrupt: 128 and the signal's number."""


def main(words: Sequence[str]) -> int:
    """The exit code: 0 nothing lost, double or changed; 1 something was; 2 nothing could be found out."""
    try:
        given = arguments.parsed(words)
        if given.command == "list":
            sys.stdout.write(_listed(given.only))
            return 0
        if given.command in ("engine", "backend"):
            with contextlib.suppress(KeyboardInterrupt):
                asyncio.run(_served(given))
            return 0
        line = Line(sys.stderr)
        try:
            report = asyncio.run(_direct(given, line) if given.command == "direct" else _through(given, line))
        finally:
            line.end()
        _written(given, report)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except SuiteError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except Exception as error:  # noqa: BLE001  # 1 means that the gateway is wrong, and nothing was found out about it
        if os.environ.get(arguments.DEBUG_VARIABLE):
            traceback.print_exc()
        sys.stderr.write(f"{_unexpected(error)}\n")
        return 2
    return 0 if report.passed else 1


def _unexpected(error: Exception) -> SuiteError:
    return SuiteError(
        asked="a run of the suite",
        value=f"{type(error).__name__}: {error}",
        allowed="an end without an unexpected error",
        action=f"check the words and what listens at their addresses; {arguments.DEBUG_VARIABLE}=1 shows the place",
    )


def _listed(patterns: Sequence[str]) -> str:
    """The shapes by group, with their modes and sentences."""
    wanted = {shape.name for shape in chosen(patterns)}
    lines = []
    for group, shapes in GROUPS.items():
        lines += [
            f"{group + '/' + shape.name:40} {'+'.join(shape.modes):13} {shape.says}"
            for shape in shapes
            if shape.name in wanted
        ]
    return "\n".join(lines) + "\n"


async def _served(given: argparse.Namespace) -> None:
    """Serve until interrupted; the addresses on standard output."""
    if given.command == "engine":
        async with engine_alone(given.port, given.control_port) as (engine, control):
            sys.stdout.write(f"engine: {engine}\ncontrol: {control}\n")
            sys.stdout.flush()
            await asyncio.Event().wait()
    async with backend_alone(given.port) as backend:
        sys.stdout.write(f"backend: {backend}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


async def _direct(given: argparse.Namespace, line: Line) -> Report:
    async with parts() as here:
        return await here.run_direct(shapes=chosen(given.only), workers=given.workers, progress=line)


async def _through(given: argparse.Namespace, line: Line) -> Report:
    """The report on a gateway."""
    gateway, shapes, keys = choices.gateway(given), chosen(given.only), choices.keys(given)
    async with _upstream(given) as (engine_url, control, here):
        setting = Setting(
            gateway=gateway,
            engine_url=engine_url,
            control=control,
            meter=choices.meter(given, here),
            keys=keys,
            shapes=shapes,
            patience=choices.patience(given),
            workers=given.workers,
            progress=line,
        )
        return await run(setting)


@contextlib.asynccontextmanager
async def _upstream(given: argparse.Namespace) -> AsyncIterator[tuple[str, Control, Parts | None]]:
    """The engine's address and ledger, started here or elsewhere; the other servers of the suite if they are here."""
    if given.local:
        async with parts(engine_port=given.engine_port, backend_port=given.backend_port) as here:
            yield here.engine_url, LocalControl(here.engine.ledger), here
        return
    control = RemoteControl(choices.needed(given.engine_control, "--engine-control, or --local"))
    yield await control.engine_url(), control, None


def _written(given: argparse.Namespace, report: Report) -> None:
    """The table on standard output, the JSON in its file."""
    sys.stdout.write(table(report, colour=sys.stdout.isatty()))
    if given.json:
        try:
            Path(given.json).write_text(json.dumps(report.as_json(), indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            raise SuiteError(
                asked=f"the report in {given.json}",
                value=str(error),
                allowed="a file that can be written",
                action="correct --json",
            ) from error
