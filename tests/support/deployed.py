"""The whole platform as a test holds it: a sandbox of its own, the real engine, the unchanged program."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import yaml

PROJECT = Path(__file__).resolve().parents[2]
PYTHON = str(PROJECT / ".venv" / "bin" / "python")
STACK = "dev"


def sourced(path: Path) -> dict[str, str]:
    """The environment after sourcing a shell file of exports, as a person's shell would have it."""
    line = f"set -a; . {path}; env -0"
    done = subprocess.run(["bash", "-c", line], capture_output=True, check=True, env=os.environ.copy())
    return dict(entry.split("=", 1) for entry in done.stdout.decode().split("\0") if "=" in entry)


@dataclass(frozen=True, kw_only=True)
class Platform:
    """One sandbox and the stack on it."""

    directory: Path
    overrides: Mapping[str, str] = field(default_factory=dict)
    """Variables that differ from what the sandbox says."""
    stack: str = STACK
    """The stack's name."""

    @property
    def environment(self) -> dict[str, str]:
        """What `. .sandbox/env` gives, for this stack, and the overrides."""
        settings = {"PULUMI_OPTION_CONFIG_FILE": str(self.settings_file)}
        return {**sourced(self.directory / "env"), **settings, **self.overrides}

    @property
    def endpoints(self) -> dict[str, Any]:
        """The sandbox's addresses."""
        found: dict[str, Any] = json.loads((self.directory / "endpoints.json").read_text())
        return found

    @property
    def settings_file(self) -> Path:
        """The stack's private configuration file."""
        return self.directory / f"Pulumi.{self.stack}.yaml"

    def run(self, *command: str, ok: Sequence[int] = (0,)) -> str:
        """Output and errors of a command in the project, in the sandbox's environment; fails on another exit code."""
        done = subprocess.run(
            command,
            cwd=PROJECT,
            env=self.environment,
            text=True,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        # The cause of a failed update can stand far above its end.
        causes = "\n".join(line for line in done.stdout.splitlines() if "error: " in line)
        assert done.returncode in ok, (
            f"{' '.join(command[:3])} ended with {done.returncode}:\n{causes}\n{done.stdout[-6000:]}"
        )
        return done.stdout

    def pulumi(self, *arguments: str, ok: Sequence[int] = (0,)) -> str:
        """One `pulumi` command on the stack."""
        return self.run("pulumi", *arguments, "--stack", self.stack, "--non-interactive", "--color", "never", ok=ok)

    def up(self, *arguments: str, ok: Sequence[int] = (0,)) -> str:
        """`pulumi up`."""
        return self.pulumi("up", "--yes", *arguments, ok=ok)

    def operation(self, *arguments: str, ok: Sequence[int] = (0,)) -> str:
        """One of the commands around the program."""
        return self.run(PYTHON, "-m", "operations", *arguments, ok=ok)

    def requests(self) -> list[dict[str, Any]]:
        """The request log of every simulated part, oldest first."""
        with urlopen(f"{self.endpoints['control_url']}/requests", timeout=10) as answer:  # noqa: S310 (loopback)
            found: list[dict[str, Any]] = json.load(answer)
        return found

    def forget_requests(self) -> None:
        """Empty the request log."""
        url = f"{self.endpoints['control_url']}/requests"
        with urlopen(Request(url, method="DELETE"), timeout=10):  # noqa: S310 (loopback)
            pass

    def writes(self) -> list[tuple[str, str, str]]:
        """Part, method and path of the logged requests that changed something: dry runs and log-ins are no changes."""
        return [
            (entry["part"], entry["method"], entry["path"])
            for entry in self.requests()
            if entry["method"] not in {"GET", "HEAD", "OPTIONS"}
            and not entry.get("dry_run")
            # A call made earlier, and a gateway's report of it, may be logged late.
            and not entry["path"].startswith(("/transactions", "/v1/"))
            and not entry["path"].endswith(("/selfsubjectaccessreviews", "/protocol/openid-connect/token"))
        ]

    def threescale_writes(self) -> list[tuple[str, str]]:
        """Method and path of the logged writes to 3scale's Admin API."""
        return [(method, path) for part, method, path in self.writes() if part == "threescale"]

    def settings(self) -> dict[str, Any]:
        """The stack file as it stands."""
        found: dict[str, Any] = yaml.safe_load(self.settings_file.read_text())
        return found

    def configure(self, settings: dict[str, Any]) -> None:
        """Write the stack file."""
        self.settings_file.write_text(yaml.safe_dump(settings, sort_keys=False))

    def outputs(self) -> dict[str, Any]:
        """The stack outputs."""
        text = self.pulumi("stack", "output", "--json")
        found: dict[str, Any] = json.loads(text)
        return found

    def state(self) -> list[dict[str, Any]]:
        """The recorded resources."""
        found: list[dict[str, Any]] = json.loads(self.pulumi("stack", "export"))["deployment"].get("resources", [])
        return found


def started(directory: Path, overrides: Mapping[str, str] | None = None) -> Platform:
    """A sandbox in `directory` with the stack's files and secrets made; nothing deployed yet."""
    platform = Platform(directory=directory, overrides=overrides or {})
    sandbox(directory)
    platform.run(PYTHON, "-m", "toolchain", "secrets", STACK, "--dir", str(directory))
    platform.operation("local-stack", "--stack", STACK, "--directory", str(directory))
    return platform


def sandbox(directory: Path, *options: str) -> None:
    """A sandbox in `directory`, started with `options` and ready."""
    start = [PYTHON, "-m", "sandbox", "start", "--dir", str(directory), *options]
    subprocess.run(start, cwd=PROJECT, check=True, env=os.environ.copy())


def stopped(directory: Path) -> None:
    """Everything of the sandbox in `directory` ended and removed."""
    subprocess.run(
        [PYTHON, "-m", "sandbox", "stop", "--clean", "--dir", str(directory)],
        cwd=PROJECT,
        check=True,
        env=os.environ.copy(),
    )
