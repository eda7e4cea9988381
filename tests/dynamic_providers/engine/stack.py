"""A stack of the program beside this file, driven by the real `pulumi`, on an emulated tenant of its own."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from operations.recover import orphans
from tests.dynamic_providers.engine.program.declaration import patched
from tests.dynamic_providers.engine.served import Served
from tests.dynamic_providers.threescale.tenant import CANARY
from tests.support.plugin_host import ROOT, Json
from toolchain.environment import environment as offline
from toolchain.layout import Layout

LAYOUT = Layout.of(os.environ)
PROGRAM = Path(__file__).parent / "program" / "__main__.py"
PROJECT = f"""
name: maas
runtime: {{name: python, options: {{toolchain: pip, virtualenv: {LAYOUT.venv}}}}}
backend: {{url: 'file://BACKEND'}}
"""
LIMIT_SECONDS = 120
"""One command takes seconds; a busy machine makes it a minute."""


@dataclass
class Stack:
    """One stack in one project folder; `edits` is what the program is declared to differ in, as a JSON merge patch."""

    folder: Path
    tenant: Served
    name: str = "dev"
    token: str = CANARY
    edits: Json = field(default_factory=dict)
    settled: Json | None = field(default_factory=dict)
    """The edits that are up, with nothing unfinished; None in the middle of a test."""

    @classmethod
    def made(cls, folder: Path, tenant: Served, edits: Json | None = None, *, name: str = "dev") -> "Stack":
        """Return a new, empty stack. Its folder is a project: the program, and the commands around it."""
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PROGRAM, folder / "__main__.py")
        # The commands work in the project they lie in, which is what keeps them away from every other one.
        shutil.copytree(ROOT / "operations", folder / "operations", ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "Pulumi.yaml").write_text(PROJECT.lstrip().replace("BACKEND", str(folder)))
        stack = cls(folder, tenant, name, edits=edits or {})
        stack.run("stack", "init", name)
        return stack

    @property
    def environment(self) -> dict[str, str]:
        """Return what every command sees: no home of a person, nothing to download, the tenant and the edits."""
        return {
            **offline(LAYOUT),
            "PATH": f"{LAYOUT.bin}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PYTHONPATH": str(ROOT),
            "TENANT_URL": self.tenant.url,
            "TENANT_TOKEN": self.token,
            "EDITS": json.dumps(self.edits),
        }

    def declare(self, edits: Json) -> None:
        """Change what the program declares from now on; null removes."""
        self.edits = patched(self.edits, edits)

    def run(self, *command: str, fails: bool = False) -> str:
        """Run `pulumi` and return what it printed."""
        done = self.done("pulumi", *command, *self._options(*command))
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def operation(self, name: str, *options: str) -> "subprocess.CompletedProcess[str]":
        """Run one of the project's operations on this stack, as an operator does."""
        return self.done(str(LAYOUT.python), "-m", "operations", name, "--stack", self.name, *options)

    def done(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run any command in the project, to its end."""
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_SECONDS,
        )

    def up(self, *options: str, fails: bool = False) -> str:
        """Update without asking; the tenant's log begins anew."""
        self.tenant.forget_requests()
        return self.run("up", "--yes", "--skip-preview", *options, fails=fails)

    def converge(self, *options: str) -> Counter[str]:
        """Update, then see that a further update, which reads everything first, finds and writes nothing.

        Returns what the tenant holds then, by name.
        """
        self.up(*options)
        self.up("--refresh", "--expect-no-changes")
        assert self.tenant.writes() == []
        self.rest()
        return self.tenant.inventory()

    def rest(self) -> None:
        """Take note that what is declared is up and nothing is unfinished."""
        self.settled = self.edits

    def refresh(self, *options: str) -> str:
        """Read everything into the state."""
        return self.run("refresh", "--yes", "--skip-preview", *options)

    def destroy(self, *options: str, fails: bool = False) -> str:
        """Destroy everything."""
        return self.run("destroy", "--yes", "--skip-preview", *options, fails=fails)

    def preview(self, *options: str) -> list[str]:
        """Return `operation Type` of everything that a preview would change."""
        self.tenant.forget_requests()
        printed = self.run("preview", "--json", *options)
        steps = json.loads(printed.partition("\nwarning:")[0]).get("steps", [])
        return sorted(
            f"{one['op']} {one['urn'].split('::')[2].rpartition(':')[2]}"
            for one in steps
            if one["op"] not in {"same", "read", "refresh"}
        )

    def exported(self) -> Json:
        """Return the deployment as it is stored."""
        deployment: Json = json.loads(self.run("stack", "export"))["deployment"]
        return deployment

    def resources(self, kind: str) -> list[Json]:
        """Return the recorded resources of one class."""
        return [one for one in self.exported().get("resources", []) if one["type"].endswith(f":{kind}")]

    def urn(self, kind: str, name: str | None = None) -> str:
        """Return the URN of the one recorded resource of a class, and of a name where there are several."""
        (urn,) = [
            str(one["urn"])
            for one in self.resources(kind)
            if not one.get("delete") and name in {None, one["urn"].rpartition("::")[2]}
        ]
        return urn

    def output(self, name: str) -> str:
        """Return a stack output, secret ones readable."""
        return self.run("stack", "output", name, "--show-secrets").strip()

    def pending(self, operation: str, kind: str) -> bool:
        """Tell whether the state on disk says that an operation on a class has begun and not ended.

        The file is read as it lies there: the engine writes it before the call and again after it.
        """
        file = self.folder / ".pulumi" / "stacks" / "maas" / f"{self.name}.json"
        try:
            latest = json.loads(file.read_text())["checkpoint"]["latest"] or {}
        except ValueError:  # it is being written
            return False
        begun = latest.get("pending_operations") or []
        return any(one["type"] == operation and one["resource"]["type"].endswith(f":{kind}") for one in begun)

    def recover(self, *options: str, fails: bool = False) -> str:
        """Run what `make recover` runs, and return what it printed."""
        done = self.operation("recover", *options)
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def killed(self, when: Callable[[], bool], *command: str, with_providers: bool = False) -> None:
        """Run `pulumi up` (or `command`) and kill -9 the engine as soon as `when` holds; faults end there too.

        Its providers live on, and finish what they do, unless they are killed as well.
        """
        with self.running(*command) as engine:
            self.reached(when, engine)
            engine.kill()
            if with_providers:
                self._kill_providers()
        self.tenant.clear_faults()

    def provider_killed(self, when: Callable[[], bool], *command: str) -> str:
        """Run `pulumi up` (or `command`), kill -9 its providers as soon as `when` holds; return what was printed."""
        with self.running(*command) as engine:
            self.reached(when, engine)
            self._kill_providers()
            self.tenant.clear_faults()
            printed, _ = engine.communicate(timeout=LIMIT_SECONDS)
        assert engine.returncode, printed
        return printed

    def _kill_providers(self) -> None:
        for process in orphans.processes():
            if "pulumi.dynamic" in process.command and process.folder == self.folder:
                with contextlib.suppress(ProcessLookupError):  # it ended by itself
                    os.kill(process.pid, signal.SIGKILL)

    @contextlib.contextmanager
    def running(self, *command: str) -> Iterator["subprocess.Popen[str]"]:
        """A `pulumi` that runs beside the test; the tenant's log begins anew, but its faults stay."""
        self.tenant.forget_requests()
        command = command or ("up",)
        engine = subprocess.Popen(
            ["pulumi", *command, "--yes", "--skip-preview", *self._options(*command)],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield engine
        finally:
            engine.kill()
            engine.wait()
            assert engine.stdout
            engine.stdout.close()

    def reached(self, when: Callable[[], bool], engine: "subprocess.Popen[str]") -> None:
        """Wait until `when` holds while `engine` runs."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while not when():
            assert engine.poll() is None, f"it ended before the moment came: {engine.communicate()[0]}"
            assert time.monotonic() < deadline, "the moment did not come"
            time.sleep(0.005)  # neither the log nor the state file has an event

    def end(self) -> None:
        """End what killed runs left behind."""
        orphans.end(self.folder)

    def _options(self, *command: str) -> list[str]:
        which = [] if command[:2] == ("stack", "init") else ["--stack", self.name]
        return [*which, "--non-interactive", "--color", "never"]
