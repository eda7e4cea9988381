"""Secrets and ConfigMaps as files for a container's process, below a folder that stands for the container's root."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from sandbox.layout import write_private

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from sandbox.kube.client import Json

    Read = Callable[[str, str], Awaitable[Json | None]]

_KINDS = (("configmaps", "configMap", "name"), ("secrets", "secret", "secretName"))


@dataclass(frozen=True)
class Mounts:
    """The folders of a container's volumes below `root`, by the path at which the container sees them."""

    root: Path
    folders: dict[str, Path]

    def outside(self, text: str) -> str:
        """A path of the container as one of this machine, if a volume lies at it, above it or below it."""
        path = PurePosixPath(text)
        for mount in map(PurePosixPath, self.folders):
            if path.is_absolute() and (path == mount or mount in path.parents or path in mount.parents):
                return f"{self.root}{text}"
        return text


async def mounted(pod: Json, container: Json, root: Path, read: Read) -> Mounts:
    """Write what the container mounts of Secrets and ConfigMaps; other volumes are nobody's business here."""
    volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes") or []}
    folders: dict[str, Path] = {}
    for mount in container.get("volumeMounts") or []:
        data = await _data(volumes.get(mount["name"], {}), read)
        if data is not None:
            folder = root / mount["mountPath"].lstrip("/")
            await asyncio.to_thread(_write, folder, data)
            folders[mount["mountPath"]] = folder
    return Mounts(root, folders)


async def _data(volume: Json, read: Read) -> dict[str, bytes] | None:
    """File name → contents of a volume; None when it is neither Secret nor ConfigMap."""
    for collection, key, field in _KINDS:
        if source := volume.get(key):
            found = await read(collection, source[field]) or {}
            entries: dict[str, str] = found.get("data") or {}
            plain = {
                name: base64.b64decode(text) if key == "secret" else text.encode() for name, text in entries.items()
            }
            if items := source.get("items"):
                return {item["path"]: plain[item["key"]] for item in items if item["key"] in plain}
            return plain
    return None


def _write(folder: Path, data: dict[str, bytes]) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.rglob("*"):
        if old.is_file() and str(old.relative_to(folder)) not in data:
            old.unlink()
    for name, body in data.items():
        (folder / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(folder / name, body.decode("utf-8"))
