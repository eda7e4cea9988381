"""A fresh simulated 3scale in a process of its own, which counts what it is asked."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

import requests

ROOT = Path(__file__).resolve().parents[1]
TOKEN = "bench-token"  # noqa: S105 - opens nothing but this process
TIMEOUT_SECONDS = 10
DELAY_SECONDS = "0.05"
"""How late a new product's service token and the purge of a deleted one come. A real 3scale takes seconds; the bench is
about this product's part."""


class Tenant:
    """One tenant from start to end of a `with` block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> Self:
        environment = {
            "PATH": os.environ["PATH"],
            "SANDBOX_DIR": str(self._folder),
            "ADMIN_ACCESS_TOKEN": TOKEN,
            "ADMIN_PASSWORD": "bench-password",
            "SERVICE_TOKEN_DELAY_SECONDS": DELAY_SECONDS,
            "PURGE_DELAY_SECONDS": DELAY_SECONDS,
        }
        command = [sys.executable, "-m", "sandbox.threescale"]
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        ports = json.loads(self._process.stdout.readline() if self._process.stdout else "{}")
        self.url = f"http://127.0.0.1:{ports['port']}"
        self._control = f"http://127.0.0.1:{ports['control_port']}"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def slow_down(self, seconds: float) -> None:
        """Answer every request this much later; 0 for at once."""
        requests.delete(f"{self._control}/faults", timeout=TIMEOUT_SECONDS).raise_for_status()
        if seconds:
            order = {"kind": "latency", "seconds": seconds, "count": 0}
            requests.post(f"{self._control}/faults", json=order, timeout=TIMEOUT_SECONDS).raise_for_status()

    def forget(self) -> None:
        """Empty the request log."""
        requests.delete(f"{self._control}/requests", timeout=TIMEOUT_SECONDS).raise_for_status()

    def asked(self) -> tuple[int, int]:
        """Return the number of requests and of writes among them since `forget`."""
        log: list[dict[str, Any]] = requests.get(f"{self._control}/requests", timeout=TIMEOUT_SECONDS).json()
        return len(log), sum(one["method"] != "GET" for one in log)
