"""What the status of an object says. Pure: objects in, sentences out.

A demand is `Available` (the condition is True), `Degraded=False`, `Ready=False/Reason`, or `status.phase=Ready`, which
is a field because it begins with `status.`, `spec.` or `metadata.`.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from dynamic_providers.json_object import Json

DEMAND = r"[\w./-]+(=[^/=]*(/[^/=]+)?)?"
MESSAGE_CHARACTERS = 300
"""Messages of controllers are quoted up to this length."""
BORROWED = frozenset({("serving.kserve.io/v1beta1", "InferenceService")})
"""Kinds whose `status.observedGeneration` is another object's: KServe copies that of the Deployment it made, which
stays behind when a change does not reach the pods (kserve, inference_service_status.go, PropagateRawStatus)."""


def demand(value: str) -> str:
    """Return `value` when it is a demand."""
    if not re.fullmatch(DEMAND, value):
        raise ValueError("Allowed are `Type`, `Type=Status`, `Type=Status/Reason` and `path.to.field=value`")
    return value


def field(item: Json, path: str) -> str:
    """Return the value at a dotted path (`status.addresses[0].url`) as a string; "" when there is none."""
    value: Any = item
    for step in re.findall(r"[^.\[\]]+", path):
        if isinstance(value, list):
            value = value[int(step)] if step.isdigit() and int(step) < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return "" if value is None else str(value)


def conditions(item: Json) -> list[Json]:
    """Return the conditions that speak of the object's present generation, as far as its kind tells."""
    status, generation = item.get("status") or {}, item["metadata"].get("generation", 0)
    borrowed = (item.get("apiVersion"), item.get("kind")) in BORROWED
    if not borrowed and status.get("observedGeneration", generation) < generation:
        return []
    told = status.get("conditions") or []
    return [one for one in told if one.get("observedGeneration", generation) >= generation]


def is_met(item: Json, wanted: str) -> bool:
    """Tell whether one demand is fulfilled."""
    left, has_status, right = wanted.partition("=")
    if _is_field(left):
        return field(item, left) == right
    status, _, reason = (right if has_status else "True").partition("/")
    return any(
        one["type"] == left and one["status"] == status and (not reason or one.get("reason") == reason)
        for one in conditions(item)
    )


def terminal(item: Json, demands: Iterable[str]) -> str:
    """Return the first demand of a terminal state that is fulfilled; "" for none."""
    return next((one for one in demands if is_met(item, one)), "")


def unmet(item: Json, demands: Iterable[str], fields: Iterable[str]) -> list[str]:
    """Return what is missing, each with what the object says instead."""
    missing = [f"{one} ({said(item, one)})" for one in demands if not is_met(item, one)]
    return missing + [f"{path} (empty)" for path in fields if not field(item, path)]


def said(item: Json, wanted: str) -> str:
    """Return what the object says about the condition or field that a demand speaks of."""
    left = wanted.partition("=")[0]
    if _is_field(left):
        return f"is {field(item, left) or 'empty'}"
    found = [one for one in conditions(item) if one["type"] == left]
    return quoted(found) or "not reported yet"


def unasked(item: Json, demands: Iterable[str]) -> str:
    """Return what the conditions that nobody demands have to say; "" when they say nothing.

    A field tells that something is wrong, and so does a condition without message: the cause is in another condition.
    One that says the same again is left out.
    """
    asked, told = {one.partition("=")[0] for one in demands}, conditions(item)
    known = {"", *(_message(one) for one in told if one["type"] in asked)}
    further = {_message(one): one for one in reversed(told) if _message(one) not in known}
    return quoted([*further.values()][::-1]).rstrip(".")


def quoted(told: Sequence[Json]) -> str:
    """Return conditions as one line: type, status, reason, message."""
    lines = ((f"{one['type']}={one['status']}", one.get("reason") or "", _message(one)) for one in told)
    return "; ".join(" ".join(part for part in line if part) for line in lines)


def _message(one: Json) -> str:
    return str(one.get("message") or "")[:MESSAGE_CHARACTERS]


def _is_field(left: str) -> bool:
    return left.startswith(("status.", "spec.", "metadata."))
