"""Load by wrk, which asks again as soon as it has an answer."""

import json
import os
import subprocess
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bench.engine import BenchError
from sandbox.nginx import Installation

SCRIPT = Path(__file__).parent / "ask.lua"
_GRACE_SECONDS = 60.0


class Kind(StrEnum):
    """What is asked for."""

    PLAIN = "plain"
    STREAM = "streamed"


BODIES = {
    Kind.PLAIN: '{"model":"tiny","messages":[{"role":"user","content":"How long is a day on Mars?"}]}',
    Kind.STREAM: '{"model":"tiny","stream":true,"messages":[{"role":"user","content":"How long is a day on Mars?"}]}',
}


@dataclass(frozen=True, kw_only=True)
class Load:
    """What one run of wrk saw."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return self.requests / self.seconds


@dataclass(frozen=True)
class Wrk:
    """The load generator in a folder with `usr`."""

    root: Path

    def load(self, url: str, kind: Kind, connections: int, seconds: int, *, reconnect: bool = False) -> Load:
        """Ask for so long over so many connections; with `reconnect` each request has a connection of its own.

        Raises:
            BenchError: wrk failed, or an answer had a status other than 2xx or was broken.
        """
        command = [str(self.root / "usr/bin/wrk"), "--threads", "1", "--connections", str(connections)]
        command += ["--duration", f"{seconds}s", "--timeout", "30s", "--script", str(SCRIPT)]
        command += [f"{url}/v1/chat/completions"]
        command += ["--", BODIES[kind], *(["close"] if reconnect else [])]
        done = subprocess.run(
            command,
            env={**os.environ, "LD_LIBRARY_PATH": Installation(self.root).libraries},
            capture_output=True,
            text=True,
            timeout=seconds + _GRACE_SECONDS,
            check=False,
        )
        return parsed(done.stdout, done.stderr if done.returncode else "")


def parsed(output: str, complaint: str = "") -> Load:
    """What wrk's last line says; pure.

    Raises:
        BenchError: there is none, or it tells of errors.
    """
    last = output.strip().rpartition("\n")[2]
    if complaint or not last.startswith("{"):
        raise BenchError(f"wrk did not tell what it saw: {complaint or output or 'it said nothing'}")
    told = json.loads(last)
    if told.pop("errors"):
        raise BenchError(f"wrk saw broken answers or statuses other than 2xx: {last}")
    return Load(**told)
