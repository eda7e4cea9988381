"""What one run of the set-up works with: wired here and nowhere else."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from toolchain import catalogue
from toolchain.cache import Cache
from toolchain.mirror import Mirror
from toolchain.official import Downloads
from toolchain.processes import Processes
from toolchain.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from toolchain.layout import Layout


@dataclass(frozen=True, kw_only=True)
class Session:
    """The folders, the pins, the outside world and the reporter of one run."""

    layout: Layout
    environ: Mapping[str, str]
    catalogue: catalogue.Catalogue
    cache: Cache
    progress: Progress
    processes: Processes
    downloads: Downloads
    mirror: Mirror | None
    official: bool
    """Whether official downloads are tried at all."""
    allow_stand_ins: bool | None = None
    """Whether stand-ins may work on servers of other machines; None leaves it as it is installed."""

    def run(self, tool: str, command: list[str], *, cwd: Path | None = None, environ: Mapping[str, str]) -> str:
        """Standard output of a command run for `tool`, logged in `.toolchain/logs/<tool>.log`."""
        log = self.layout.logs / f"{tool}.log"
        return self.processes.run(command, log=log, environ=environ, cwd=cwd or self.layout.root)

    @contextmanager
    def scratch_environment(self, tool: str, **more: str) -> Iterator[tuple[Path, dict[str, str]]]:
        """A scratch folder on the cache's disk, and the environment whose temporary files go there.

        HOME stays as it is: that is where a site's registry settings are.
        """
        with self.cache.scratch(tool) as folder:
            yield folder, {**self.environ, "TMPDIR": str(folder), **more}


def session(
    layout: Layout,
    environ: Mapping[str, str],
    stream: TextIO,
    *,
    official: bool = True,
    allow_stand_ins: bool | None = None,
) -> Session:
    """A session for one checkout.

    Raises:
        ToolchainError: `PLUGIN_MIRROR` names a folder that does not exist.
    """
    progress = Progress(stream)
    processes = Processes()
    downloads = Downloads(check=processes.check, transferred=progress.transferred, told=progress.line)
    return Session(
        layout=layout,
        environ=environ,
        catalogue=catalogue.load(layout.root / "toolchain"),
        cache=Cache(layout.cache),
        progress=progress,
        processes=processes,
        downloads=downloads,
        mirror=Mirror.of(environ, downloads),
        official=official,
        allow_stand_ins=allow_stand_ins,
    )


def which(name: str, environ: Mapping[str, str], *, accept: Callable[[Path], bool]) -> Path | None:
    """The first executable of that name on the PATH that `accept` takes."""
    for folder in environ.get("PATH", os.defpath).split(os.pathsep):
        candidate = Path(folder or ".") / name
        if candidate.is_file() and os.access(candidate, os.X_OK) and accept(candidate):
            return candidate
    return None
