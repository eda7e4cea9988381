"""The unchanged program on a sandbox: every run of the engine is timed, and its events are taken in as they come."""

import json
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import yaml

from bench.engine import LAYOUT, PARALLEL, TIMEOUT_SECONDS, BenchError
from bench.platform.steps import Told
from bench.tenant import ROOT
from toolchain.stack_secrets import KEYS, generate

STACK = "dev"
_PROGRAM = "import runpy\n\nrunpy.run_path({path!r}, run_name='__main__')\n"
"""The project lies in a folder of its own, so that no stack of the user is selected or written."""

Listener = Callable[[Told], None]


@dataclass(frozen=True, kw_only=True)
class Ran:
    """One run of the engine."""

    seconds: float
    told: Told


@dataclass
class Platform:
    """A stack in `folder` with the environment of a sandbox."""

    folder: Path
    environment: Mapping[str, str]
    _variables: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._variables = {
            **self.environment,
            "PYTHONPATH": str(ROOT),
            "PATH": f"{LAYOUT.bin}:{self.environment['PATH']}",
            "PULUMI_SKIP_CHECKPOINTS": "true",
        }

    def prepare(self, settings: dict[str, Any]) -> "Platform":
        """Write the project, make the stack, and hand it generated secrets."""
        self.folder.mkdir(parents=True)
        about = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))
        about["runtime"]["options"]["virtualenv"] = str(ROOT / ".venv")
        about["backend"] = {"url": f"file://{self.folder}"}
        (self.folder / "Pulumi.yaml").write_text(yaml.safe_dump(about), encoding="utf-8")
        (self.folder / "__main__.py").write_text(_PROGRAM.format(path=str(ROOT / "__main__.py")), encoding="utf-8")
        self._plain("stack", "init", STACK)
        secrets = self.folder / "secrets"
        generate(secrets)
        for key in KEYS:
            value = (secrets / key).read_text(encoding="utf-8")
            self._plain("config", "set", "--secret", f"maas:{key}", "--stack", STACK, stdin=value)
        self.configure(settings)
        return self

    def configure(self, settings: dict[str, Any]) -> None:
        """Write the stack file; its secrets and salt are kept."""
        path = self.folder / f"Pulumi.{STACK}.yaml"
        old = yaml.safe_load(path.read_text(encoding="utf-8"))
        secret = {key: value for key, value in old["config"].items() if isinstance(value, dict) and "secure" in value}
        text = yaml.safe_dump({**old, "config": {**settings["config"], **secret}}, sort_keys=False)
        path.write_text(text, encoding="utf-8")

    def preview(self) -> tuple[float, int]:
        """Return the seconds of a preview, and how many resources it would change."""
        began = time.monotonic()
        said = self._plain("preview", "--suppress-outputs", "--parallel", PARALLEL, "--stack", STACK)
        return time.monotonic() - began, announced(said)

    def up(self, *options: str, listener: Listener | None = None) -> Ran:
        """Run an `up` without preview; `listener` is called after each event."""
        return self._listened(("up", "--yes", "--skip-preview", *options), listener)

    def destroy(self, listener: Listener | None = None) -> Ran:
        """Run a `destroy` without preview."""
        return self._listened(("destroy", "--yes", "--skip-preview"), listener)

    def state(self) -> tuple[int, list[dict[str, Any]]]:
        """Return the size of the state file in bytes, and its resources."""
        text = (self.folder / ".pulumi" / "stacks" / "maas" / f"{STACK}.json").read_text(encoding="utf-8")
        return len(text), json.loads(text)["checkpoint"]["latest"].get("resources", [])

    def _listened(self, words: tuple[str, ...], listener: Listener | None) -> Ran:
        call = ["pulumi", *words, "--json", "--parallel", PARALLEL, "--stack", STACK, "--non-interactive"]
        told, began = Told(), time.monotonic()
        with TemporaryFile("w+", encoding="utf-8") as errors:
            with self._started(call, errors) as process, _ended_with_us(process):
                for line in process.stdout or ():
                    if line.startswith("{"):
                        told.take(time.monotonic() - began, json.loads(line))
                        if listener is not None:
                            listener(told)
            seconds = time.monotonic() - began
            if process.returncode:
                errors.seek(0)
                said = "\n".join([*told.errors, errors.read()[-2000:]])
                raise BenchError(f"`pulumi {' '.join(words)}` ended with {process.returncode}:\n{said}")
        return Ran(seconds=seconds, told=told)

    def _started(self, call: list[str], errors: IO[str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            call,
            cwd=self.folder,
            env=self._variables,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            # It hears of an interrupt from us, once: at the second one it would leave its plugins behind.
            start_new_session=True,
        )

    def _plain(self, *words: str, stdin: str | None = None) -> str:
        done = subprocess.run(
            ["pulumi", *words, "--non-interactive", "--color", "never"],
            cwd=self.folder,
            env=self._variables,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
        )
        if done.returncode:
            said = f"{done.stdout[-3000:]}{done.stderr[-2000:]}"
            raise BenchError(f"`pulumi {' '.join(words)}` ended with {done.returncode}:\n{said}")
        return done.stdout


@contextmanager
def _ended_with_us(process: subprocess.Popen[str]) -> Iterator[None]:
    """Have the engine end its plugins and itself when the block is left early."""
    try:
        yield
    except BaseException:
        process.send_signal(signal.SIGINT)
        process.communicate()
        raise


def announced(said: str) -> int:
    """Return how many resources a preview would change, from what it said; pure."""
    return sum(int(number) for number in re.findall(r"^ +[+~-]+ ?(\d+) to \w+", said, re.MULTILINE))
