"""`preview-comment`: the preview as Markdown for a pull request, grouped as a reviewer reads it.

Rendered from `pulumi preview --json`. A value that Pulumi marks secret reads `[secret]` there and here.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from operations.errors import OperationError
from operations.stack import Stack

LIMIT = 64_000
"""Characters a comment may have on the common forges (pulumi/actions cuts at the same length)."""
SIGNS = {
    "create": "➕ create",
    "update": "✏️ update",
    "delete": "➖ delete",
    "replace": "♻️ replace",
    "create-replacement": "♻️ replace",
    "delete-replaced": "♻️ replace",
    "read": "🔍 read",
    "refresh": "🔄 refresh",
    "import": "📥 import",
}
"""What each operation of the digest is called; `same` is not listed, it is not shown."""
ORDER = ("➖ delete", "♻️ replace", "✏️ update", "➕ create")
VALUE_LIMIT = 120


@dataclass(frozen=True, kw_only=True)
class Change:
    """One resource that the next `up` touches."""

    name: str
    type: str
    operation: str
    details: Sequence[str] = field(default_factory=tuple)


def _lookup(state: Mapping[str, Any] | None, path: str) -> Any:  # noqa: ANN401 (JSON)
    """The value at a property path such as `spec.rules[0]["a.b"]` in a state's inputs; None when absent."""
    value: Any = (state or {}).get("inputs") or {}
    for part in _parts(path):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def _parts(path: str) -> Iterator[str]:
    """The steps of a property path: names, `[index]` and `["quoted name"]`."""
    rest = path
    while rest:
        if rest.startswith('["'):
            name, _, rest = rest[2:].partition('"]')
            yield name
        elif rest.startswith("["):
            name, _, rest = rest[1:].partition("]")
            yield name
        else:
            end = min((i for i in (rest.find("."), rest.find("[")) if i >= 0), default=len(rest))
            if end:
                yield rest[:end]
            rest = rest[end + 1 :] if rest[end : end + 1] == "." else rest[end:]


def _shown(value: Any) -> str:  # noqa: ANN401 (JSON)
    """A value on one line, inside Markdown code."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    text = text if len(text) <= VALUE_LIMIT else f"{text[:VALUE_LIMIT]}…"
    return f"`{text.replace('`', 'ˋ')}`"


def _details(step: Mapping[str, Any]) -> Iterator[str]:
    """One line per property that changes."""
    for path, difference in sorted((step.get("detailedDiff") or {}).items()):
        if path.startswith("__"):
            continue
        old, new = _lookup(step.get("oldState"), path), _lookup(step.get("newState"), path)
        kind = str(difference.get("kind", "update")).lower()
        marker = " (forces the replacement)" if kind.endswith("replace") else ""
        if kind.startswith("add"):
            yield f"{path}: + {_shown(new)}{marker}"
        elif kind.startswith("delete"):
            yield f"{path}: − {_shown(old)}{marker}"
        else:
            yield f"{path}: {_shown(old)} → {_shown(new)}{marker}"


def _parents(steps: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """URN → parent's URN, from whichever state a step has."""
    states = [step.get("newState") or step.get("oldState") or {} for step in steps]
    return {str(state["urn"]): str(state.get("parent", "")) for state in states if "urn" in state}


def _group(urn: str, parents: Mapping[str, str]) -> str:
    """The heading: the outermost component above a resource, which for a model bears the model's name."""
    above, heading = urn, "stack"
    while above:
        kind = above.split("::")[2].rsplit("$", 1)[-1] if above.count("::") >= 3 else ""  # noqa: PLR2004 (parts of a URN)
        if kind.startswith("maas:"):
            heading = f"{above.rsplit('::', 1)[-1]}"
        above = parents.get(above, "")
    return heading


def grouped(digest: Mapping[str, Any]) -> dict[str, list[Change]]:
    """Heading → its changes; unchanged resources and the stack itself are left out."""
    steps = list(digest.get("steps") or [])
    parents, groups = _parents(steps), defaultdict(list)
    seen: set[tuple[str, str]] = set()
    for step in steps:
        operation, urn = SIGNS.get(step["op"]), str(step["urn"])
        if operation is None or "pulumi:pulumi:Stack" in urn or (urn, operation) in seen:
            continue
        seen.add((urn, operation))
        kind, name = urn.split("::")[2].rsplit("$", 1)[-1], urn.rsplit("::", 1)[-1]
        change = Change(name=name, type=kind, operation=operation, details=tuple(_details(step)))
        groups[_group(urn, parents)].append(change)
    return dict(groups)


def _section(heading: str, changes: Sequence[Change]) -> str:
    """One group as a collapsible block: counts in the summary, a line per resource, its properties below."""
    counts = ", ".join(f"{sum(c.operation == sign for c in changes)} × {sign}" for sign in _operations(changes))
    lines = [f"<details><summary><b>{heading}</b>: {counts}</summary>", ""]
    for change in sorted(changes, key=lambda c: (_rank(c.operation), c.type, c.name)):
        lines.append(f"- {change.operation} **{change.name}** `{change.type}`")
        lines.extend(f"  - {detail}" for detail in change.details)
    return "\n".join([*lines, "", "</details>"])


def _rank(operation: str) -> int:
    """Destructive operations first."""
    return ORDER.index(operation) if operation in ORDER else len(ORDER)


def _operations(changes: Sequence[Change]) -> list[str]:
    """The operations among `changes`, destructive ones first."""
    return sorted({change.operation for change in changes}, key=_rank)


def rendered(stack: str, digest: Mapping[str, Any]) -> str:
    """The comment, at most `LIMIT` characters: totals, warnings, errors, then a block per component or model."""
    groups = grouped(digest)
    every = [change for changes in groups.values() for change in changes]
    totals = ", ".join(f"{sum(c.operation == sign for c in every)} × {sign}" for sign in _operations(every))
    head = [f"### Preview of stack `{stack}`", "", totals or "No change.", ""]
    head.extend(
        f"> **{diagnostic['severity']}**: {' '.join(str(diagnostic['message']).split())}"
        for diagnostic in digest.get("diagnostics") or []
        if diagnostic.get("severity") in {"warning", "error"}
    )
    blocks = ["\n".join(head)]
    order = sorted(groups.items(), key=lambda item: (min(_rank(c.operation) for c in item[1]), item[0]))
    for heading, changes in order:
        block = _section(heading, changes)
        if sum(map(len, blocks)) + len(block) > LIMIT:
            blocks.append("_Cut here: the rest does not fit a comment. Run `pulumi preview --diff`._")
            break
        blocks.append(block)
    return "\n\n".join(blocks) + "\n"


def main(stack: str, digest: str | None) -> int:
    """Print the comment; returns 0.

    Raises:
        OperationError: The preview failed, or the digest file holds no digest.
    """
    try:
        text = Path(digest).read_text() if digest else Stack(name=stack).run("preview", "--json")
        sys.stdout.write(rendered(stack, json.loads(text)))
    except (OSError, json.JSONDecodeError) as error:
        source = digest or "the answer of pulumi"
        message = f"asked for the preview in {source}: no digest ({error}); make one with `pulumi preview --json`"
        raise OperationError(message) from None
    return 0
