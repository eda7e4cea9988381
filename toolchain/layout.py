"""Where everything lies: the project's own folders and the one cache folder. Nothing else is written."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Layout:
    """Folders and files of one checkout (`root`) and of the user's cache (`cache`), all absolute."""

    root: Path
    cache: Path

    @classmethod
    def of(cls, environ: Mapping[str, str], root: Path | None = None) -> Layout:
        """The checkout that this file belongs to (or `root`) and `${XDG_CACHE_HOME:-~/.cache}/maas/toolchain`."""
        configured = environ.get("XDG_CACHE_HOME", "")
        # The XDG base directory specification: a relative path is invalid and is to be ignored.
        base = (
            Path(configured) if Path(configured).is_absolute() else Path(environ.get("HOME") or Path.home()) / ".cache"
        )
        return cls((root or Path(__file__).parent.parent).resolve(), base / "maas" / "toolchain")

    @property
    def venv(self) -> Path:
        """The virtual environment of the program, the tests and the stand-ins."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """The interpreter of the virtual environment."""
        return self.venv / "bin" / "python"

    @property
    def requirements(self) -> Path:
        """Python packages with hashes."""
        return self.root / "requirements.lock"

    @property
    def installed(self) -> Path:
        """What the set-up leaves for the program, the sandbox and the Makefile."""
        return self.root / ".toolchain"

    @property
    def bin(self) -> Path:
        """First on the PATH of whoever runs pulumi."""
        return self.installed / "bin"

    @property
    def pulumi_home(self) -> Path:
        """PULUMI_HOME of this project, with the provider plugins."""
        return self.installed / "pulumi-home"

    @property
    def manifest(self) -> Path:
        """What is installed, as JSON; written last."""
        return self.installed / "manifest.json"

    @property
    def go_modules(self) -> Path:
        """One folder with go.mod and go.sum per build."""
        return self.root / "toolchain" / "go"

    @property
    def logs(self) -> Path:
        """Output of the commands that the set-up runs, one file per tool."""
        return self.installed / "logs"


def is_inside(path: Path, folder: Path) -> bool:
    """Whether `path`, links resolved, lies in `folder`."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
