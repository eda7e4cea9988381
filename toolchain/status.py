"""`status`: what is installed, from where, and whether it is whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TextIO

from toolchain import install, python_environment
from toolchain.progress import size_text

if TYPE_CHECKING:
    from toolchain.session import Session


def report(session: Session, stream: TextIO) -> bool:
    """Write one line per tool; returns whether everything is installed and current."""
    manifest = _read(session)
    complete = install.installed(session) is not None
    for name, tool in manifest.get("tools", {}).items():
        size = size_text(tool["size"]) if tool["size"] else ""
        stream.write(f"{name:<24} {tool['version']:<12} {size:>8}  {tool['source']}\n")
    reach = "any server" if manifest.get("stand_ins_allowed") else "servers on loopback"
    for name in manifest.get("stand_ins", []):
        stream.write(f"stand-in in use: {name} for {reach}\n")
    current = python_environment.is_current(session)
    stream.write(f"{'python packages':<24} {'current' if current else 'not those of requirements.lock'}\n")
    stream.write(f"{'cache':<24} {session.cache.root}\n")
    if not (complete and current):
        stream.write("not complete: run `python3 -m toolchain setup`\n")
    return complete and current


def _read(session: Session) -> dict[str, Any]:
    try:
        manifest = json.loads(session.layout.manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}
