"""Check: defaults, generated names, and what is refused before anything is created."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from toolchain.stand_ins.keycloak.schema import snake
from toolchain.stand_ins.keycloak.shapes import FALSE, TRUE, wrapped
from toolchain.stand_ins.keycloak.values import DEFAULTS, UNKNOWN, Values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolchain.stand_ins.keycloak.resources.resource import Resource
    from toolchain.stand_ins.keycloak.schema import Field


def checked(resource: Resource, name: str, olds: Values, news: Values, generated: str) -> tuple[Values, list[str]]:
    """The inputs with defaults filled in and secrets marked, and the reasons why they are refused.

    `name` is the resource's logical name, `olds` are the inputs of the last time, `generated` is for what has no name.
    """
    inputs = _named(resource.fields, olds, news, generated)
    failures = _failures(resource.fields, inputs, name)
    failures += [f"{reason} Examine values at '{name}.{place}'." for place, reason in resource.problems(inputs)]
    return wrapped(resource.fields, inputs), failures


def _named(fields: Mapping[str, Field], olds: Values, news: Values, generated: str) -> Values:
    """The inputs with defaults and generated names."""
    inputs = with_defaults(fields, news)
    for key, field in fields.items():
        if field.autonamed and inputs.get(key) is None:
            kept = olds.get(key) if key in olds.get(DEFAULTS, []) else None
            inputs[key] = kept or generated
            inputs[DEFAULTS] = sorted([*inputs[DEFAULTS], key])
    return inputs


def with_defaults(fields: Mapping[str, Field], given: Values) -> Values:
    """What was given plus every default that is not empty, in blocks too, each with the list of names filled in."""
    inputs = {name: value for name, value in given.items() if name != DEFAULTS}
    filled = [name for name, field in fields.items() if field.default and not field.output and inputs.get(name) is None]
    inputs.update({name: fields[name].default for name in filled})
    for name, field in fields.items():
        value = inputs.get(name)
        if field.kind == "block" and isinstance(value, dict):
            inputs[name] = with_defaults(field.fields, value)
        elif field.kind == "blocks" and isinstance(value, list):
            inputs[name] = [with_defaults(field.fields, one) if isinstance(one, dict) else one for one in value]
    inputs[DEFAULTS] = sorted(filled)
    return inputs


def _failures(fields: Mapping[str, Field], inputs: Values, place: str) -> list[str]:
    """Why the inputs are refused, in the texts of the real plugin; `place` is the path to them."""
    reasons = [
        f"Invalid or unknown key. Examine values at '{place}.{name}'."
        for name in inputs
        if name != DEFAULTS and (name not in fields or fields[name].output)
    ]
    for name, field in fields.items():
        if field.output:
            continue
        here = f"{place}.{name}"
        value = inputs.get(name)
        if value is None:
            if field.required:
                reasons.append(missing(name, here))
        elif field.kind == "block" and isinstance(value, dict):
            reasons += _failures(field.fields, value, here)
        elif field.kind == "blocks" and isinstance(value, list):
            reasons += [why for at, one in enumerate(value) for why in _failures(field.fields, one, f"{here}[{at}]")]
        elif value != UNKNOWN and (reason := _wrong(field, name, value)):
            reasons.append(f"{reason}. Examine values at '{here}'.")
    return reasons


def missing(name: str, place: str) -> str:
    """The failure of a required input that is not there."""
    return (
        f'Missing required argument. The argument "{snake(name)}" is required, but no definition was found.. '
        f"Examine values at '{place}'."
    )


SHAPES: dict[str, type | tuple[type, ...]] = {"texts": list, "blocks": list, "mapping": dict, "block": dict}
"""The JSON type of the kinds that are no scalars."""


def _wrong(field: Field, name: str, value: Any) -> str:  # noqa: ANN401 - any JSON value
    """What is wrong with a value; "" when nothing is."""
    if not isinstance(value, SHAPES.get(field.kind, (str, int, float))):
        return f"expected {field.kind}, got {type(value).__name__}"
    if field.kind == "flag" and not isinstance(value, bool) and value not in (*TRUE, *FALSE):
        return f"cannot parse '' as bool: strconv.ParseBool: parsing \"{value}\": invalid syntax"
    if field.kind == "number" and not _is_number(value):
        return f"cannot parse '' as int: strconv.ParseInt: parsing \"{value}\": invalid syntax"
    if field.choices and value not in field.choices:
        allowed = " ".join(f'"{choice}"' for choice in field.choices)
        return f"expected {snake(name)} to be one of [{allowed}], got {value}"
    if field.lower and isinstance(value, str) and value != value.lower():
        return f"expected {snake(name)} {value} to be all lowercase"
    return ""


def _is_number(value: object) -> bool:
    """Whether a value is a whole number or the text of one."""
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, str) and value.lstrip("-").isdigit())
