"""Command lines: of a program, a policy pack, a source plugin, and of the tools that install dependencies."""

from __future__ import annotations

import os
import shutil
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi.runtime.proto import language_pb2

    from toolchain.stand_ins.language_python.options import Runtime


def program_arguments(request: language_pb2.RunRequest, engine: str) -> list[str]:
    """Arguments of `pulumi-language-python-exec`. Configuration never stands here: arguments are public."""
    flags = {
        "monitor": request.monitor_address,
        "engine": engine,
        "project": request.project,
        "stack": request.stack,
        "organization": request.organization,
        "root_directory": request.info.root_directory,
        "pwd": request.pwd,
        "dry_run": "true" if request.dryRun else "",
        "parallel": str(request.parallel) if request.parallel else "",
    }
    given = [part for name, value in flags.items() if value for part in (f"--{name}", value)]
    return [*given, request.program or ".", *request.args]


def failure(code: int) -> str:
    """Why the program failed; "" when it did not. A negative code is the number of a signal."""
    if code < 0:
        return f"Program was ended by signal {-code}"
    return f"Program exited with non-zero exit code: {code}" if code else ""


def plugin_arguments(request: language_pb2.RunPluginRequest) -> list[str]:
    """Arguments of Python that start a policy pack, an installable plugin package or a folder with `__main__.py`."""
    folder = request.info.program_directory or request.program
    if request.kind == "analyzer":
        return ["-m", "pulumi.policy", *request.args, folder]
    if package := _package_name(Path(folder)):
        return ["-m", "pulumi.run.plugin", package, *request.args]
    return [folder, *request.args]


def _package_name(folder: Path) -> str:
    """Name of the Python package in a folder that can be built (it has a `build-system`); "" when it cannot."""
    try:
        content = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ""
    return str(content.get("project", {}).get("name", "")) if "build-system" in content else ""


def installation(chosen: Runtime, directory: str) -> list[tuple[str, list[str]]]:
    """What to run, with a title each, so that the project's dependencies are there (sdk/v3, python/toolchain)."""
    if chosen.tool == "uv":
        place = ["env", f"UV_PROJECT_ENVIRONMENT={chosen.virtualenv}"]
        return [("Installing dependencies with uv...", [*place, "uv", "sync"])]
    if chosen.tool == "poetry":
        return [("Installing dependencies with poetry...", ["poetry", "install", "--no-ansi"])]
    python = str(chosen.virtualenv / "bin" / "python") if chosen.virtualenv else _any_python()
    steps = [("Updating pip, setuptools, and wheel...", [python, "-m", "pip", "install", "--upgrade", *BUILD_TOOLS])]
    if chosen.virtualenv and not Path(python).is_file():
        steps.insert(0, ("Creating virtual environment...", [_any_python(), "-m", "venv", str(chosen.virtualenv)]))
    if (Path(directory or ".") / "requirements.txt").is_file():
        steps.append(("Installing dependencies...", [python, "-m", "pip", "install", "-r", "requirements.txt"]))
    return steps


BUILD_TOOLS = ("pip", "setuptools", "wheel")


def _any_python() -> str:
    """The Python of the PATH, else the one that runs this host."""
    return shutil.which(os.environ.get("PULUMI_PYTHON_CMD") or "python3") or sys.executable
