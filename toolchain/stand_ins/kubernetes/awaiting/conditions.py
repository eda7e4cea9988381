"""`pulumi.com/waitFor`: conditions that the program names, and the readiness that any object's status tells."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, TypeAlias

from toolchain.stand_ins.kubernetes import objects
from toolchain.stand_ins.kubernetes.awaiting import jsonpath
from toolchain.stand_ins.kubernetes.awaiting.waiting import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolchain.stand_ins.kubernetes.values import Tree, Value

Look: TypeAlias = "Callable[[Tree], Verdict]"

_IN_BRACES = re.compile(r"\{\s*(.*?)\s*\}")
_EQUALS = re.compile(r"(?<![=!<>])=(?!=)")
"""The one `=` between path and value; comparisons inside filters have two signs."""


class BadExpression(ValueError):  # noqa: N818 - the annotation's text is at fault, told to the user
    """The annotation's text is no condition."""


def named(annotation: str) -> Look:
    """The look that the annotation describes: one expression or a JSON list of them, all of which must hold.

    Raises:
        BadExpression: An expression is not understood.
    """
    try:
        expressions = json.loads(annotation)
    except ValueError:
        expressions = annotation
    if not isinstance(expressions, list) or not all(isinstance(one, str) for one in expressions):
        expressions = [annotation]
    if not expressions:
        raise BadExpression("at least one condition must be specified")
    looks = [_one(expression) for expression in expressions]

    def look(live: Tree) -> Verdict:
        verdicts = [one(live) for one in looks]
        return next((verdict for verdict in verdicts if not verdict.ready), verdicts[0])

    return look


def _one(expression: str) -> Look:
    if expression.startswith("jsonpath="):
        return _json_path(expression.removeprefix("jsonpath="))
    if expression.startswith("condition="):
        wanted, _, status = expression.removeprefix("condition=").partition("=")
        return _condition(wanted, status or "True")
    raise BadExpression(f'expected a "jsonpath=" or "condition=" prefix, got "{expression}"')


def _condition(wanted: str, status: str) -> Look:
    """The condition of this type has this status."""

    def look(live: Tree) -> Verdict:
        if objects.at(live, "status", "conditions") is None:
            return Verdict(ready=False, progress="Has no .status.conditions")
        found = objects.condition(live, wanted)
        if found is None:
            return Verdict(ready=False, progress=f"Waiting for condition {wanted}={status}")
        ready = objects.text(found, "status") == status
        told = ": ".join(filter(None, (objects.text(found, "reason"), objects.text(found, "message"))))
        progress = (
            f"Waiting for condition {wanted}={status} (found {objects.text(found, 'status')}{told and ', '}{told})"
        )
        return Verdict(ready, progress)

    return look


def _json_path(written: str) -> Look:
    """The path exists, or its first node is the value after `=`; never on a status older than the spec."""
    parts = _EQUALS.split(written)
    path, value = parts[0], parts[1] if len(parts) > 1 else None
    if len(parts) > len(("path", "value")):
        raise BadExpression(f'format should be {{.path}}=value or {{.path}}, got "{written}"')
    if value == "":
        raise BadExpression(f"{path}= requires a value")
    if path.startswith("'") and path.endswith("'"):
        raise BadExpression(f"{path} should omit shell quotes")
    match = _IN_BRACES.search(path)
    if match is None:
        raise BadExpression(f"{path} should be wrapped in brackets {{ ... }}")
    try:
        select = jsonpath.compiled(match[1])
    except jsonpath.JsonPathError as error:
        raise BadExpression(f'parsing "{path}": {error}') from error

    def look(live: Tree) -> Verdict:
        if _is_stale(live):
            return Verdict(ready=False, progress=f"Waiting for {written} (the status is older than the spec)")
        nodes = select(live)
        if not nodes:
            return Verdict(ready=False, progress=f"Missing {path}")
        found = _shown(nodes[0])
        return Verdict(value is None or found == value, f'Waiting for {written} (found "{found}")')

    return look


def _is_stale(live: Tree) -> bool:
    """Whether the object's controller has not yet seen the newest spec."""
    observed = objects.at(live, "status", "observedGeneration")
    return observed is not None and observed < objects.number(live, "metadata", "generation")


def _shown(value: Value) -> str:
    """A node as the official plugin prints it (Go's formatting of scalars)."""
    if isinstance(value, bool):
        return str(value).lower()
    return "<nil>" if value is None else str(value)


def status_says_ready(live: Tree) -> Verdict:
    """Readiness as any object's status tells it (`PULUMI_K8S_AWAIT_ALL`); an object without status counts as ready.

    The rules of kstatus (sigs.k8s.io/cli-utils): a current status, nothing reconciles or stalls, `Ready` is not false.
    """
    if _is_stale(live):
        return Verdict(ready=False, progress="The status is older than the spec")
    for wanted, bad in (("Reconciling", ("True",)), ("Stalled", ("True",)), ("Ready", ("False", "Unknown"))):
        found = objects.condition(live, wanted)
        if found is not None and objects.text(found, "status") in bad:
            told = objects.text(found, "message") or f"{wanted} is {objects.text(found, 'status')}"
            return Verdict(ready=False, progress=told)
    return Verdict(ready=True)
