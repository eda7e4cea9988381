"""The operators' CustomResourceDefinitions: a mirror's files first, the rest out of pinned Go modules."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.cache import key_of
from toolchain.catalogue import Tool
from toolchain.failure import ChecksumError, CommandError, SourceUnavailableError, is_disk_full
from toolchain.sources import Obtained, Source, cached, filled, first_that_works

if TYPE_CHECKING:
    from toolchain.catalogue import CrdFile, CrdModule
    from toolchain.go import Go
    from toolchain.session import Session

_CRDS = Tool(name="crds", version="pinned")


def obtain(session: Session, go: Go) -> Obtained:
    """A folder with one `<group>/<plural>.yaml` per definition.

    Raises:
        ChecksumError: a module or a file in it is not the pinned one.
        NoSourceError: a module could not be downloaded.
    """
    with session.cache.scratch(_CRDS.name) as folder:
        if session.mirror:
            session.mirror.crds(session.catalogue.crd_names, folder)
        mirrored = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*.yaml"))}
        parts = [part for pair in mirrored.items() for part in pair]
        key = key_of(session.layout.root / "toolchain" / "crds.toml", *parts)
        from_modules = Source(name="Go modules", obtain=lambda: _assembled(session, go, key, mirrored))
        return first_that_works(session, _CRDS, [cached(session, _CRDS, key), from_modules])


def _assembled(session: Session, go: Go, key: str, mirrored: dict[str, Path]) -> Obtained:
    wanted = {module: [file for file in module.files if file.name not in mirrored] for module in _modules(session)}
    wanted = {module: files for module, files in wanted.items() if files}

    def content(into: Path) -> None:
        for name, path in mirrored.items():
            target = into / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        for module, files in wanted.items():
            _extract(_module_archive(session, go, module), module, files, into)

    count = sum(len(files) for files in wanted.values())
    told = [f"the mirror ({len(mirrored)} files)"] if mirrored else []
    told += [f"Go modules ({count} files)"] if count else []
    return filled(session, _CRDS, key, content, source=" and ".join(told))


def _modules(session: Session) -> tuple[CrdModule, ...]:
    return session.catalogue.crd_modules


def _module_archive(session: Session, go: Go, module: CrdModule) -> Path:
    """The module's archive in Go's cache, its hash checked here: some of these modules are in no checksum database."""
    folder = session.cache.root / "go-work"
    try:
        answer = go.run(
            _CRDS.name,
            ["mod", "download", "-json", f"{module.path}@{module.version}"],
            cwd=folder,
            environ={"GOFLAGS": "-modcacherw", "GOSUMDB": "off"},
        )
    except CommandError as error:
        if is_disk_full(error):
            raise
        last = error.tail.splitlines()[-2:] if error.tail else ["go said nothing"]
        raise SourceUnavailableError(f"{module.path}@{module.version}: {' '.join(last)}") from error
    found = json.loads(answer)
    if found["Sum"] != module.sum:
        raise ChecksumError(f"{module.path}@{module.version}", found["Sum"], module.sum, "the Go module registry")
    return Path(found["Zip"])


def _extract(archive: Path, module: CrdModule, files: list[CrdFile], into: Path) -> None:
    with zipfile.ZipFile(archive) as zipped:
        for file in files:
            content = zipped.read(f"{module.path}@{module.version}/{file.path}")
            digest = hashlib.sha256(content).hexdigest()
            if digest != file.sha256:
                raise ChecksumError(f"{module.path}/{file.path}", digest, file.sha256, "the Go module registry")
            target = into / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
