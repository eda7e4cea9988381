"""An executable `pulumi` that answers from a table and remembers how it was called."""

import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

SCRIPT = """#!{python}
import json, sys
from pathlib import Path

folder = Path({folder!r})
arguments, given = sys.argv[1:], "" if sys.stdin.isatty() else sys.stdin.read()
with open(folder / "calls", "a") as calls:
    calls.write(json.dumps([arguments, given]) + "\\n")
for words, code, output, errors, store in json.loads((folder / "table").read_text()):
    if arguments[: len(words)] == words:
        if store:
            (folder / store).write_text(given)
        sys.stdout.write((folder / output[1:]).read_text() if output.startswith("@") else output)
        sys.stderr.write(errors)
        sys.exit(code)
sys.stderr.write("unexpected call: " + " ".join(arguments))
sys.exit(99)
"""


@dataclass
class FakePulumi:
    """The executable's folder, first on PATH."""

    folder: Path
    table: list[list[Any]] = field(default_factory=list)

    def answer(self, *words: str, output: str | object = "", errors: str = "", code: int = 0, store: str = "") -> None:
        """For calls that begin with `words`; later answers win. Text is given as it is, `@name` is a file's content."""
        text = output if isinstance(output, str) else json.dumps(output)
        self.table.insert(0, [list(words), code, text, errors, store])
        (self.folder / "table").write_text(json.dumps(self.table))

    def keep(self, name: str, value: object) -> None:
        """A file for `@name`."""
        (self.folder / name).write_text(json.dumps(value))

    def kept(self, name: str) -> Any:  # noqa: ANN401 (JSON)
        """What a call stored."""
        return json.loads((self.folder / name).read_text())

    @property
    def calls(self) -> list[tuple[list[str], str]]:
        """Arguments and standard input of every call, in order."""
        path = self.folder / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(arguments, given) for arguments, given in map(json.loads, lines)]

    def commands(self) -> list[str]:
        """The first two words of every call."""
        return [" ".join(arguments[:2]) for arguments, _ in self.calls]


def fake_pulumi(folder: Path, monkeypatch: pytest.MonkeyPatch) -> FakePulumi:
    """A `pulumi` that every process of this test finds first."""
    home = folder / "pulumi-fake"
    home.mkdir()
    executable = home / "pulumi"
    executable.write_text(SCRIPT.format(python=f"{sys.executable} -S", folder=str(home)))
    executable.chmod(0o700)
    monkeypatch.setenv("PATH", f"{home}{os.pathsep}{os.environ['PATH']}")
    fake = FakePulumi(home)
    (home / "table").write_text("[]")
    return fake
