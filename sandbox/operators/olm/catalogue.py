"""The simulated catalogue: packages, their channels and versions, as data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCE_NAMESPACE = "openshift-marketplace"
_FILE = Path(__file__).with_name("catalogue.yaml")


@dataclass(frozen=True, kw_only=True)
class Release:
    """One version of an operator in one channel."""

    csv: str
    version: str
    replaces: str
    """The version before it in the channel; empty for the first."""
    crds: Mapping[str, str]
    """Version by name of each definition that this version of the operator brings."""


@dataclass(frozen=True, kw_only=True)
class Package:
    """One operator of a catalogue source."""

    name: str
    source: str
    display_name: str
    install_modes: frozenset[str]
    deployment: str
    """Name of the operator's Deployment."""
    image: str
    channels: Mapping[str, tuple[Release, ...]]
    """Releases from old to new, by channel."""

    def release(self, csv: str) -> Release | None:
        """The release of that CSV name in any channel."""
        return next((r for releases in self.channels.values() for r in releases if r.csv == csv), None)

    def next_release(self, channel: str, csv: str) -> Release | None:
        """The release of the channel that replaces a CSV, or None."""
        return next((r for r in self.channels.get(channel, ()) if r.replaces == csv), None)


@cache
def packages() -> Mapping[tuple[str, str], Package]:
    """Every package by catalogue source and name."""
    sources = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {
        (source, name): _package(source, name, entry) for source in sources for name, entry in sources[source].items()
    }


def package_of(csv: str) -> Package | None:
    """The package a CSV name belongs to."""
    return next((package for package in packages().values() if package.release(csv)), None)


def _package(source: str, name: str, entry: Mapping[str, Any]) -> Package:
    channels, modes, crds = entry["channels"], entry["installModes"], entry["crds"]
    older = entry.get("crdsOf", {})
    if not (isinstance(modes, list) and all(isinstance(one, dict) for one in (channels, crds, older))):
        raise TypeError(f"catalogue.yaml, {source}/{name}: channels, crds and crdsOf are mappings, installModes a list")
    return Package(
        name=name,
        source=source,
        display_name=str(entry["displayName"]),
        install_modes=frozenset(modes),
        deployment=str(entry["deployment"]),
        image=str(entry["image"]),
        channels={channel: _releases(releases, older.get(channel, crds)) for channel, releases in channels.items()},
    )


def _releases(entries: list[dict[str, str]], crds: Mapping[str, str]) -> tuple[Release, ...]:
    before = ["", *(entry["csv"] for entry in entries)]
    return tuple(
        Release(csv=entry["csv"], version=entry["version"], replaces=replaces, crds=crds)
        for entry, replaces in zip(entries, before, strict=False)
    )
