"""What has to be on the machine before anything is built; what is missing is named with its command."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.failure import DiskFullError, ToolchainError
from toolchain.session import which

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolchain.session import Session

PLATFORM = ("Linux", "x86_64")
"""The one platform whose pinned wheels and archives are in `tools.toml`."""

_DEBIAN = Path("/etc/debian_version")


def maven(environ: Mapping[str, str]) -> Path | None:
    """The `mvn` command on the PATH."""
    return which("mvn", environ, accept=lambda _path: True)


def check_platform(system: str = platform.system(), machine: str = platform.machine()) -> None:
    """Return on Linux on x86_64.

    Raises:
        ToolchainError: on any other platform.
    """
    if (system, machine) != PLATFORM:
        raise ToolchainError(
            asked="The set-up builds and fetches programs for this machine.",
            wrong=f"{system} on {machine}",
            allowed=" on ".join(PLATFORM),
            remedy="run it on such a machine or in such a container",
        )


def check(session: Session, *, needs_maven: bool, install: bool) -> None:
    """Return when everything is there; with `install`, as root on Debian, fetch what is missing with apt first.

    Raises:
        ToolchainError: something is missing; every missing thing is named, with its command.
    """
    missing = _missing(session, needs_maven=needs_maven)
    if missing and install and _can_apt():
        _apt(session, list(missing.values()))
        missing = _missing(session, needs_maven=needs_maven)
    if missing:
        packages = " ".join(missing.values())
        hint = " (or `python3 -m toolchain setup --install-prerequisites` does it)" if _can_apt() else ""
        sudo = "" if os.geteuid() == 0 else "sudo "
        raise ToolchainError(
            asked="The set-up needs Python's venv module, and Maven to fetch Keycloak.",
            wrong=f"missing: {', '.join(missing)}",
            allowed="both installed, Maven by any package manager",
            remedy=f"{sudo}apt-get install -y --no-install-recommends {packages}{hint}",
        )


def _missing(session: Session, *, needs_maven: bool) -> dict[str, str]:
    """What is missing, with the name of its Debian package."""
    missing = {}
    if not session.layout.python.exists() and not importlib.util.find_spec("ensurepip"):
        missing["venv for this Python"] = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if needs_maven and maven(session.environ) is None:
        missing["mvn"] = "maven"
    return missing


def _can_apt() -> bool:
    return os.geteuid() == 0 and _DEBIAN.exists()


def _apt(session: Session, packages: list[str]) -> None:
    session.progress.line("prerequisites", f"apt-get install {' '.join(packages)} ...")
    environ = {**session.environ, "DEBIAN_FRONTEND": "noninteractive"}
    session.run("apt", ["apt-get", "update", "-q"], environ=environ)
    command = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages]
    session.run("apt", command, environ=environ)


BUILD_BYTES = 9_000_000_000
"""What a cold build needs while it runs: 2.7 GB modules, 4.3 GB build cache, 1.5 GB results (measured)."""


def check_space(session: Session, work: Path) -> None:
    """Return when the disk has room for a build, counting what an interrupted one already left in `work`.

    Raises:
        DiskFullError: it has not.
    """
    there = sum(path.lstat().st_size for path in work.rglob("*") if path.is_file()) if work.exists() else 0
    session.cache.root.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(session.cache.root).free < BUILD_BYTES - there:
        raise DiskFullError("Building Pulumi and the Kubernetes servers", session.cache.root)
