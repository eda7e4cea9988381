"""What is installed in a program's environment: all distributions, and the Pulumi packages among them."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from dataclasses import dataclass
from typing import Any

from pulumi.runtime.proto import plugin_pb2

from toolchain.stand_ins.language_python.options import OptionError

LISTING = """
import importlib.metadata as metadata, json
found = []
for dist in metadata.distributions():
    plugin = next((f for f in dist.files or () if f.name == "pulumi-plugin.json"), None)
    text = dist.locate_file(plugin).read_text(encoding="utf-8") if plugin else None
    found.append([dist.metadata["Name"], dist.version, dist.requires or [], text])
print(json.dumps(found))
"""
"""Runs in the program's interpreter, which needs no pip for it. One entry per distribution:
name, version, requirements, text of its pulumi-plugin.json or null."""


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """One installed distribution."""

    name: str
    version: str
    requires: tuple[str, ...]
    """Normalised names of the distributions it needs, extras left out."""
    plugin: dict[str, Any] | None
    """Its `pulumi-plugin.json`, when it is a package made for Pulumi."""


def installed(python: str, environ: dict[str, str]) -> list[Distribution]:
    """Every distribution of the environment, once, by name.

    Raises:
        OptionError: when the interpreter does not answer.
    """
    # From an empty folder: a program's own module must not stand in for one of the standard library.
    with tempfile.TemporaryDirectory() as nowhere:
        answer = subprocess.run(
            [python, "-c", LISTING], cwd=nowhere, env=environ, capture_output=True, text=True, check=False
        )
    if answer.returncode:
        raise OptionError(
            f"{python} cannot list what is installed: {answer.stderr.strip()} Check the virtualenv option."
        )
    found = {
        normalised(name): Distribution(
            name=normalised(name),
            version=version,
            requires=tuple(_required(line) for line in requires if "extra ==" not in line),
            plugin=json.loads(plugin) if plugin else None,
        )
        for name, version, requires, plugin in reversed(json.loads(answer.stdout))
        if name
    }
    return sorted(found.values(), key=lambda one: one.name)


def normalised(name: str) -> str:
    """A distribution's name in the form of PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _required(line: str) -> str:
    """The normalised name at the start of a requirement line."""
    return normalised(re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0])


def not_required(found: list[Distribution]) -> list[Distribution]:
    """The distributions that no other one needs."""
    needed = {name for one in found for name in one.requires}
    return [one for one in found if one.name not in needed]


def dependency(one: Distribution) -> plugin_pb2.PackageDependency | None:
    """The resource plugin that the distribution's `pulumi-plugin.json` names; None when it names none."""
    if one.plugin is None or one.plugin.get("resource") is not True:
        return None
    version = str(one.plugin.get("version") or one.version)
    return plugin_pb2.PackageDependency(
        name=str(one.plugin.get("name") or one.name.removeprefix("pulumi-")),
        kind="resource",
        version=version if version.startswith("v") else f"v{version}",
        server=str(one.plugin.get("server") or ""),
    )
