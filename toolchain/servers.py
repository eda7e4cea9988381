"""The sandbox's Kubernetes servers: etcd, kube-apiserver, kube-controller-manager."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolchain import go_build
from toolchain.failure import CommandError, SourceUnavailableError
from toolchain.layout import is_inside
from toolchain.session import which
from toolchain.sources import Obtained, Source, download, first_that_works, official

if TYPE_CHECKING:
    from pathlib import Path

    from toolchain.catalogue import Tool
    from toolchain.go import Go
    from toolchain.session import Session

NAMES = ("kube-apiserver", "kube-controller-manager", "etcd")
"""In the order of building: the first takes longest and the others reuse its packages."""


def obtain(session: Session, go: Go, name: str) -> Obtained:
    """A folder with the server's executable.

    Raises:
        NoSourceError: no source had it, the build included.
    """
    tool = session.catalogue[name]
    cached_build, fresh_build = go_build.sources(session, go, tool)
    installed = Source(name="installed", obtain=lambda: _installed(session, tool))
    sources = [installed, *official(session, tool), cached_build, *download(session, tool), fresh_build]
    return first_that_works(session, tool, sources)


def _installed(session: Session, tool: Tool) -> Obtained:
    found = which(tool.name, session.environ, accept=lambda path: _is_version(session, tool, path))
    if found is None:
        raise SourceUnavailableError(f"no {tool.name} {tool.version} on the PATH")
    folder = found.resolve().parent
    return Obtained(name=tool.name, version=tool.version, source=f"this machine ({folder})", path=folder)


def _is_version(session: Session, tool: Tool, path: Path) -> bool:
    if is_inside(path, session.layout.root):
        return False
    try:
        text = session.run(tool.name, [str(path), "--version"], environ=session.environ)
    except CommandError:
        return False
    # "Kubernetes v1.36.3" or "etcd Version: 3.6.8", first line.
    return bool(text) and text.split("\n", 1)[0].split()[-1].removeprefix("v") == tool.version
