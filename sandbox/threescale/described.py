"""What 3scale's API descriptions say, as a compact table, and what of it the emulator implements.

`described.json` holds method, path and parameter names of every operation of the descriptions that porta ships
(doc/active_docs, OpenAPI), so that nothing else is needed to compare. `python -m sandbox.threescale.described FOLDER`
writes it anew from a folder with those files. The descriptions name no field of any answer: `answers.json` has those,
kept by hand from porta's representers (app/representers), with the reason for each field the emulator leaves out.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from sandbox.threescale.operations import NOT_IMPLEMENTED, OPERATIONS
from sandbox.threescale.transactions import CALLS

FILES = (
    *("account_management_api", "analytics_api", "billing_api", "cms_api", "master_api", "policy_registry_api"),
    "service_management_api_on_premises",
)
_FACTS = Path(__file__).parent
_VERBS = ("get", "post", "put", "patch", "delete")

Table = dict[str, list[str]]
"""Operation (`GET /admin/api/services`, without format suffix) → parameter names, without the access token."""


@dataclass(frozen=True)
class Covered:
    """One operation, and what becomes of a call."""

    operation: str
    implemented: bool
    described: bool
    """False: porta has it, its descriptions do not name it."""

    @property
    def answer(self) -> str:
        """What a call is answered, in words."""
        return "implemented" if self.implemented else f"501: The emulator does not implement {self.operation}"


def plain(operation: str) -> str:
    """The operation without format suffix and without the names of its path segments, for comparing."""
    return re.sub(r"\{[^}]*\}", "{}", re.sub(r"\.(json|xml|\{format\})$", "", operation))


def read(folder: Path) -> Table:
    """The table of a folder with the descriptions.

    Raises:
        OSError: one of the files is not there.
        ValueError: one of them is no JSON.
    """
    table: Table = {}
    for name in FILES:
        document = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        schemas = document.get("components", {}).get("schemas", {})
        for path, verbs in document["paths"].items():
            bare = re.sub(r"\.(json|xml|\{format\})$", "", path)
            for verb in _VERBS:
                if verb in verbs:
                    table[f"{verb.upper()} {bare}"] = _parameters(verbs[verb], schemas)
    return dict(sorted(table.items(), key=lambda item: item[0].partition(" ")[::-1]))


def _parameters(operation: dict[str, Any], schemas: dict[str, Any]) -> list[str]:
    names = {parameter["name"] for parameter in operation.get("parameters", ()) if parameter.get("in") != "path"}
    for content in operation.get("requestBody", {}).get("content", {}).values():
        names |= _properties(content.get("schema", {}), schemas)
    return sorted(names - {"access_token"})


def _properties(schema: dict[str, Any], schemas: dict[str, Any]) -> set[str]:
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    found = set(schema.get("properties", {}))
    for part in (*schema.get("allOf", ()), *schema.get("oneOf", ()), *schema.get("anyOf", ())):
        found |= _properties(part, schemas)
    return found


def table() -> Table:
    """The table as it is kept here."""
    return cast("Table", json.loads((_FACTS / "described.json").read_text(encoding="utf-8")))


def answers() -> dict[str, dict[str, Any]]:
    """Wrapper of an answer → `fields`: what porta may show, `absent`: field → why it is not shown here."""
    return cast("dict[str, dict[str, Any]]", json.loads((_FACTS / "answers.json").read_text(encoding="utf-8")))


def coverage() -> list[Covered]:
    """Every operation of the descriptions and what the emulator has beyond them, by path."""
    named = table()
    done = {plain(name): name for name in (*(operation.name for operation in OPERATIONS), *CALLS)}
    known = {plain(name) for name in named}
    rows = [Covered(name, plain(name) in done, described=True) for name in named]
    rows += [Covered(name, implemented=True, described=False) for short, name in done.items() if short not in known]
    rows += [Covered(name, implemented=False, described=False) for name in NOT_IMPLEMENTED if plain(name) not in known]
    return sorted(rows, key=lambda row: row.operation.partition(" ")[::-1])


def dumped(found: Table) -> str:
    """The table as the file has it: one operation per line."""
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(parameters)}" for name, parameters in found.items())
    return f"{{\n{lines}\n}}\n"


def main(words: list[str]) -> int:
    """Write the table from the folder named in `words`; returns the exit code."""
    if len(words) != 1 or not Path(words[0]).is_dir():
        sys.stderr.write("usage: python -m sandbox.threescale.described FOLDER (with porta's doc/active_docs files)\n")
        return 2
    (_FACTS / "described.json").write_text(dumped(read(Path(words[0]))), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
