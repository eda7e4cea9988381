"""Values in the shape of their fields: types coerced, sets sorted, defaults and empty values filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from toolchain.stand_ins.keycloak.values import DEFAULTS, UNKNOWN, Values, has_unknown, secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from toolchain.stand_ins.keycloak.schema import Field

TRUE = ("1", "t", "T", "true", "TRUE", "True")
FALSE = ("0", "f", "F", "false", "FALSE", "False")
"""What Go's strconv.ParseBool accepts."""


def shaped(field: Field, value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """The value in the type of its field; an unknown one, or a set with an unknown member, is unknown."""
    if value is None or value == UNKNOWN or (field.kind == "texts" and has_unknown(value)):
        return None if value is None else UNKNOWN
    return SHAPERS[field.kind](field, value)


def _flag(_field: Field, value: object) -> bool:
    """A flag, also one written as text."""
    return value in TRUE if isinstance(value, str) else bool(value)


SHAPERS: dict[str, Callable[[Field, Any], Any]] = {
    "text": lambda _, value: _text(value),
    "flag": _flag,
    "number": lambda _, value: int(value),
    "texts": lambda _, value: sorted({_text(item) for item in value}),
    "mapping": lambda _, value: {name: _text(item) for name, item in value.items() if name != DEFAULTS},
    "block": lambda field, value: shaped_block(field.fields, value),
    "blocks": lambda field, value: [shaped_block(field.fields, item) for item in value],
}


def shaped_block(fields: Mapping[str, Field], value: Values) -> Values:
    """One block in the shape of its fields."""
    return {name: shaped(inner, _given(inner, value.get(name))) for name, inner in fields.items()}


def _given(field: Field, value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """The value, or the field's default."""
    return field.default if value is None else value


def _text(value: object) -> str:
    """A scalar as the string that a Terraform provider makes of it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def complete(fields: Mapping[str, Field], inputs: Values) -> Values:
    """Every input with a value: as given, else its default, else empty. Blocks that are not given stay None."""
    result = {}
    for name, field in fields.items():
        if field.output:
            continue
        value = shaped(field, _given(field, inputs.get(name)))
        if field.kind == "block" and value is not None and value != UNKNOWN:
            value = complete(field.fields, value)
        result[name] = field.empty if value is None else value
    return result


def wrapped(fields: Mapping[str, Field], values: Values) -> Values:
    """The values with every secret field marked, inside blocks too."""
    result = dict(values)
    for name, field in fields.items():
        value = result.get(name)
        if field.secret and name in result:
            result[name] = secret(value)
        elif field.kind == "block" and isinstance(value, dict):
            result[name] = wrapped(field.fields, value)
    return result
