"""What a language host shows of its children, and how it ends them."""

from __future__ import annotations

import io
import os
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from toolchain.stand_ins.language_python.children import Children, forward

if TYPE_CHECKING:
    from pathlib import Path

INTERRUPTED = b"""Traceback (most recent call last):
  File "x.py", line 1, in <module>
    main()
KeyboardInterrupt
"""
FAILED = b"""Traceback (most recent call last):
  File "x.py", line 1, in <module>
    main()
ValueError: no
"""
CHAIN = b"\nDuring handling of the above exception, another exception occurred:\n\n"


def shown(text: bytes, *, interrupted: bool) -> bytes:
    lines: list[bytes] = []
    forward(io.BytesIO(text), lines.append, lambda: interrupted)
    return b"".join(lines)


@pytest.mark.parametrize("text", [INTERRUPTED, INTERRUPTED + CHAIN + INTERRUPTED])
def test_the_traceback_of_a_cancelled_program_is_not_shown(text: bytes) -> None:
    assert shown(b"before\n" + text + b"after\n", interrupted=True) == b"before\nafter\n"


@pytest.mark.parametrize(
    "text",
    [
        FAILED,
        FAILED + b"more\n",
        INTERRUPTED + CHAIN + FAILED,
        b"KeyboardInterrupt\n",
        b"Traceback (most recent call last):\n  cut off",
        b"one\n\ntwo\n",
        b"",
    ],
)
@pytest.mark.parametrize("interrupted", [True, False])
def test_everything_else_is_shown_as_it_is(text: bytes, interrupted: bool) -> None:  # noqa: FBT001 - a parameter
    assert shown(text, interrupted=interrupted) == text


def test_without_a_cancel_an_interrupt_is_shown() -> None:
    assert shown(INTERRUPTED, interrupted=False) == INTERRUPTED


def test_outputs_come_with_their_channel_and_the_exit_code_last(tmp_path: Path) -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    found = list(Children().outputs([sys.executable, "-c", code], tmp_path, dict(os.environ)))
    assert found[-1] == 3
    assert set(found[:-1]) == {("stdout", b"out\n"), ("stderr", b"err\n")}


def test_an_interrupt_ends_a_running_child_without_its_traceback(tmp_path: Path) -> None:
    children = Children()
    code = "import signal; print('ready', flush=True); signal.pause()"
    found = children.outputs([sys.executable, "-u", "-c", code], tmp_path, dict(os.environ))
    assert next(found) == ("stdout", b"ready\n")
    ending = threading.Thread(target=children.interrupt)
    ending.start()
    rest = list(found)
    ending.join()
    assert [output for output in rest if not isinstance(output, int)] == []
    assert rest[-1] != 0
    assert children.interrupted


def test_a_host_that_ends_takes_its_children_along(tmp_path: Path) -> None:
    children = Children()
    code = "import signal; print('ready', flush=True); signal.pause()"
    found = children.outputs([sys.executable, "-u", "-c", code], tmp_path, dict(os.environ))
    assert next(found) == ("stdout", b"ready\n")
    children.finish()
    rest = list(found)
    assert len(rest) == 1
    assert rest[0] != 0


def test_a_child_that_nobody_waits_for_is_ended(tmp_path: Path) -> None:
    children = Children()
    command = [sys.executable, "-c", "import signal; signal.pause()"]
    with children.child(command, tmp_path, dict(os.environ), stdout=None) as process:
        pass
    assert process.returncode is not None
    assert process.stderr is not None
    process.stderr.close()
