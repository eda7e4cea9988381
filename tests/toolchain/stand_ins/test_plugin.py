"""What every stand-in plugin does the same way."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.toolchain.stand_ins.engine import ROOT
from toolchain.stand_ins.plugin import engine_address


def test_the_engines_address_is_the_last_plain_argument() -> None:
    assert engine_address(["-root=/x", "127.0.0.1:9", "--verbose"]) == "127.0.0.1:9"
    assert engine_address([]) == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("name", ["language_python", "keycloak"])
def test_a_plugin_says_its_port_and_ends_quietly(name: str, number: signal.Signals) -> None:
    command = [sys.executable, "-m", f"toolchain.stand_ins.{name}", "127.0.0.1:1"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert int(process.stdout.readline()) > 0
    process.send_signal(number)
    rest = process.communicate(timeout=30)
    assert (process.returncode, *rest) == (0, "", "")


def test_a_plugin_ends_with_the_process_that_started_it() -> None:
    code = (
        "import subprocess, sys; "
        f"child = subprocess.Popen([sys.executable, '-m', 'toolchain.stand_ins.keycloak'], cwd={str(ROOT)!r}); "
        "sys.stdin.readline()"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    assert int(starter.stdout.readline()) > 0
    # The pipe is shared with the plugin: it only closes, and `communicate` only returns, when the plugin has ended too.
    output, errors = starter.communicate("\n", timeout=30)
    assert (output, errors) == ("", "")
