"""The runtime options of a Pulumi.yaml, and the environment that they lead to."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from toolchain.stand_ins.language_python import commands
from toolchain.stand_ins.language_python.options import OptionError, interpreter, runtime


def test_a_relative_environment_lies_beside_the_project_file(tmp_path: Path) -> None:
    chosen = runtime(str(tmp_path), str(tmp_path / "src"), {"virtualenv": "venv"})
    assert (chosen.tool, chosen.virtualenv) == ("pip", tmp_path / "venv")


def test_a_lock_file_chooses_the_tool(tmp_path: Path) -> None:
    (tmp_path / "uv.lock").touch()
    chosen = runtime(str(tmp_path), str(tmp_path / "src"), {})
    assert (chosen.tool, chosen.virtualenv) == ("uv", tmp_path / ".venv")
    assert runtime(str(tmp_path), str(tmp_path), {"toolchain": "pip"}).tool == "pip"
    (tmp_path / "uv.lock").unlink()
    (tmp_path / "poetry.lock").touch()
    assert runtime(str(tmp_path), str(tmp_path), {}).tool == "poetry"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"toolchain": "conda"}, "unsupported toolchain option: conda"),
        ({"typechecker": "mypy"}, "typechecker: 'mypy' is not run by the stand-in"),
        ({"virtualenv": 3}, "virtualenv: 3 is not text"),
        ({"venv": "x"}, "Runtime option 'venv' of Pulumi.yaml is unknown"),
    ],
)
def test_options_that_cannot_be_honoured_are_refused(tmp_path: Path, options: dict[str, Any], reason: str) -> None:
    with pytest.raises(OptionError, match=reason):
        runtime(str(tmp_path), str(tmp_path), options)


@pytest.mark.parametrize(("exists", "state"), [(False, "doesn't exist"), (True, "doesn't appear to be a virtual")])
def test_a_missing_environment_is_explained(tmp_path: Path, exists: bool, state: str) -> None:  # noqa: FBT001 - a parameter
    if exists:
        (tmp_path / "venv").mkdir()
    chosen = runtime(str(tmp_path), str(tmp_path), {"virtualenv": "venv"})
    with pytest.raises(OptionError, match=state) as error:
        interpreter(chosen, os.environ)
    assert f"python3 -m venv {tmp_path}/venv" in str(error.value)


def test_the_environment_is_active_in_the_program(tmp_path: Path) -> None:
    chosen = runtime(str(tmp_path), str(tmp_path), {"virtualenv": sys.prefix})
    python, environ = interpreter(chosen, {"PATH": "/usr/bin", "PYTHONHOME": "/x", "VIRTUAL_ENV": "/y", "A": "b"})
    folder = Path(sys.prefix)
    assert python == str(folder / "bin" / "python")
    assert environ == {"PATH": f"{folder / 'bin'}:/usr/bin", "VIRTUAL_ENV": str(folder), "A": "b"}


def test_without_options_the_python_of_the_path_runs_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_PYTHON_CMD", sys.executable)
    python, environ = interpreter(runtime(str(tmp_path), str(tmp_path), {}), {"A": "b"})
    assert (python, environ) == (sys.executable, {"A": "b"})


def test_dependencies_are_installed_with_the_chosen_tool(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").touch()
    steps = commands.installation(runtime(str(tmp_path), str(tmp_path), {"virtualenv": "venv"}), str(tmp_path))
    python = f"{tmp_path}/venv/bin/python"
    assert [command[1:3] for _, command in steps[:1]] == [["-m", "venv"]]
    assert steps[1][1][:4] == [python, "-m", "pip", "install"]
    assert steps[2][1] == [python, "-m", "pip", "install", "-r", "requirements.txt"]
    by_uv = commands.installation(runtime(str(tmp_path), str(tmp_path), {"toolchain": "uv"}), str(tmp_path))
    assert by_uv[0][1] == ["env", f"UV_PROJECT_ENVIRONMENT={tmp_path}/.venv", "uv", "sync"]


@pytest.mark.parametrize(
    ("code", "text"),
    [(0, ""), (1, "Program exited with non-zero exit code: 1"), (-9, "Program was ended by signal 9")],
)
def test_the_end_of_a_program_is_explained(code: int, text: str) -> None:
    assert commands.failure(code) == text
