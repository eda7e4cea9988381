"""Programs of Debian packages for tests and benches: nginx with its Lua module, a Lua checker, a load generator.

Packages are downloaded by apt and unpacked into the cache: no root, nothing is installed, an installed nginx is left
alone. Where the machine's package lists are missing or outdated, lists are fetched into the cache for the moment.
Deliberately absent: `PLUGIN_MIRROR`; a site's mirror of Debian is named in apt's own settings.
"""

from __future__ import annotations

import json
import os
import platform
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from toolchain import lock
from toolchain.cache import key_of
from toolchain.debian_apt import Apt
from toolchain.failure import CommandError, SourceUnavailableError, ToolchainError, is_disk_full
from toolchain.progress import size_text
from toolchain.session import which

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolchain.session import Session

VERSIONS = "versions.json"
"""Beside the unpacked `usr`: package → version that was found."""

LIBRARIES = "libraries"
"""The table that says which package has a shared library."""

_RELEASE = Path("/etc/os-release")
_NOT_FOUND = re.compile(r"^\s*(\S+) => not found", re.MULTILINE)
_ROUNDS = 4
"""How often libraries of libraries are looked for."""


class NoPackagesError(ToolchainError):
    """Programs of Debian packages cannot be had here; `reason` is one line, for a skipped test."""

    def __init__(self, name: str, reason: str) -> None:
        self.reason = f"{name} of Debian packages cannot be had here: {reason}"
        super().__init__(
            asked=f"Debian packages with {name} were to be unpacked.",
            wrong=reason,
            allowed="Debian 12, or a later or derived system, with apt and an archive that it reaches",
            remedy="run it on such a machine or in such a container, or do without what needs it",
        )


def tables(root: Path) -> dict[str, dict[str, str]]:
    """What can be obtained: name → package → least version; and `LIBRARIES`: file name → package."""
    return tomllib.loads((root / "toolchain" / "debian.toml").read_text(encoding="utf-8"))


def obtain(session: Session, name: str) -> Path:
    """The folder with `usr` of the packages in table `name`, unpacked at the first call.

    Raises:
        NoPackagesError: there is no apt, or it has not what is needed.
        DiskFullError: no space was left.
    """
    key = _key(tables(session.layout.root), name)
    if found := _usable(session, name, key):
        return found
    with lock.held(
        session.cache.root / "lock",
        f"unpacking Debian packages (process {os.getpid()})",
        waiting=lambda other: session.progress.line("debian", f"the cache is in use by {other}; waiting for it"),
        check=session.processes.check,
    ):
        if found := _usable(session, name, key):
            return found
        with session.progress.task(_tool(name)):
            return _filled(session, name, key)


def versions(folder: Path) -> dict[str, str]:
    """Package → version of what was unpacked into a folder of `obtain`."""
    found: dict[str, str] = json.loads((folder / VERSIONS).read_text(encoding="utf-8"))
    return found


def report(session: Session, stream: TextIO) -> None:
    """Obtain everything and write one line each: what it is, and where.

    Raises:
        NoPackagesError: there is no apt, or it has not what is needed.
    """
    for name in tables(session.layout.root):
        if name != LIBRARIES:
            stream.write(f"{_tool(name):<24} {obtain(session, name)}\n")


def _usable(session: Session, name: str, key: str) -> Path | None:
    """The folder in the cache, when its programs find every library.

    Which libraries were unpacked beside them depends on what the machine had then; it may have lost one since, or the
    cache may be another machine's.
    """
    found = session.cache.find(_tool(name), key)
    if found is None or which("ldd", session.environ, accept=lambda _path: True) is None:
        return None
    return None if _missing_libraries(session, found.path) else found.path


def _filled(session: Session, name: str, key: str) -> Path:
    def content(into: Path) -> None:
        unpacked = _unpacked(session, name, into)
        (into / VERSIONS).write_text(json.dumps(unpacked, indent=1) + "\n", encoding="utf-8")

    try:
        entry = session.cache.fill(_tool(name), key, version=key, source="Debian packages", content=content)
    except (SourceUnavailableError, CommandError) as error:
        said = error.tail if isinstance(error, CommandError) else str(error)
        raise NoPackagesError(name, (said.splitlines() or ["apt said nothing"])[-1]) from error
    found = ", ".join(f"{package} {version}" for package, version in versions(entry.path).items())
    session.progress.line(_tool(name), f"ready, {size_text(entry.size)}, took {entry.seconds:.1f} s: {found}")
    return entry.path


def _unpacked(session: Session, name: str, into: Path) -> dict[str, str]:
    """Fill the folder, by the machine's lists or else by fresh ones; returns package → version."""
    apt, wanted = Apt(session), tables(session.layout.root)[name]
    apt.check()
    session.progress.line(_tool(name), f"downloading {', '.join(wanted)} ...")
    with session.cache.scratch("apt") as folder:
        try:
            packages = folder / "packages"
            found = apt.downloaded(wanted, packages)
        except (SourceUnavailableError, CommandError) as error:
            if is_disk_full(error):
                raise
            apt = apt.with_fresh_lists(folder)
            # A folder of its own: the first attempt may have left files of other versions.
            packages = folder / "packages-by-fresh-lists"
            found = apt.downloaded(wanted, packages)
        _extract(session, packages, into)
        needed, round_ = _of_missing_libraries(session, into), 0
        while needed and round_ < _ROUNDS:
            libraries = folder / f"libraries-{round_}"
            found |= apt.downloaded(needed, libraries)
            _extract(session, libraries, into)
            needed, round_ = _of_missing_libraries(session, into), round_ + 1
    if not needed:
        return found
    raise SourceUnavailableError(f"the loader still lacks what {', '.join(needed)} should have")


def _of_missing_libraries(session: Session, folder: Path) -> dict[str, str]:
    """Packages (with any version) of the shared libraries that neither the folder nor the machine has.

    Raises:
        SourceUnavailableError: no package is known for one.
    """
    missing = _missing_libraries(session, folder)
    packages = tables(session.layout.root)[LIBRARIES]
    if unknown := missing - packages.keys():
        raise SourceUnavailableError(f"no package is known for the library {min(unknown)}")
    return {packages[library]: "0" for library in sorted(missing)}


def _missing_libraries(session: Session, folder: Path) -> set[str]:
    """File names of the shared libraries that neither the folder nor the machine has."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    programs = [str(path) for path in files if _is_program(path)]
    if not programs:
        return set()
    places = sorted({str(path.parent) for path in files if path.parent.name.endswith("-linux-gnu")})
    environ = {**session.environ, "LC_ALL": "C", "LD_LIBRARY_PATH": ":".join(places)}
    return set(_NOT_FOUND.findall(session.run("debian", ["ldd", *programs], environ=environ)))


def _is_program(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _extract(session: Session, folder: Path, into: Path) -> None:
    """Unpack every package in the folder of one download."""
    for file in sorted(folder.glob("*.deb")):
        session.run("debian", ["dpkg-deb", "-x", str(file), str(into)], environ=session.environ)


def _key(found: Mapping[str, Mapping[str, str]], name: str) -> str:
    """A hash of what is asked for and of the system it is for: another release has other libraries."""
    system = _RELEASE.read_text(encoding="utf-8") if _RELEASE.exists() else platform.system()
    return key_of(json.dumps([found[name], found[LIBRARIES]]), platform.machine(), system)


def _tool(name: str) -> str:
    return f"debian-{name}"
