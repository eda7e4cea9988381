"""The table of the simulated 3scale's operations, for people and as JSON: `python -m sandbox threescale coverage`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sandbox.threescale.described import coverage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.threescale.described import Covered


def counts(rows: list[Covered]) -> dict[str, int]:
    """How many operations are described, how many of these implemented, and how many there are beyond them."""
    described = [row for row in rows if row.described]
    done = sum(row.implemented for row in described)
    beyond = sum(row.implemented for row in rows if not row.described)
    return {
        "described": len(described),
        "implemented": done,
        "not_implemented": len(described) - done,
        "implemented_but_not_described": beyond,
    }


def as_json() -> str:
    """The table and the counts as one JSON object."""
    rows = coverage()
    operations = [
        {
            "operation": row.operation,
            "implemented": row.implemented,
            "described": row.described,
            **({} if row.implemented else {"status": 501, "error": row.answer.removeprefix("501: ")}),
        }
        for row in rows
    ]
    return json.dumps({"operations": operations, "counts": counts(rows)}, indent=2)


def as_lines() -> Iterator[str]:
    """The table and the counts as text."""
    rows = coverage()
    width = max(len(row.operation) for row in rows)
    for row in rows:
        note = "" if row.described else " (3scale has it, its descriptions do not)"
        yield f"{row.operation:{width}}  {row.answer}{note}"
    found = counts(rows)
    yield ""
    yield (
        f"{found['described']} operations are described: {found['implemented']} implemented, "
        f"{found['not_implemented']} not; {found['implemented_but_not_described']} more are implemented"
    )
