"""A state file that the kill tore in the middle of a write, put back from the copy the engine keeps.

Seen with CLI 3.259 and a `file://` backend: the checkpoint is written in place, so a kill can leave it empty or cut off
(`failed to load checkpoint: EOF`). Before every write the engine copies the former one to `<stack>.json.bak`. That copy
is never too old: an operation begins only after the snapshot that announces it is written, and until the snapshot after
it is written the copy still shows it as pending. A kill can also tear the note `<stack>.json.attrs` beside it, with the
same error. Buckets and databases replace their object in one step.
"""

import json
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

from operations.errors import OperationError
from operations.stack import PROJECT_NAME, Stack


def _file(stack: Stack) -> Path | None:
    """The stack's checkpoint on a `file://` backend; None on every other."""
    backend = urlsplit(stack.read("whoami", "--json", named=False)["url"])
    if backend.scheme != "file":
        return None
    folder = Path(unquote(backend.path)).expanduser() if backend.path else Path.home()
    return folder / ".pulumi" / "stacks" / PROJECT_NAME / f"{stack.name}.json"


def _complete(path: Path) -> bool:
    """Whether the file holds a whole JSON document."""
    try:
        json.loads(path.read_text())
    except (OSError, json.JSONDecodeError, UnicodeDecodeError):
        return False
    return True


def mended(path: Path) -> bool:
    """Put a torn checkpoint back from its copy, keeping the torn one beside it; False when it was whole.

    Raises:
        OperationError: The copy is torn as well.
    """
    copy = path.with_name(f"{path.name}.bak")
    if _complete(path) or not (path.exists() or copy.exists()):
        return False
    if not _complete(copy):
        message = (
            f"asked for the state in {path}: it was cut off, and so is its copy {copy.name}; "
            "put one of the files of .pulumi/backups back with `pulumi stack import`"
        )
        raise OperationError(message)
    if path.exists():
        path.replace(path.with_name(f"{path.name}.torn"))
    fresh = path.with_name(f"{path.name}.new")
    shutil.copyfile(copy, fresh)
    fresh.replace(path)
    return True


def unmarked(path: Path) -> bool:
    """Remove the note of content type and checksum beside a checkpoint when it is torn; False when it was whole.

    It is written before the checkpoint itself is put in place, and without it the checkpoint is read all the same
    (gocloud.dev/blob/fileblob, `.attrs`); an empty one is the same `failed to load checkpoint: EOF`.
    """
    note = path.with_name(f"{path.name}.attrs")
    if not note.exists() or _complete(note):
        return False
    note.unlink()
    return True


def mend(stack: Stack) -> bool:
    """Mend the stack's checkpoint if its backend keeps it in a file; tells whether there was something to mend."""
    path = _file(stack)
    return path is not None and any([unmarked(path), mended(path)])
