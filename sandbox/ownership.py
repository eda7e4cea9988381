"""Whose folder it is: a sandbox lives only in a folder it made or found empty, and removes only such a folder."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.errors import SandboxError

if TYPE_CHECKING:
    from sandbox.layout import Layout

MARKER = ".maas-sandbox"
_NAMED = 5
_TEXT = "A sandbox made this folder; `python -m sandbox stop --clean` removes it with everything in it.\n"


def is_owned(layout: Layout) -> bool:
    """Whether a sandbox made the folder or found it empty."""
    return (layout.root / MARKER).is_file()


def claim(layout: Layout) -> None:
    """Make the folder, or take an empty one; nothing happens when it is a sandbox's already.

    Raises:
        SandboxError: it is no folder, or holds something that no sandbox made.
    """
    root = layout.root
    if root.exists() and not root.is_dir():
        raise _no_folder("The sandbox was to start in a folder.", root)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The marker is the first thing written: of two starts at once neither sees the other's files without it.
    inside = sorted(path.name for path in root.iterdir())
    if inside and MARKER not in inside:
        raise SandboxError(
            asked=f"The sandbox was to start in the folder {root}.",
            value=f"it is not empty and no sandbox made it: {', '.join(inside[:_NAMED])}",
            allowed=f"a folder that does not exist, an empty one, or one with a sandbox's {MARKER} in it",
            action="choose another --dir",
        )
    if not inside:
        (root / MARKER).write_text(_TEXT, encoding="utf-8")


def check_removable(layout: Layout) -> None:
    """Refuse to remove what is not, beyond doubt, a sandbox's own folder.

    Raises:
        SandboxError: it is a link, no folder, a folder of the system or of a person, or holds a repository.
    """
    root = layout.root
    asked = f"{root} was to be removed with everything in it."
    if root.is_symlink():
        raise _kept(asked, "it is a symbolic link", root)
    if not root.is_dir():
        raise _no_folder(asked, root)
    real = root.resolve()
    if real == Path(real.anchor) or Path.home().resolve().is_relative_to(real):
        raise _kept(asked, "it is the root or a home folder, or a home folder lies in it", root)
    if not is_owned(layout):
        raise _kept(asked, f"it does not look like a sandbox's folder: there is no {MARKER} in it", root)
    repository = next(root.rglob(".git"), None)
    if repository is not None:
        raise _kept(asked, f"a repository lies in it: {repository}", root)


def clean_command(layout: Layout) -> str:
    """The command that stops this sandbox and throws its state away."""
    return f"python -m sandbox stop --clean --dir {shlex.quote(str(layout.root))}"


def _kept(asked: str, value: str, root: Path) -> SandboxError:
    return SandboxError(
        asked=asked,
        value=value,
        allowed=f"a real folder a sandbox made (it holds {MARKER}), without a repository inside, and no home folder",
        action=f"check --dir; look into {root} and remove it yourself if you are sure",
    )


def _no_folder(asked: str, root: Path) -> SandboxError:
    return SandboxError(asked=asked, value=f"{root} is no folder", allowed="a folder", action="choose another --dir")
