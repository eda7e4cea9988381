"""One file of the developer portal: declared by where its bytes are, told apart by the name it is uploaded under.

porta tells neither size nor checksum of a file (app/representers/cms/file_representer.rb), but it keeps the name of the
upload as the title. So the name carries the first digits of the checksum, `logo.2cf24dba5fb0.png`: another upload shows
as drift, and a file that is already there is recognised. Bytes that are exchanged under the same name are not seen.
"""

import hashlib
import re
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from dynamic_providers.declared import Member
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.errors import ThreescaleError
from dynamic_providers.threescale.portal_section import ROOT
from dynamic_providers.threescale.portal_template import PATH, keyed

OTHER = "application/octet-stream"
CONTENT_TYPES = {
    ".gif": "image/gif",
    ".ico": "image/x-icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".zip": "application/zip",
}
"""Ending of a path → the type it has when none is declared."""


def _file_path(value: str) -> str:
    if not re.fullmatch(PATH, value, re.ASCII) or value.endswith("/"):
        raise ValueError("Allowed is a path below the portal's address, such as `/images/logo.png`")
    return value


def _source(value: str) -> str:
    if PurePosixPath(value).is_absolute() or ".." in PurePosixPath(value).parts or not PurePosixPath(value).name:
        raise ValueError("Allowed is a path below the program's folder, without `..`")
    return value


class File(Member):
    """A file."""

    source: Annotated[str, AfterValidator(_source)]
    """Where its bytes are, below the program's folder; read when they are uploaded."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """Checksum of these bytes, computed by the program, so that a preview shows a change."""
    content_type: str
    """By default after the ending of the path."""
    section: str = ROOT
    """System name of the section it is in."""

    @model_validator(mode="before")
    @classmethod
    def _with_type(cls, given: Any) -> Any:  # noqa: ANN401 - whatever a program declares
        if not isinstance(given, dict) or "key" not in given:
            return given
        ending = PurePosixPath(str(given["key"])).suffix.lower()
        values = {field: value for field, value in given.items() if field != "key"}
        return {"content_type": CONTENT_TYPES.get(ending, OTHER)} | values


Files = Annotated[dict[Annotated[str, AfterValidator(_file_path)], File], BeforeValidator(keyed)]


def stored_name(path: str, sha256: str) -> str:
    """Return the name of the upload; other characters than these porta would replace."""
    name = PurePosixPath(re.sub(r"[^\w.\-/]", "_", path, flags=re.ASCII))
    return f"{name.stem}.{sha256[:12]}{name.suffix}"


def content(path: str, file: Json) -> bytes:
    """Return the bytes of a declared file.

    Raises:
        ThreescaleError: there is no such file below the program's folder, or its checksum is another one.
    """
    folder: Path = Path.cwd().resolve()
    asked = f"upload file {path}"
    source: Path = (folder / file["source"]).resolve()
    if not source.is_relative_to(folder) or not source.is_file():
        wrong, remedy = f"`{file['source']}` is no file there", "Correct `source`, or put the file in its place"
        raise ThreescaleError(asked, wrong, f"Allowed are files below {folder}", remedy)
    data = source.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != file["sha256"]:
        wrong = f"`{file['source']}` has the sha256 {found}, declared is {file['sha256']}"
        remedy = "Run again, so that the preview shows what is uploaded; nothing may write the file while it runs"
        raise ThreescaleError(asked, wrong, "Only the content that was declared is uploaded", remedy)
    return data
