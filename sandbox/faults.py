"""Faults somebody ordered: kept here, taken by the part they are for when a matching request comes by.

A fault is a JSON object: `part`, `kind`, then what it applies to (regular expressions that must match the whole value;
one left out matches everything), `count` (how many times; 0 = until removed) and the kind's own values:

| part | kind | matches | values |
| --- | --- | --- | --- |
| router | latency, status, reset_before, reset_after | host, path, method | seconds, status |
| node | image_missing, exit_code, unready | image, namespace, pod | code |
| a process (`kube-apiserver`, `threescale`, `keycloak`, …) | kill, pause (no count: once) | – | seconds (pause) |

`reset_before` cuts the connection without asking the server behind, `reset_after` lets it work and loses the answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Mapping

ROUTER_KINDS = frozenset({"latency", "status", "reset_before", "reset_after"})
NODE_KINDS = frozenset({"image_missing", "exit_code", "unready"})
PROCESS_KINDS = frozenset({"kill", "pause"})
_MATCHES = {"router": ("host", "path", "method"), "node": ("image", "namespace", "pod")}
_NUMBERS = ("seconds", "status", "code", "count")


@dataclass
class Fault:
    """One ordered fault; `remaining` is None for one that stays until it is removed."""

    number: int
    part: str
    kind: str
    patterns: dict[str, re.Pattern[str]] = field(default_factory=dict)
    seconds: float = 0.0
    status: int = 503
    code: int = 1
    remaining: int | None = 1

    def matches(self, facts: Mapping[str, str]) -> bool:
        """Whether every pattern matches the fact of its name."""
        return all(pattern.fullmatch(facts.get(name, "")) for name, pattern in self.patterns.items())

    def shown(self) -> dict[str, object]:
        """The fault as JSON."""
        patterns = {name: pattern.pattern for name, pattern in self.patterns.items()}
        values = {"seconds": self.seconds, "status": self.status, "code": self.code, "remaining": self.remaining}
        return {"number": self.number, "part": self.part, "kind": self.kind} | patterns | values


class Faults:
    """The faults of the parts that live in the supervisor's own process."""

    def __init__(self) -> None:
        self._ordered: list[Fault] = []
        self._last = 0

    def order(self, wish: Mapping[str, Any]) -> Fault:
        """Add a fault of the router or the node.

        Raises:
            SandboxError: part or kind is unknown, a pattern is no regular expression, or a value no number.
        """
        part, kind = str(wish.get("part", "")), str(wish.get("kind", ""))
        kinds = {"router": ROUTER_KINDS, "node": NODE_KINDS}.get(part)
        if kinds is None or kind not in kinds:
            raise _refused(f"part {part!r}, kind {kind!r}", f"router: {_list(ROUTER_KINDS)}; node: {_list(NODE_KINDS)}")
        unknown = set(wish) - {"part", "kind", *_MATCHES[part], *_NUMBERS}
        if unknown:
            raise _refused(
                f"unknown key {_list(frozenset(unknown))}", f"{_list(frozenset((*_MATCHES[part], *_NUMBERS)))}"
            )
        self._last += 1
        count = _number(wish, "count", 1)
        fault = Fault(
            number=self._last,
            part=part,
            kind=kind,
            patterns={name: _pattern(name, str(wish[name])) for name in _MATCHES[part] if name in wish},
            seconds=_number(wish, "seconds", 1.0),
            status=int(_number(wish, "status", 503)),
            code=int(_number(wish, "code", 1)),
            remaining=int(count) or None,
        )
        self._ordered.append(fault)
        return fault

    def take(self, part: str, kinds: frozenset[str], **facts: str) -> Fault | None:
        """The first fault for these facts, used up by one; None when nothing was ordered."""
        for fault in self._ordered:
            if fault.part == part and fault.kind in kinds and fault.matches(facts):
                if fault.remaining is not None:
                    fault.remaining -= 1
                    if fault.remaining == 0:
                        self._ordered.remove(fault)
                return fault
        return None

    def standing(self, part: str, kind: str, **facts: str) -> Fault | None:
        """Like `take` without using it up: for a state that lasts as long as the fault is ordered."""
        found = (f for f in self._ordered if f.part == part and f.kind == kind and f.matches(facts))
        return next(found, None)

    def shown(self) -> list[dict[str, object]]:
        """Every standing fault as JSON."""
        return [fault.shown() for fault in self._ordered]

    def clear(self) -> None:
        """Remove every fault."""
        self._ordered.clear()


def pause_seconds(wish: Mapping[str, Any]) -> float:
    """How long a `pause` lasts, in seconds; a `kill` has no values, and neither has a count: both happen once, at once.

    Raises:
        SandboxError: a key is unknown, or the seconds are no number.
    """
    allowed = {"part", "kind"} | ({"seconds"} if wish.get("kind") == "pause" else set())
    if unknown := set(wish) - allowed:
        raise _refused(f"unknown key {_list(frozenset(unknown))} for {wish.get('kind')}", _list(frozenset(allowed)))
    return _number(wish, "seconds", 1.0)


def _pattern(name: str, text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as wrong:
        raise _refused(
            f"{name} = {text!r} ({wrong})", "a Python regular expression that matches the whole value"
        ) from None


def _number(wish: Mapping[str, Any], name: str, default: float) -> float:
    value = wish.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise _refused(f"{name} = {value!r}", "a number, not negative")
    return float(value)


def _refused(value: str, allowed: str) -> SandboxError:
    return SandboxError(
        asked="A fault was ordered.", value=value, allowed=allowed, action="see `python -m sandbox faults --help`"
    )


def _list(values: frozenset[str]) -> str:
    return ", ".join(sorted(values))
