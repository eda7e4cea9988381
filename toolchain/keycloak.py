"""The Keycloak server: a mirror's archive, else the distribution in the Maven registry."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain import archives, trust_store
from toolchain.cache import key_of, reporting_full_disk
from toolchain.failure import CommandError, SourceUnavailableError
from toolchain.layout import is_inside
from toolchain.prerequisites import maven
from toolchain.sources import Obtained, Source, cached, filled, first_that_works, official, official_key

if TYPE_CHECKING:
    from toolchain.catalogue import Tool
    from toolchain.session import Session


def obtain(session: Session, runtime: Obtained) -> Obtained:
    """The unpacked server; `path` is its home. `runtime` is the Java that Maven runs on.

    Raises:
        NoSourceError: there is no mirror with it, no Maven, or Maven could not get it.
    """
    tool = session.catalogue["keycloak"]
    key = key_of("maven", tool.artifact, tool.sha256)
    from_maven = Source(name="Maven registry", obtain=lambda: _fetched(session, tool, key, runtime))
    installed = Source(name="installed", obtain=lambda: _installed(session, tool))
    return first_that_works(
        session, tool, [installed, *official(session, tool), cached(session, tool, key), from_maven]
    )


def is_needed(session: Session) -> bool:
    """Whether Maven would be used: nothing of the exact version is installed or cached, and there is no mirror."""
    tool = session.catalogue["keycloak"]
    keys = (official_key(tool), key_of("maven", tool.artifact, tool.sha256))
    if session.mirror or any(session.cache.find(tool.name, key) for key in keys):
        return False
    return not _is_version(Path(session.environ.get("KEYCLOAK_HOME") or os.devnull), tool)


def _installed(session: Session, tool: Tool) -> Obtained:
    home = session.environ.get("KEYCLOAK_HOME", "")
    if home and _is_version(Path(home), tool):
        return Obtained(name=tool.name, version=tool.version, source=f"this machine ({home})", path=Path(home))
    raise SourceUnavailableError(f"KEYCLOAK_HOME names no Keycloak {tool.version}")


def _is_version(home: Path, tool: Tool) -> bool:
    file = home / "version.txt"
    return file.is_file() and file.read_text(encoding="utf-8").split()[-1] == tool.version


def _fetched(session: Session, tool: Tool, key: str, runtime: Obtained) -> Obtained:
    command = maven(session.environ)
    if command is None:
        raise SourceUnavailableError("there is no mvn on the PATH")

    def content(into: Path) -> None:
        with session.scratch_environment(tool.name) as (folder, environ):
            archive = _download(session, command, runtime, folder, environ)
            archives.verify(archive, tool.sha256, "the Maven registry")
            archives.unpack(archive, into, tool.inside)

    return filled(session, tool, key, content, source="the Maven registry")


def _download(session: Session, command: Path, runtime: Obtained, folder: Path, environ: dict[str, str]) -> Path:
    """The distribution's archive in a local repository of its own, which is removed with the scratch folder."""
    tool = session.catalogue["keycloak"]
    arguments = [str(command), "-q", "-B", tool.fetched_by, f"-Dartifact={tool.artifact}"]
    arguments += ["-Dtransitive=false", f"-Dmaven.repo.local={folder / 'repository'}"]
    options = [environ.get("MAVEN_OPTS", ""), f"-Djava.io.tmpdir={folder}", "-XX:-UsePerfData"]
    if is_inside(runtime.path or folder, session.cache.root):
        options += trust_store.options(environ, folder)
    try:
        with reporting_full_disk("Running Maven for Keycloak", folder):
            session.run(
                tool.name,
                arguments,
                environ={**environ, "JAVA_HOME": str(runtime.path), "MAVEN_OPTS": " ".join(options).strip()},
                cwd=folder,
            )
    except CommandError as error:
        last = error.tail.splitlines()[-1] if error.tail else "it said nothing"
        raise SourceUnavailableError(f"Maven could not get {tool.artifact} ({last})") from error
    group, name, version, kind = tool.artifact.split(":")
    return folder / "repository" / group.replace(".", "/") / name / version / f"{name}-{version}.{kind}"
