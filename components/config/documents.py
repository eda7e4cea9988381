"""OpenAPI documents of the project's own, as files below its folder."""

import json
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parents[2]
"""The project's folder."""


class DocumentError(Exception):
    """A file that cannot be a page of the portal: what was found, and what to do."""

    def __init__(self, given: str, remedy: str) -> None:
        super().__init__(f"{given}; {remedy}")
        self.given = given
        """What was found."""
        self.remedy = remedy
        """What the reader should do, with `{path}` for the key that names the file."""


def document(name: str) -> dict[str, Any]:
    """The document in the file `name`, a path below the project's folder, as parsed.

    Raises:
        DocumentError: The file is elsewhere, cannot be read, or holds no OpenAPI document.
    """
    path = (PROJECT / name).resolve()
    if not path.is_relative_to(PROJECT):
        raise DocumentError(f'"{name}" is outside the project\'s folder', "copy the file there and correct {path}")
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
        # What YAML alone knows, such as dates, must become text before it can be sent as JSON.
        found = json.loads(json.dumps(found, default=str))
    except OSError as refusal:
        raise DocumentError(
            f'"{name}" cannot be read ({refusal.strerror})', "add the file, or correct {path}"
        ) from None
    except (ValueError, yaml.YAMLError):
        form = "JSON" if path.suffix == ".json" else "YAML"
        raise DocumentError(f'"{name}" is no {form}', f"write {name} as {form}") from None
    if not isinstance(found, dict) or not isinstance(found.get("openapi"), str):
        raise DocumentError(f'"{name}" has no key openapi with a version', f"write {name} as an OpenAPI document")
    return found
