"""A sandbox of the bench's own, from start to end of a `with` block."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

import requests

from bench.engine import BenchError
from bench.tenant import ROOT

TIMEOUT_SECONDS = 30
PROCESSORS = "100000"
"""Quota of the simulated cloud: a hundred GPUs are more than an account has at first."""
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_NO_CHANGES = ("/selfsubjectaccessreviews", "/protocol/openid-connect/token")
"""Ends of paths to which something is posted that changes nothing."""
_CALLS = ("/transactions", "/v1/")
"""Beginnings of paths of a gateway's reports and of model calls, which no run of the engine makes."""


class Sandbox:
    """A running sandbox in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> Self:
        try:
            self._command("start", environment={"SANDBOX_CLOUD_VCPUS": PROCESSORS})
        except BaseException:
            self._command("stop", "--clean")
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._command("stop", "--clean")

    @property
    def environment(self) -> dict[str, str]:
        """What `. env` of the sandbox gives, less what belongs to a stack."""
        done = subprocess.run(
            ["bash", "-c", f"set -a; . '{self.folder / 'env'}'; env -0"],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ.copy(),
        )
        found = dict(entry.split("=", 1) for entry in done.stdout.split("\0") if "=" in entry)
        for name in ("PULUMI_OPTION_CONFIG_FILE", "PULUMI_BACKEND_URL"):
            found.pop(name, None)
        return found

    def forget(self) -> None:
        """Empty the request log."""
        requests.delete(f"{self._control}/requests", timeout=TIMEOUT_SECONDS).raise_for_status()

    def asked(self) -> list[dict[str, Any]]:
        """The requests since `forget`."""
        found: list[dict[str, Any]] = self._get("requests")
        return found

    def memory(self) -> tuple[float, int]:
        """Memory of the sandbox in bytes, and how many processes of model servers are in it."""
        status = self._get("status")
        models = sum(str(part["name"]).startswith("model ") for part in status["parts"])
        return float(status["memory"]), models

    @property
    def _control(self) -> str:
        endpoints = (self.folder / "endpoints.json").read_text(encoding="utf-8")
        return str(json.loads(endpoints)["control_url"])

    def _get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        answer = requests.get(f"{self._control}/{path}", timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        return answer.json()

    def _command(self, *words: str, environment: dict[str, str] | None = None) -> None:
        call = [sys.executable, "-m", "sandbox", *words, "--dir", str(self.folder)]
        variables = os.environ | (environment or {})
        done = subprocess.run(call, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
        if done.returncode:
            said = f"{done.stdout[-2000:]}{done.stderr[-2000:]}"
            raise BenchError(f"`python -m sandbox {words[0]}` ended with {done.returncode}:\n{said}")


def writes(asked: list[dict[str, Any]], part: str) -> int:
    """Return how many requests changed something in one part: `threescale`, `kubernetes` or `keycloak`; pure."""
    return sum(one["part"] == part and _changes(one) for one in asked)


def calls(asked: list[dict[str, Any]], part: str) -> int:
    """Return how many requests one part got from runs of the engine; pure."""
    return sum(one["part"] == part and not one["path"].startswith(_CALLS) for one in asked)


def _changes(one: dict[str, Any]) -> bool:
    return (
        one["method"] not in _READS
        and not one.get("dry_run")
        and not one["path"].startswith(_CALLS)
        and not one["path"].endswith(_NO_CHANGES)
    )
