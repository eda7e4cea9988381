"""One stack, seen through the Pulumi CLI.

Every call is one CLI process; nothing here reads the backend's files, so any backend works. A secret goes in by
standard input and comes out by standard output only: never by an argument, which other users of a machine can read.
"""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operations.errors import OperationError

PROJECT = Path(__file__).resolve().parent.parent
"""The folder of Pulumi.yaml: commands work from any directory."""
PROJECT_NAME = "maas"
"""The name in Pulumi.yaml."""


def _tail(text: str, lines: int = 25) -> str:
    """The end of a program's output: the cause stands there."""
    return "\n".join(text.strip().splitlines()[-lines:])


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How one call of the CLI ended."""

    code: int
    """Exit code; 0 is success."""
    output: str
    """Standard output."""
    errors: str
    """Standard error."""


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack of this project."""

    name: str
    """Stack name as `pulumi stack ls` prints it."""
    cwd: Path = PROJECT
    """Folder that holds Pulumi.yaml."""

    def attempt(self, *arguments: str, stdin: str | None = None, named: bool = True) -> Ended:
        """One call of the CLI, whatever its exit code; `named=False` for the few commands that take no stack.

        Raises:
            OperationError: There is no CLI.
        """
        which = ["--stack", self.name] if named else []
        command = ["pulumi", *arguments, *which, "--non-interactive", "--color", "never"]
        try:
            done = subprocess.run(
                command, cwd=self.cwd, input=stdin, capture_output=True, text=True, check=False, env=os.environ.copy()
            )
        except FileNotFoundError:
            message = (
                f"asked for `pulumi {arguments[0]}`, but no `pulumi` is on PATH; "
                "a set-up project has one in .toolchain/bin: run `make setup` and put that folder first on PATH"
            )
            raise OperationError(message) from None
        return Ended(code=done.returncode, output=done.stdout, errors=done.stderr)

    def run(self, *arguments: str, stdin: str | None = None, named: bool = True) -> str:
        """The standard output of one successful call of the CLI.

        Raises:
            OperationError: The CLI is missing or ended with another code than 0.
        """
        done = self.attempt(*arguments, stdin=stdin, named=named)
        if done.code:
            raise self.refusal(done, *arguments)
        return done.output

    def refusal(self, done: Ended, *arguments: str) -> OperationError:
        """What to say of a call that failed; the end of what it said, where the cause stands."""
        return OperationError(
            f"asked `pulumi {' '.join(arguments)}` of stack {self.name}; it ended with code {done.code}, "
            f"0 was expected. It said:\n{_tail(done.errors or done.output)}"
        )

    def read(self, *arguments: str, named: bool = True) -> Any:  # noqa: ANN401 (JSON)
        """What one call of the CLI answers, as JSON.

        Raises:
            OperationError: The call failed, or answered something else. The answer is not quoted: it may hold a secret.
        """
        text = self.run(*arguments, named=named)
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            message = (
                f"asked `pulumi {' '.join(arguments)}` of stack {self.name}: {len(text)} characters that are no JSON, "
                "JSON was expected; see that the `pulumi` on PATH is the one that `make setup` installed"
            )
            raise OperationError(message) from None

    def export(self, *, show_secrets: bool = False) -> dict[str, Any]:
        """The deployment as `pulumi stack export` gives it: secrets as ciphertext, or, for use in memory, readable."""
        state: dict[str, Any] = self.read("stack", "export", *(["--show-secrets"] if show_secrets else []))
        return state

    def restore(self, state: Mapping[str, Any]) -> None:
        """Replace the stack's state by `state`."""
        self.run("stack", "import", "--force", stdin=json.dumps(state))

    def outputs(self) -> dict[str, Any]:
        """The stack outputs; secret ones read `[secret]`."""
        values: dict[str, Any] = self.read("stack", "output", "--json")
        return values

    def config(self, key: str) -> str | None:
        """The value of `key` in the stack's configuration, decrypted; None when it is not set."""
        entries: dict[str, dict[str, str]] = self.read("config", "--json", "--show-secrets")
        entry = entries.get(f"maas:{key}")
        return None if entry is None else entry.get("value")
