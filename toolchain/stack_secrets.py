"""`secrets STACK`: the passphrase and the generated secrets of a stack, as files that only their owner can read.

No value is printed, and none becomes an argument of a command: `pulumi config set --secret` reads its standard input.
"""

from __future__ import annotations

import os
import re
import secrets
import shlex
from typing import TYPE_CHECKING, TextIO

from toolchain.failure import ToolchainError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

KEYS = (
    "threescaleSeedToken",
    "threescaleAdminPassword",
    "threescaleMasterToken",
    "threescaleMasterPassword",
    "keycloakAdminClientSecret",
)
"""The secrets of the stack that can be generated; all others come from somebody (a model hub's token, for instance)."""

PASSPHRASE = "passphrase"  # noqa: S105 - the file's name
"""File name of the passphrase that encrypts the stack's secrets."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_CHARACTERS = "letters, digits, dots, dashes and underscores, at most 100, beginning with a letter or digit"
_PARTS = (1, 3)
"""How many parts a stack's name may have: STACK, or organization/project/STACK."""
_BYTES = 32


def generate(folder: Path, keys: Sequence[str] = KEYS) -> list[str]:
    """Write `passphrase` and one file per key into `folder` (0700, files 0600); what is there already is kept.

    Returns the names that were written. Values are 64 hexadecimal digits (256 bits): they need no escaping in a URL, a
    header or a shell.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return [name for name in (PASSPHRASE, *keys) if _write_once(folder / name)]


def commands(folder: Path, stack: str, keys: Sequence[str] = KEYS) -> list[str]:
    """The shell lines that make the stack, if need be, and hand it the secrets. They name files, never values."""
    # The CLI takes the variable with the passphrase itself before the one that names a file.
    lines = ["unset PULUMI_CONFIG_PASSPHRASE"]
    lines.append(f"export PULUMI_CONFIG_PASSPHRASE_FILE={shlex.quote(str(folder / PASSPHRASE))}")
    lines.append(f"pulumi stack select --create {shlex.quote(stack)}")
    for key in keys:
        source = shlex.quote(str(folder / key))
        lines.append(f"pulumi config set --secret --stack {shlex.quote(stack)} maas:{key} < {source}")
    return lines


def report(folder: Path, stack: str, keys: Sequence[str], stream: TextIO) -> None:
    """Generate, and print what to do with the result.

    Raises:
        ToolchainError: the stack's name or a key is not one.
    """
    parts = stack.split("/")
    if len(parts) not in _PARTS or not all(_NAME.fullmatch(part) for part in parts):
        raise ToolchainError(
            asked="Secrets are generated for a stack.",
            wrong=f"the stack's name {stack!r}",
            allowed=f"STACK or organization/project/STACK, each of {_CHARACTERS}",
            remedy="correct the stack's name",
        )
    for name in keys:
        if not _NAME.fullmatch(name):
            raise ToolchainError(
                asked="Secrets are generated for a stack, one file per key.",
                wrong=f"the key {name!r}",
                allowed=_CHARACTERS,
                remedy="correct --keys",
            )
    written = generate(folder, keys)
    kept = [name for name in (PASSPHRASE, *keys) if name not in written]
    stream.write(f"# generated in {folder}: {', '.join(written) or 'nothing'}\n")
    if kept:
        stream.write(f"# kept as they were: {', '.join(kept)}\n")
    stream.write("# keep that folder safe and out of version control; then run:\n")
    stream.write("\n".join(commands(folder, stack, keys)) + "\n")


def _write_once(path: Path) -> bool:
    """Write a new secret, False when the file is there. Linking is atomic and never overwrites."""
    if path.exists():
        path.chmod(0o600)
        return False
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_BYTES))
        os.link(temporary, path)
    finally:
        temporary.unlink()
    return True
