"""Archives and sums: unpacking without leaving the folder, and SHA-256."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO

from toolchain.failure import ChecksumError, ToolchainError


def sha256(path: Path) -> str:
    """The file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify(path: Path, expected: str, source: str) -> None:
    """Return when the file has that SHA-256.

    Raises:
        ChecksumError: it has another one.
    """
    found = sha256(path)
    if found != expected:
        raise ChecksumError(path.name, found, expected, source)


def published_sum(text: str, name: str) -> str | None:
    """The SHA-256 that a file of sums gives for `name`, or None. One bare sum speaks for its own archive."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    for words in lines:
        if len(words) == 2 and words[1].lstrip("*") == name:  # noqa: PLR2004 - "sum  name", as sha256sum writes it
            return words[0].lower()
    return lines[0][0].lower() if len(lines) == 1 and len(lines[0]) == 1 else None


def unpack(archive: Path, into: Path, inside: str = "") -> None:
    """Unpack a .tar.gz, .zip or .whl; with `inside` only that folder's content. Any other file is copied, executable.

    Raises:
        ToolchainError: the archive is damaged or does not hold what its name promises.
    """
    into.mkdir(parents=True, exist_ok=True)
    try:
        if archive.name.endswith((".tar.gz", ".tgz")):
            _unpack_tar(archive, into, inside)
        elif archive.suffix in {".zip", ".whl"}:
            _unpack_zip(archive, into, inside)
        else:
            _copy(archive, into)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
        raise _damaged(archive, str(error)) from error
    if not any(into.iterdir()):
        raise _damaged(archive, f"it holds nothing under {inside or '.'}")


def _unpack_tar(archive: Path, into: Path, inside: str) -> None:
    with tarfile.open(archive, "r:gz") as tar:
        for member in tar:
            name = _below(member.name, inside)
            content = tar.extractfile(member) if name and member.isreg() else None
            if content is not None:
                with content:
                    _write(content, _target(archive, into, name), executable=bool(member.mode & 0o111))


def _unpack_zip(archive: Path, into: Path, inside: str) -> None:
    with zipfile.ZipFile(archive) as zipped:
        for member in zipped.infolist():
            name = _below(member.filename, inside)
            if name and not member.is_dir():
                with zipped.open(member) as content:
                    # The upper half of the attribute is the Unix mode; archives made elsewhere have none.
                    executable = bool(member.external_attr >> 16 & 0o111)
                    _write(content, _target(archive, into, name), executable=executable)


def _target(archive: Path, into: Path, name: str) -> Path:
    """Where the member goes. Only plain files are written, so no link can lead out; a name with ".." still could."""
    target = into / name
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        raise _damaged(archive, f"its member {name} leads out of the folder")
    return target


def _write(content: IO[bytes], target: Path, *, executable: bool) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        shutil.copyfileobj(content, file, 1 << 20)
    if executable:
        target.chmod(0o755)


def _below(name: str, inside: str) -> str:
    """The member's name relative to `inside`, or "" when it is not below it."""
    path = PurePosixPath(name)
    if not inside:
        return "" if str(path) == "." else str(path)
    if path.is_relative_to(inside) and path != PurePosixPath(inside):
        return str(path.relative_to(inside))
    return ""


def _copy(plain: Path, into: Path) -> None:
    target = into / plain.name
    shutil.copyfile(plain, target)
    target.chmod(0o755)


def _damaged(archive: Path, wrong: str) -> ToolchainError:
    return ToolchainError(
        asked=f"{archive.name} was to be unpacked.",
        wrong=wrong,
        allowed="the official archive of that name, whole",
        remedy=f"replace it at its source ({archive}), then run again",
    )
