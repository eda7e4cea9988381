"""The `runtime.options` of a Pulumi.yaml: which interpreter, which environment, which package tool.

Facts: sdk/v3 v3.259.0, python/toolchain (pip.go, uv.go, poetry.go, toolchain.go).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

Tool = Literal["pip", "uv", "poetry"]
TOOLS = ("pip", "uv", "poetry")
ALLOWED = ("virtualenv", "toolchain", "typechecker")


class OptionError(Exception):
    """An option of the runtime is wrong, or the environment that it names cannot be used."""


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """A checked set of runtime options."""

    root: Path
    """Folder of Pulumi.yaml or PulumiPolicy.yaml."""
    program: Path
    """Folder of the program."""
    tool: Tool
    """Package tool; found by its lock file when the option is absent."""
    virtualenv: Path | None
    """Absolute path of the environment; None is the Python of the PATH (tool pip) or poetry's own answer."""
    virtualenv_option: str
    """The option as written, for messages; "" when absent."""


def runtime(root: str, program: str, options: Mapping[str, object]) -> Runtime:
    """The runtime that the options ask for.

    Raises:
        OptionError: for an option that is unknown, has a wrong value, or is not covered by this stand-in.
    """
    _refuse_unusable(options)
    root_path = Path(root or program or ".").resolve()
    program_path = Path(program or root or ".").resolve()
    written = str(options.get("virtualenv") or "")
    tool = _tool(str(options.get("toolchain") or ""), program_path)
    return Runtime(
        root=root_path,
        program=program_path,
        tool=tool,
        virtualenv=root_path / written if written and tool != "poetry" else _default_virtualenv(tool, program_path),
        virtualenv_option=written,
    )


def _refuse_unusable(options: Mapping[str, object]) -> None:
    """Refuse options that would otherwise be ignored in silence."""
    for name, value in options.items():
        if name == "typechecker" and value not in ("", "none", None):
            raise OptionError(
                f"Runtime option typechecker: {value!r} is not run by the stand-in language host; allowed is to leave "
                "it out. Remove it from Pulumi.yaml, or use the official pulumi-language-python."
            )
        if name in ("virtualenv", "toolchain") and not isinstance(value, str | None):
            raise OptionError(f"Runtime option {name}: {value!r} is not text; give a string in Pulumi.yaml.")
    unknown = sorted(set(options) - set(ALLOWED))
    if unknown:
        raise OptionError(
            f"Runtime option {unknown[0]!r} of Pulumi.yaml is unknown; allowed are {', '.join(ALLOWED)}. Remove it."
        )


def _tool(written: str, program: Path) -> Tool:
    """The package tool: as written, else the one whose lock file lies in the program's folder or above it."""
    if written:
        if written.lower() not in TOOLS:
            raise OptionError(f"unsupported toolchain option: {written}; allowed are {', '.join(TOOLS)}.")
        return cast("Tool", written.lower())
    if _above(program, "uv.lock"):
        return "uv"
    return "poetry" if _above(program, "poetry.lock") else "pip"


def _above(folder: Path, name: str) -> Path | None:
    """The nearest folder, from `folder` upwards, that has a file of this name."""
    return next((place for place in (folder, *folder.parents) if (place / name).is_file()), None)


def _default_virtualenv(tool: Tool, program: Path) -> Path | None:
    """Where uv puts an environment that nobody named; None for the other tools."""
    if tool != "uv":
        return None
    project = _above(program, "uv.lock") or _above(program, "pyproject.toml") or program
    return project / (os.environ.get("UV_PROJECT_ENVIRONMENT") or ".venv")


def interpreter(chosen: Runtime, environ: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Path of the program's Python, and `environ` changed so that the program lives in that Python's environment.

    Raises:
        OptionError: when there is no such Python.
    """
    folder = _poetry_environment(chosen) if chosen.tool == "poetry" else chosen.virtualenv
    if folder is None:
        return _python_on_path(), dict(environ)
    if not (folder / "bin" / "python").is_file():
        raise OptionError(_no_environment(chosen.virtualenv_option or folder.name, folder))
    return str(folder / "bin" / "python"), activated(environ, folder)


def activated(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The variables with the environment's `bin` first on PATH, VIRTUAL_ENV set and PYTHONHOME gone."""
    result = {name: value for name, value in environ.items() if name != "PYTHONHOME"}
    result["PATH"] = os.pathsep.join(part for part in (str(folder / "bin"), environ.get("PATH", "")) if part)
    result["VIRTUAL_ENV"] = str(folder)
    return result


def _poetry_environment(chosen: Runtime) -> Path:
    """The folder that poetry names as the project's environment."""
    poetry = shutil.which("poetry")
    if poetry is None:
        raise OptionError(
            "Could not find `poetry` executable. Install poetry and make sure it is in your PATH, or set the toolchain "
            "option in Pulumi.yaml to `pip`."
        )
    answer = subprocess.run(
        [poetry, "env", "info", "--path"], cwd=chosen.program, capture_output=True, text=True, check=False
    )
    if answer.returncode or not answer.stdout.strip():
        raise OptionError(
            f"poetry names no environment for {chosen.program}: {answer.stderr.strip()} Run `pulumi install`."
        )
    return Path(answer.stdout.strip())


def _python_on_path() -> str:
    """The Python of the PATH, PULUMI_PYTHON_CMD first."""
    wanted = os.environ.get("PULUMI_PYTHON_CMD")
    for name in [wanted] if wanted else ["python3", "python"]:
        if found := shutil.which(name):
            return found
    raise OptionError(
        f"failed to locate any of {wanted or 'python3, python'} on your PATH. Install Python or set virtualenv."
    )


def _no_environment(written: str, folder: Path) -> str:
    """Why the environment cannot be used, and the commands that make it (sdk/v3, python/toolchain/pip.go)."""
    state = "doesn't appear to be a virtual environment" if folder.exists() else "doesn't exist"
    return (
        f"The 'virtualenv' option in Pulumi.yaml is set to {written!r}, but {str(folder)!r} {state}; run the following "
        f"commands to create the virtual environment and install dependencies into it:\n\n"
        f"    1. python3 -m venv {folder}\n"
        f"    2. {folder}/bin/python -m pip install --upgrade pip setuptools wheel\n"
        f"    3. {folder}/bin/python -m pip install -r requirements.txt\n"
    )
