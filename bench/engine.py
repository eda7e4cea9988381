"""The Pulumi CLI on a scratch project: every call is timed and its state is a folder of files."""

import json
import os
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.tenant import ROOT, TOKEN
from toolchain.environment import environment as offline
from toolchain.layout import Layout

LAYOUT = Layout.of(os.environ)
PARALLEL = "64"
"""Resources at work at once. The CLI's default, four per core, would leave two cores waiting for 3scale's answers."""
TIMEOUT_SECONDS = 1200


class BenchError(Exception):
    """A run of the CLI failed; a figure of a failed run would be a lie."""


@dataclass
class Project:
    """A program of this package in a folder of its own."""

    folder: Path
    program: str
    """Module of `bench`."""
    url: str = ""
    """The tenant's address; empty for programs without one."""
    settings: dict[str, Any] = field(default_factory=dict)
    """What the program reads; JSON."""

    def prepare(self) -> "Project":
        """Write the project and make its stack."""
        self.folder.mkdir(parents=True)
        (self.folder / "__main__.py").write_text(f"import bench.{self.program}\n", encoding="utf-8")
        options = f"{{toolchain: pip, virtualenv: {ROOT / '.venv'}}}"
        text = f"name: maas\nruntime: {{name: python, options: {options}}}\nbackend: {{url: 'file://{self.folder}'}}\n"
        (self.folder / "Pulumi.yaml").write_text(text, encoding="utf-8")
        self.run("stack", "init", "dev")
        return self

    def run(self, *command: str, checkpoints: bool = True) -> float:
        """Run `pulumi` and return the seconds it took.

        Raises:
            BenchError: it did not end with 0; the end of what it said.
        """
        call = ["pulumi", *command, "--non-interactive", "--color", "never"]
        began = time.monotonic()
        done = subprocess.run(
            call,
            cwd=self.folder,
            env=self._environment(checkpoints=checkpoints),
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
        )
        seconds = time.monotonic() - began
        if done.returncode:
            said = f"{done.stdout[-3000:]}{done.stderr[-2000:]}"
            raise BenchError(f"`pulumi {' '.join(command)}` ended with {done.returncode}:\n{said}")
        return seconds

    def up(self, *, checkpoints: bool = True) -> float:
        """Return the seconds of an `up` without preview."""
        return self.run(
            "up", "--yes", "--skip-preview", "--suppress-outputs", "--parallel", PARALLEL, checkpoints=checkpoints
        )

    def preview(self) -> float:
        """Return the seconds of a preview."""
        return self.run("preview", "--suppress-outputs", "--parallel", PARALLEL)

    def state(self) -> tuple[int, int]:
        """Return the size of the state file in bytes and the number of resources in it."""
        path = self.folder / ".pulumi" / "stacks" / "maas" / "dev.json"
        text = path.read_text(encoding="utf-8")
        return len(text), len(json.loads(text)["checkpoint"]["latest"]["resources"])

    def _environment(self, *, checkpoints: bool) -> dict[str, str]:
        environment = {
            **offline(LAYOUT),
            "PATH": f"{LAYOUT.bin}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "bench",
            "PYTHONPATH": str(ROOT),
            "THREESCALE_ADMIN_URL": self.url,
            "THREESCALE_ACCESS_TOKEN": TOKEN,
            "BENCH_SETTINGS": json.dumps(self.settings),
        }
        return environment if checkpoints else environment | {"PULUMI_SKIP_CHECKPOINTS": "true"}
