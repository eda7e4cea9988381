"""CustomResourceDefinitions on disk: the folders given at start, then the sandbox's own, read only when needed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

OWN_FOLDER = Path(__file__).resolve().parent.parent / "crds"
_NAME = re.compile(r"^ {2}name: ([a-z0-9.-]+)$|^metadata: \{name: ([a-z0-9.-]+)\}$", re.MULTILINE)
_KIND = re.compile(r"^kind: CustomResourceDefinition$", re.MULTILINE)


class CrdFiles:
    """Definitions by name. A folder given at start wins over the sandbox's own schemas, if it serves the version.

    One that stores the version wins over one that stores another: a later release serves an older version too, without
    the fields that it has dropped.
    """

    def __init__(self, folders: Iterable[Path] = ()) -> None:
        self._files: dict[str, list[Path]] = {}
        self._read: dict[Path, dict[str, Any]] = {}
        for folder in (*folders, OWN_FOLDER):
            for path in sorted((*folder.rglob("*.yaml"), *folder.rglob("*.yml"))):
                self._note(path)

    def get(self, name: str, version: str) -> dict[str, Any] | None:
        """The definition `<plural>.<group>` that serves a version, or None when no folder has it."""
        found = [self._load(path) for path in self._files.get(name, ())]
        serving = [one for one in found if _has(one, version, "served")]
        return next((one for one in serving if _has(one, version, "storage")), next(iter(serving), None))

    def path(self, name: str, version: str) -> Path | None:
        """The file that `get` answers from."""
        found = self.get(name, version)
        return next((path for path, definition in self._read.items() if definition is found), None)

    def _note(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8", errors="replace")
        if _KIND.search(text) and (match := _NAME.search(text)):
            self._files.setdefault(match[1] or match[2], []).append(path)

    def _load(self, path: Path) -> dict[str, Any]:
        if path not in self._read:
            # The C loader: the published definitions have up to 1.5 MB, half a minute for the Python one.
            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
            definition = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both are safe loaders
            # No conversion webhook runs here, and each definition stores a version that needs none.
            definition["spec"].pop("conversion", None)
            definition.pop("status", None)
            self._read[path] = definition
        return self._read[path]


def _has(definition: dict[str, Any], version: str, what: str) -> bool:
    return any(one["name"] == version and one[what] for one in definition["spec"]["versions"])
