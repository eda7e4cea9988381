"""The pinned versions and sums, read from `tools.toml` and `crds.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Tool:
    """One tool; the fields are those of `tools.toml`, "" where a tool has none."""

    name: str
    version: str
    archive: str = ""
    url: str = ""
    checksums: str = ""
    sha256: str = ""
    inside: str = ""
    package: str = ""
    artifact: str = ""
    fetched_by: str = ""


@dataclass(frozen=True, kw_only=True)
class CrdFile:
    """One definition: `<group>/<plural>.yaml`, its path inside the module, and its SHA-256."""

    name: str
    path: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class CrdModule:
    """One Go module with definitions; `sum` is Go's "h1:" hash of the module."""

    path: str
    version: str
    sum: str
    files: tuple[CrdFile, ...]


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Everything that is pinned: tools by name, CRD modules, and CRD names that only a mirror can have."""

    tools: Mapping[str, Tool]
    crd_modules: tuple[CrdModule, ...]
    crds_only_in_mirror: tuple[str, ...]

    def __getitem__(self, name: str) -> Tool:
        """The tool of that name; KeyError for a name that `tools.toml` does not have."""
        return self.tools[name]

    @property
    def crd_names(self) -> tuple[str, ...]:
        """Every `<group>/<plural>.yaml` worth asking a mirror for."""
        return tuple(file.name for module in self.crd_modules for file in module.files) + self.crds_only_in_mirror


def load(folder: Path) -> Catalogue:
    """The catalogue of a `toolchain/` folder."""
    crds = tomllib.loads((folder / "crds.toml").read_text(encoding="utf-8"))
    tools = tomllib.loads((folder / "tools.toml").read_text(encoding="utf-8"))
    return Catalogue(
        tools={name: Tool(name=name, **fields) for name, fields in tools.items()},
        crd_modules=tuple(_module(entry) for entry in crds["module"]),
        crds_only_in_mirror=tuple(crds["only_in_mirror"]),
    )


def _module(entry: dict[str, Any]) -> CrdModule:
    files = tuple(CrdFile(**fields) for fields in entry["file"])
    return CrdModule(path=entry["path"], version=entry["version"], sum=entry["sum"], files=files)
