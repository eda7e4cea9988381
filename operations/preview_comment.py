"""`preview-comment`: the preview as Markdown for a pull request, grouped as a reviewer reads it.

Rendered from `pulumi preview --json`. A value that Pulumi marks secret reads `[secret]` there and here. A preview that
fails is rendered too, with its errors, and the command ends with 1.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from operations.errors import OperationError
from operations.recover.deployment import SECRET_SIGNATURE
from operations.stack import Ended, Stack

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
DIAGNOSTIC_LIMIT = 1_000
"""Characters of one warning or error; the rest of it is in the run's log."""
SECRET = "[secret]"  # noqa: S105 (what Pulumi writes in place of a secret value)
TRACEBACK = "Traceback (most recent call last):"
CUT = "_Cut here: the rest does not fit a comment. Run `pulumi preview --diff`._"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One resource that the next `up` touches."""

    name: str
    type: str
    operation: str
    details: Sequence[str] = field(default_factory=tuple)


def _lookup(state: Mapping[str, Any] | None, path: str) -> Any:  # noqa: ANN401 (JSON)
    """The value at a property path such as `spec.rules[0]["a.b"]` in a state's inputs; None when absent.

    What is inside a secret is secret.
    """
    value: Any = (state or {}).get("inputs") or {}
    for part in _parts(path):
        if value == SECRET or _is_secret(value):
            return SECRET
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def _is_secret(value: Any) -> bool:  # noqa: ANN401 (JSON)
    """Whether a value is the engine's wrapper of a secret, readable or encrypted."""
    return isinstance(value, Mapping) and SECRET_SIGNATURE in value


def _masked(value: Any) -> Any:  # noqa: ANN401 (JSON)
    """`value` with `[secret]` in place of every wrapper of a secret."""
    if _is_secret(value):
        return SECRET
    if isinstance(value, Mapping):
        return {key: _masked(member) for key, member in value.items()}
    return [_masked(member) for member in value] if isinstance(value, list) else value


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
    value = _masked(value)
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


def _quoted(diagnostic: Mapping[str, Any]) -> str:
    """A warning or error as a line of quotation: its own words, without the traceback's frames and their paths."""
    severity = str(diagnostic["severity"])
    lines = str(diagnostic.get("message", "")).removeprefix(f"{severity}: ").splitlines()
    first = next((number for number, line in enumerate(lines) if TRACEBACK in line), len(lines))
    # Frames are indented, and so is the source they quote; the exception's own words are not.
    lines[first:] = [line.replace(TRACEBACK, "") for line in lines[first:] if not line.startswith(" ")]
    text = " ".join(" ".join(lines).split())
    text = text if len(text) <= DIAGNOSTIC_LIMIT else f"{text[:DIAGNOSTIC_LIMIT]}…"
    return f"> **{severity}**: {text.replace('<', '&lt;')}"


def _head(stack: str, groups: Mapping[str, Sequence[Change]], digest: Mapping[str, Any]) -> str:
    """Title, totals, then errors and warnings, as many as half of the comment holds."""
    every = [change for changes in groups.values() for change in changes]
    totals = ", ".join(f"{sum(c.operation == sign for c in every)} × {sign}" for sign in _operations(every))
    lines = [f"### Preview of stack `{stack}`", "", totals or "No change.", ""]
    shown = [d for d in digest.get("diagnostics") or [] if d.get("severity") in {"warning", "error"}]
    quotations = [_quoted(diagnostic) for diagnostic in sorted(shown, key=lambda d: str(d["severity"]))]
    room = LIMIT // 2
    for position, quotation in enumerate(quotations):
        room -= len(quotation) + 1
        if room < 0:
            lines.append(f"> and {len(quotations) - position} more; the log of `pulumi preview` has all of them")
            break
        lines.append(quotation)
    return "\n".join(lines)


def rendered(stack: str, digest: Mapping[str, Any]) -> str:
    """The comment, at most `LIMIT` characters: totals, errors, warnings, then a block per component or model."""
    groups = grouped(digest)
    text = _head(stack, groups, digest)
    order = sorted(groups.items(), key=lambda item: (min(_rank(c.operation) for c in item[1]), item[0]))
    for heading, changes in order:
        block = _section(heading, changes)
        # Room for the sentence that says so is kept, should the next block not fit.
        if len(text) + len(block) + len(CUT) + 5 > LIMIT:
            return f"{text}\n\n{CUT}\n"
        text = f"{text}\n\n{block}"
    return f"{text}\n"


def _digest(text: str) -> dict[str, Any] | None:
    """The digest in the answer of `pulumi preview --json`, or None when it holds none."""
    try:
        digest = json.loads(text)
    except json.JSONDecodeError:
        return None
    return digest if isinstance(digest, dict) and {"steps", "diagnostics"} & set(digest) else None


def _failed(digest: Mapping[str, Any]) -> bool:
    """Whether a digest tells of an error."""
    return any(diagnostic.get("severity") == "error" for diagnostic in digest.get("diagnostics") or [])


def _previewed(stack: Stack) -> tuple[Ended, dict[str, Any]]:
    """How the preview ended, and its digest.

    Raises:
        OperationError: It failed before there was a digest, or answered something else.
    """
    done = stack.attempt("preview", "--json")
    digest = _digest(done.output)
    if digest is not None:
        return done, digest
    if done.code:
        raise stack.refusal(done, "preview", "--json")
    message = (
        f"asked `pulumi preview --json` of stack {stack.name}: its answer is no digest; "
        "see that the `pulumi` on PATH is the one that `make setup` installed"
    )
    raise OperationError(message)


def _filed(path: str) -> dict[str, Any]:
    """The digest in a file.

    Raises:
        OperationError: There is none.
    """
    try:
        digest = _digest(Path(path).read_text())
        why = "the file holds something else"
    except (OSError, UnicodeDecodeError) as error:
        digest, why = None, str(error)
    if digest is None:
        message = f"asked for the preview in {path}: no digest ({why}); make one with `pulumi preview --json`"
        raise OperationError(message)
    return digest


def main(stack: str, path: str | None) -> int:
    """Print the comment; returns 0, or 1 for a preview that failed.

    Raises:
        OperationError: The preview gave no digest, or the file at `path` holds none.
    """
    if path:
        digest = _filed(path)
        failed = _failed(digest)
    else:
        done, digest = _previewed(Stack(name=stack))
        failed = done.code != 0 or _failed(digest)
    sys.stdout.write(rendered(stack, digest))
    return int(failed)
