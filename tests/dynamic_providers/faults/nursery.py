"""A plugin process per run, as the engine starts one, but born in milliseconds: a fork of one that has imported all.

`python -m tests.dynamic_providers.faults.nursery SECONDS` imports what the plugin imports, and then forks for each line
on its standard input, which names a pipe for the child's output. The child is pulumi's own plugin, begun as pulumi
begins it, and waits SECONDS for an answer.

Times are shortened here and nowhere else, so that a table of thousands of faults takes minutes: how long an answer is
waited for, how long a pause is, how often a request is repeated, how hard a password is to guess. What happens at which
point, and in which order, is the product's; sets have the same order in every process, so that a course repeats itself.
"""

import importlib
import os
import runpy
import signal
import ssl
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self

from dynamic_providers import declared
from dynamic_providers.threescale import client, natural_key, openapi_document, password_trace, transport
from tests.support.plugin_host import ROOT, PluginHost, Process

READ_SECONDS = 0.3
"""An answer that takes longer is given up, where lost answers are the matter."""
SHORTENED = {
    "connect_seconds": 1.0,
    "retries": 2,
    "backoff_seconds": 0.004,
    "longest_pause_seconds": 0.02,
}
HEALING_PAUSES_SECONDS = (0.004, 0.01, 0.02)
PASSWORD_COST = 2


@dataclass
class Plugin:
    """One plugin process and the pipe that it prints to; `kill` is safe until `wait` was called."""

    pid: int
    nursery: "Nursery"
    stdout: IO[bytes] | None

    def kill(self) -> None:
        """End it at once; the pid stays its own until the nursery has been told that nobody needs it."""
        os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Let the nursery bury it; returns its pid."""
        self.nursery.tell(f"bury {self.pid}")
        return self.pid


class Nursery:
    """The process that forks, as a context."""

    def __init__(self, folder: Path, read_seconds: float = READ_SECONDS) -> None:
        """`folder` is where the pipes of the children are made; `read_seconds` is how long they wait for an answer."""
        self._pipe, self._read_seconds = folder / "printed", read_seconds

    def __enter__(self) -> Self:
        os.mkfifo(self._pipe)
        environment = {"PATH": os.environ["PATH"], "PULUMI_PROJECT": "maas", "PYTHONHASHSEED": "0"}
        command = [sys.executable, "-u", "-m", "tests.dynamic_providers.faults.nursery", str(self._read_seconds)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate("")
        self._pipe.unlink()

    def born(self) -> Plugin:
        """Return a new plugin process."""
        pid = int(self.tell(f"fork {self._pipe}"))
        return Plugin(pid, self, self._pipe.open("rb", buffering=0))

    def tell(self, order: str) -> str:
        """Give one order and return the line that answers it."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(order + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()


@dataclass
class BornHost(PluginHost):
    """A plugin host whose process comes from a nursery."""

    nursery: Nursery | None = field(default=None, kw_only=True)

    def _started(self) -> Process:
        assert self.nursery
        return self.nursery.born()


def _prepare() -> None:
    """Do once what each plugin would do for itself: import, build validators, read the system's authorities."""
    importlib.import_module("pulumi.dynamic")
    for name, module in natural_key.MODULES.items():
        found = importlib.import_module(f"dynamic_providers.threescale.{module}")
        declared.canonical(vars(found)[f"{name}Provider"].props, {})
    openapi_document.problems({"openapi": "3.0.3", "info": {"title": "", "version": ""}, "paths": {}}, skip=False)
    trust = ssl.create_default_context()
    vars(ssl)["create_default_context"] = lambda: trust


def _shorten(read_seconds: float) -> None:
    """Shorten the times of the plugins to come."""
    patience = transport.Patience
    defaults = {name: getattr(patience(), name) for name in patience.__dataclass_fields__}
    patience.__init__.__defaults__ = tuple((defaults | SHORTENED | {"read_seconds": read_seconds}).values())
    vars(client)["HEALING_PAUSES_SECONDS"] = HEALING_PAUSES_SECONDS
    vars(password_trace)["_COST"] = PASSWORD_COST


def _be_a_plugin(pipe: str) -> None:
    """Turn this fork into the plugin: its output goes to the pipe, its main is pulumi's."""
    printed = os.open(pipe, os.O_WRONLY)
    os.dup2(printed, 1)
    os.dup2(printed, 2)
    sys.argv = ["pulumi.dynamic", "127.0.0.1:1"]
    runpy.run_module("pulumi.dynamic", run_name="__main__", alter_sys=True)


def _answer(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Fork and bury as ordered, until standard input ends."""
    _prepare()
    _shorten(float(sys.argv[1]))
    for line in sys.stdin:
        order, _, operand = line.strip().partition(" ")
        if order == "bury":
            os.waitpid(int(operand), 0)
            _answer(operand)
            continue
        pid = os.fork()
        if not pid:
            _be_a_plugin(operand)
            return
        _answer(str(pid))


if __name__ == "__main__":
    main()
