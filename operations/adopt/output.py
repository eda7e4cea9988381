"""The entries as YAML with their comments, and files that are there whole or not at all."""

import json
import os
import re
import tempfile
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from dynamic_providers.json_object import Json
from operations.adopt.catalogue import Catalogue
from operations.errors import OperationError

_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9 _./,()-]*")
"""Text that every version of YAML reads as text; the rest is quoted. Words such as `yes` the library quotes itself."""
_WIDTH = 110


class _Dumper(yaml.SafeDumper):
    """Writes text so that the engine's reader, another version of YAML, reads the same; lists are indented."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - the library's signature
        """Indent lists below their key, as the tracked stack files do."""
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = None if _PLAIN.fullmatch(value) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
_Dumper.ignore_aliases = lambda *_: True  # type: ignore[method-assign]  # anchors would hide what is written


def text(found: Catalogue, files: Mapping[str, str], accounts: Mapping[str, Json], origin: str) -> str:
    """The YAML of all entries; `files` are the pages' documents by model, as paths below the project's folder."""
    lines = [f"# Read from {origin}. Move these entries into the stack file; the first `pulumi up` takes over what"]
    lines += ["# they name and changes nothing. Afterwards `adopt` has no effect and can be removed.", "config:"]
    lines.append("  maas:models:")
    for key, entry in found.entries.items():
        model = dict(entry.model)
        if key in files:
            model["docs"] = {**model.get("docs", {}), "file": files[key]}
            model = {name: model[name] for name in sorted(model, key=_place(entry.model))}
        lines += [f"    # Stays as it is, outside this stack: {one}" for one in entry.beside]
        block = _yaml({key: model}, 4)
        if entry.promotion_reason:
            comment = f"      # Off, because {entry.promotion_reason}.\n      promotion:"
            block = block.replace("\n      promotion:", f"\n{comment}", 1)
        lines.append(block)
    if found.plans:
        lines += ["  maas:plans:", _yaml(found.plans, 4)]
    if accounts:
        lines += ["  maas:consumers:", "    accounts:", _yaml(accounts, 6)]
    return "\n".join(lines) + "\n"


def document_text(document: Json) -> str:
    """A page's document as a file."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def refuse_existing(path: Path) -> None:
    """Refuse to overwrite.

    Raises:
        OperationError: there is something at `path`.
    """
    if path.exists():
        message = f"asked to write {path}: it is there already; give --force to overwrite it, or another --output"
        raise OperationError(message)


def write(path: Path, content: str) -> None:
    """Put `content` at `path` in one step.

    Raises:
        OperationError: the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(content)
            Path(fresh).replace(path)
        except BaseException:
            Path(fresh).unlink(missing_ok=True)
            raise
    except OSError as error:
        message = f"asked to write {path}: {error.strerror}; name a place that can be written with --output"
        raise OperationError(message) from None


def _place(order: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a sort key
    """Where a key of an entry stands: as before, `docs` after the plans."""
    places = {name: number for number, name in enumerate(order)}
    return lambda name: places.get(name, places["plans"] + 0.5)


def _yaml(value: Mapping[str, Any], indent: int) -> str:
    dumped = yaml.dump(dict(value), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return textwrap.indent(dumped.rstrip("\n"), " " * indent)
