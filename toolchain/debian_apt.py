"""apt without root: what it would install, and its files. Nothing is installed and no list of the machine's changes."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.failure import CommandError, SourceUnavailableError, is_disk_full
from toolchain.session import which

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolchain.session import Session

_COMMANDS = ("apt-get", "apt-cache", "dpkg", "dpkg-deb", "ldd")
_POLICY = re.compile(r"^(\S+):\n(?:  .*\n)*?  Candidate: (\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Apt:
    """apt with the machine's own package lists, or with lists of its own in `folder`."""

    session: Session
    folder: Path | None = None

    def check(self) -> None:
        """Return when every command is there.

        Raises:
            SourceUnavailableError: one is not.
        """
        for command in _COMMANDS:
            if which(command, self.session.environ, accept=lambda _path: True) is None:
                raise SourceUnavailableError(f"there is no {command} on the PATH")

    def with_fresh_lists(self, folder: Path) -> Apt:
        """An apt whose lists were fetched into `folder` now.

        An archive that does not answer is no failure yet: it may have nothing that is asked for.
        """
        for name in ("lists/partial", "cache/archives/partial"):
            (folder / name).mkdir(parents=True)
        fresh = Apt(self.session, folder)
        self.session.progress.line("debian", "fetching package lists ...")
        try:
            fresh.run("apt-get", ["update", "--quiet"], cwd=folder)
        except CommandError as error:
            if is_disk_full(error):
                raise
        return fresh

    def downloaded(self, wanted: Mapping[str, str], into: Path) -> dict[str, str]:
        """Fetch the files of packages (name → least version) into a new folder; returns name → version.

        Raises:
            SourceUnavailableError: a package is unknown or too old.
            CommandError: the archive did not give a file, or another one than its signed lists say.
        """
        found = self._candidates(list(wanted))
        for package, least in wanted.items():
            version = found.get(package)
            if version is None:
                raise SourceUnavailableError(f"apt knows no package {package}")
            if not self._is_at_least(version, least):
                raise SourceUnavailableError(f"apt has {package} {version}, needed is {least} or newer")
        into.mkdir()
        self.run("apt-get", ["download", "--quiet", *wanted], cwd=into)
        return {package: found[package] for package in wanted}

    def run(self, command: str, arguments: list[str], *, cwd: Path) -> str:
        """Standard output of an apt command run in `cwd`, in English.

        Raises:
            CommandError: it failed.
        """
        # As root, apt would fetch as another user, who may not write here.
        options = ["-o", "APT::Sandbox::User=root"] if os.geteuid() == 0 else []
        if self.folder:
            lists, cache = self.folder / "lists", self.folder / "cache"
            options += ["-o", f"Dir::State::lists={lists}", "-o", f"Dir::Cache={cache}"]
        environ = {**self.session.environ, "LC_ALL": "C"}
        return self.session.run("debian", [command, *options, *arguments], cwd=cwd, environ=environ)

    def _candidates(self, names: list[str]) -> dict[str, str]:
        """Package → version that would be fetched; a package that no list has is left out."""
        found = _POLICY.findall(self.run("apt-cache", ["policy", *names], cwd=Path("/")))
        return {name: version for name, version in found if version != "(none)"}

    def _is_at_least(self, version: str, least: str) -> bool:
        command = ["dpkg", "--compare-versions", version, "ge", least]
        try:
            self.session.run("debian", command, environ=self.session.environ)
        except CommandError:
            return False
        return True
