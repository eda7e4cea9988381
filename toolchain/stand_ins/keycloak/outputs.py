"""Outputs: what a preview promises, what a creation or a read leaves in the state, and the inputs of a read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from toolchain.stand_ins.keycloak.shapes import shaped, wrapped
from toolchain.stand_ins.keycloak.values import DEFAULTS, UNKNOWN, Values, secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolchain.stand_ins.keycloak.schema import Field


def planned(fields: Mapping[str, Field], inputs: Values, state: Values | None = None) -> Values:
    """Outputs of a preview: what is given, defaults, and the unknown sentinel for what the server fills in.

    With a `state` (an update) what the server filled in stays.
    """
    result = {name: _planned(field, inputs.get(name), (state or {}).get(name)) for name, field in fields.items()}
    known = {} if state is None else {"id": state.get("id")}
    return wrapped(fields, {"id": UNKNOWN, **known, **result})


def _planned(field: Field, given: Any, before: Any) -> Any:  # noqa: ANN401 - any JSON value
    """One output of a preview; `before` is what the state has."""
    if field.computed and given in (None, []):
        return UNKNOWN if before is None else before
    if field.kind == "blocks" and given is None:
        return []
    return shaped(field, field.default if given is None else given)


def settled(fields: Mapping[str, Field], given: Values, observed: Values) -> Values:
    """Outputs after a creation or an update: what the server has, and for the rest what was given.

    A collection that nobody gave and that the server has empty is null, as the real plugin leaves it.
    """
    result: Values = {}
    for name, field in fields.items():
        if name not in observed:
            result[name] = _planned(field, given.get(name), None)
            if result[name] == UNKNOWN:
                result[name] = None
        elif observed[name] in ([], {}) and given.get(name) is None and not (field.computed or field.kind == "blocks"):
            result[name] = None
        else:
            result[name] = observed[name]
    return result


def refreshed(fields: Mapping[str, Field], state: Values, observed: Values) -> Values:
    """Outputs after a read: what the server has, and for the rest what the state had."""
    result = {}
    for name, field in fields.items():
        kept = state.get(name)
        result[name] = observed.get(name, field.default if kept is None else kept)
    return result


def in_state(fields: Mapping[str, Field], id_: str, values: Values) -> Values:
    """The outputs as they go over the wire: with the id, secrets marked."""
    return wrapped(fields, {**values, "id": id_})


def repeated(fields: Mapping[str, Field], inputs: Values, values: Values) -> Values:
    """The inputs of a read: the old keys with the values of now; `__defaults` only where it names something."""
    result: Values = {}
    for name, old in inputs.items():
        field = fields.get(name)
        if name == DEFAULTS:
            if old:
                result[name] = old
        elif field is not None and field.kind == "block" and isinstance(old, dict) and isinstance(values[name], dict):
            result[name] = repeated(field.fields, old, values[name])
        elif field is not None:
            result[name] = secret(values[name]) if field.secret else values[name]
    return result


def inputs_of_import(fields: Mapping[str, Field], values: Values) -> Values:
    """The inputs of an imported object: whatever is neither empty nor the default."""
    result: Values = {DEFAULTS: []}
    for name, field in fields.items():
        value = values.get(name)
        usual = value in (None, "", [], {}, False, 0) if field.default is None else value == field.default
        if field.output or value is None or (usual and not field.required):
            continue
        if field.kind == "block" and isinstance(value, dict):
            value = inputs_of_import(field.fields, value)
        result[name] = secret(value) if field.secret else value
    return result
