"""Pulumi itself: the CLI with its Python host and scripts, and the two provider plugins or their stand-ins."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain import go_build
from toolchain.failure import CommandError, SourceUnavailableError
from toolchain.layout import is_inside
from toolchain.session import which
from toolchain.sources import Obtained, Source, download, first_that_works, official

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolchain.catalogue import Tool
    from toolchain.go import Go
    from toolchain.session import Session

HOST = "pulumi-language-python"
"""The Python language host's file name; it has to lie beside the CLI."""

CLI_FILES = ("pulumi", "pulumi-language-python-exec", "pulumi-resource-pulumi-python")
"""What has to lie beside the host, too."""

PLUGINS = ("kubernetes", "keycloak")
"""Provider plugins of the program."""

_LAUNCHER_BYTES = 16_384
"""More than any launcher of ours has: two lines with two paths (at most 4096 bytes each, Linux, PATH_MAX)."""

_STAND_INS = {HOST: "language_python", "plugin-kubernetes": "kubernetes", "plugin-keycloak": "keycloak"}


def stand_in_module(name: str) -> str:
    """The Python module that stands in for a tool, to be run with `python -m`."""
    return f"toolchain.stand_ins.{_STAND_INS[name]}"


def is_launcher(path: Path) -> bool:
    """Whether an executable only starts a stand-in, of this checkout or of any other (`install.launcher`)."""
    if not os.access(path, os.R_OK):
        # A shell has to read what it runs: this is a program.
        return False
    with path.open("rb") as file:
        begin = file.read(_LAUNCHER_BYTES + 1)
    return len(begin) <= _LAUNCHER_BYTES and begin.startswith(b"#!/bin/sh") and b"toolchain.stand_ins" in begin


def obtain_cli(session: Session, go: Go, *, before_build: Callable[[], None]) -> Obtained:
    """A folder with `CLI_FILES`, and with `HOST` when an official release was found.

    `before_build` is called when no release was found and the compiler is about to begin.

    Raises:
        NoSourceError: no source had it, the build included.
    """
    tool = session.catalogue["pulumi"]
    cached_build, fresh_build = go_build.sources(session, go, tool, before=before_build)
    installed = Source(name="installed", obtain=lambda: _installed_cli(session, tool))
    sources = [installed, *official(session, tool), cached_build, *download(session, tool), fresh_build]
    return first_that_works(session, tool, sources)


def obtain_host(session: Session, cli: Obtained) -> Obtained:
    """The Python language host: the release's own, beside its CLI, or the stand-in."""
    tool = session.catalogue["pulumi"]
    if cli.path and (cli.path / HOST).exists() and not is_launcher(cli.path / HOST):
        return Obtained(name=HOST, version=tool.version, source=cli.source, path=cli.path)
    return _stand_in(session, HOST, tool.version)


def obtain_plugin(session: Session, name: str) -> Obtained:
    """A folder with `pulumi-resource-<name>`, or the stand-in.

    Raises:
        NoSourceError: no source had it, and there is no stand-in in this checkout.
    """
    tool = session.catalogue[f"plugin-{name}"]
    installed = Source(name="installed", obtain=lambda: _installed_plugin(session, tool, name))
    stand_in = Source(name="stand-in", obtain=lambda: _stand_in(session, tool.name, tool.version))
    return first_that_works(session, tool, [installed, *official(session, tool), *download(session, tool), stand_in])


def _installed_cli(session: Session, tool: Tool) -> Obtained:
    def accept(path: Path) -> bool:
        folder = path.resolve().parent
        if is_inside(path, session.layout.root) or not all((folder / name).is_file() for name in (*CLI_FILES, HOST)):
            return False
        return not is_launcher(folder / HOST) and _says(session, path) == f"v{tool.version}"

    found = which("pulumi", session.environ, accept=accept)
    if found is None:
        raise SourceUnavailableError(f"no pulumi {tool.version} with its Python host on the PATH")
    folder = found.resolve().parent
    return Obtained(name=tool.name, version=tool.version, source=f"this machine ({folder})", path=folder)


def _says(session: Session, command: Path) -> str:
    try:
        environ = {
            **session.environ,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_HOME": str(session.layout.pulumi_home),
        }
        return session.run("pulumi", [str(command), "version"], environ=environ).strip()
    except CommandError:
        return ""


def _installed_plugin(session: Session, tool: Tool, name: str) -> Obtained:
    home = Path(session.environ.get("PULUMI_HOME") or Path(session.environ.get("HOME", os.sep)) / ".pulumi")
    folder = home / "plugins" / f"resource-{name}-v{tool.version}"
    executable = folder / f"pulumi-resource-{name}"
    if not executable.is_file() or is_inside(folder, session.layout.root):
        raise SourceUnavailableError(f"no {folder}")
    if is_launcher(executable):
        raise SourceUnavailableError(f"{executable} only starts another checkout's stand-in")
    return Obtained(name=tool.name, version=tool.version, source=f"this machine ({folder})", path=folder)


def _stand_in(session: Session, name: str, version: str) -> Obtained:
    module = stand_in_module(name)
    if not (session.layout.root / Path(*module.split("."))).is_dir():
        raise SourceUnavailableError(f"this checkout has no {module}")
    return Obtained(name=name, version=version, source=f"own stand-in {module}", path=None, stand_in=True)
