"""The virtual environment `.venv`, with exactly the packages and hashes of `requirements.lock`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain import wheels
from toolchain.cache import key_of, reporting_full_disk
from toolchain.catalogue import Tool
from toolchain.failure import CommandError, DiskFullError, SourceUnavailableError
from toolchain.session import which
from toolchain.sources import Obtained, Source, cached, filled, first_that_works

if TYPE_CHECKING:
    from toolchain.session import Session

_STAMP = "maas.stamp"
_PACKAGES = "python packages"
_UV_PIN = re.compile(r"^uv==(\S+)(.*?)^(?=\S)", re.MULTILINE | re.DOTALL)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def is_current(session: Session) -> bool:
    """Whether the environment was filled from the present lock by the present Python."""
    stamp = session.layout.venv / _STAMP
    return session.layout.python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == _key(session)


def create(session: Session) -> None:
    """Make the environment with its own pip where there is none; one made by another Python is made anew."""
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if session.layout.python.exists() and (session.layout.venv / "lib" / python / "site-packages" / "pip").is_dir():
        return
    session.progress.line(_PACKAGES, f"new virtual environment, Python {sys.version.split()[0]} ...")
    command = [str(_base()), "-m", "venv", "--clear", str(session.layout.venv)]
    # ensurepip runs a pip of its own; its user settings would point it elsewhere.
    with reporting_full_disk("Making the virtual environment", session.layout.venv):
        session.run("python", command, environ=session.environ)


def install(session: Session) -> None:
    """Bring the packages to the lock's state: by uv when it can be had, else by pip. Repairs a half-filled one.

    Raises:
        CommandError: the Python registry could not be reached or a hash is wrong.
        DiskFullError: no space was left.
    """
    if is_current(session):
        session.progress.line(_PACKAGES, "ready, unchanged")
        return
    stamp = session.layout.venv / _STAMP
    stamp.unlink(missing_ok=True)
    begin = session.progress.elapsed
    with session.progress.task(_PACKAGES), reporting_full_disk("Installing Python packages", session.layout.venv):
        used = _by_uv(session) or _by_pip(session)
    stamp.write_text(_key(session), encoding="utf-8")
    session.progress.line(_PACKAGES, f"ready, by {used}, took {session.progress.elapsed - begin:.1f} s")


def _key(session: Session) -> str:
    return key_of(session.layout.requirements, sys.base_prefix, sys.version)


def _base() -> Path:
    """The interpreter that this one's virtual environment, if any, was made from."""
    return Path(getattr(sys, "_base_executable", "") or sys.executable)


def _by_uv(session: Session) -> str:
    """Install by uv; "" when there is no uv or it failed (it does not read every setting of pip)."""
    try:
        command = _uv(session)
        _synchronised(session, command)
    except SourceUnavailableError as error:
        session.progress.line(_PACKAGES, f"without uv: {error}")
        return ""
    except DiskFullError:
        raise
    except CommandError as error:
        last = error.tail.splitlines()[-1] if error.tail else "it said nothing"
        session.progress.line(_PACKAGES, f"uv could not install ({last.strip()}); trying pip ...")
        return ""
    return "uv"


def _synchronised(session: Session, command: Path) -> None:
    with session.scratch_environment("python", UV_CACHE_DIR=str(session.cache.root / "uv")) as (_, environ):
        arguments = ["pip", "sync", "--quiet", "--require-hashes", "--python", str(session.layout.python)]
        with reporting_full_disk("Installing Python packages", session.layout.venv):
            session.run("python", [str(command), *arguments, str(session.layout.requirements)], environ=environ)


def _by_pip(session: Session) -> str:
    command = [str(session.layout.python), "-m", "pip", "install", "--quiet", "--require-hashes", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "-r", str(session.layout.requirements)]
    with session.scratch_environment("python") as (_, environ):
        session.run("python", command, environ=environ)
    return "pip"


def _uv(session: Session) -> Path:
    """uv: the one on the PATH, else the wheel of the version that the lock names."""
    on_path = which("uv", session.environ, accept=lambda path: _runs(session, path))
    if on_path:
        return on_path
    version, hashes = uv_pin(session.layout.requirements.read_text(encoding="utf-8"))
    tool = Tool(name="uv", version=version)
    key = key_of("uv", version, *hashes)

    def from_registry() -> Obtained:
        def content(into: Path) -> None:
            wheels.unpack(session, "uv", f"uv=={version}", hashes, into)

        return filled(session, tool, key, content, source="the Python registry")

    sources = [cached(session, tool, key), Source(name="Python registry", obtain=from_registry)]
    obtained = first_that_works(session, tool, sources)
    command = next(obtained.path.glob("*.data/scripts/uv")) if obtained.path else Path("uv")
    command.chmod(0o755)
    return command


def _runs(session: Session, command: Path) -> bool:
    """Whether it starts: a version manager's wrapper is on the PATH even where nothing is behind it."""
    try:
        session.run("python", [str(command), "--version"], environ=session.environ)
    except CommandError:
        return False
    return True


def uv_pin(lock: str) -> tuple[str, list[str]]:
    """Version and SHA-256 sums of uv in the text of a lock.

    Raises:
        SourceUnavailableError: the lock does not name uv.
    """
    match = _UV_PIN.search(lock + "\nend")
    if match is None:
        raise SourceUnavailableError("requirements.lock does not name uv")
    return match[1], _HASH.findall(match[2])
