"""From the fields of a resource type to Keycloak's JSON and back, by the paths that the fields name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from toolchain.stand_ins.keycloak import durations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolchain.stand_ins.keycloak.schema import Field, Wire
    from toolchain.stand_ins.keycloak.values import Values

SEPARATOR = "##"
"""Between the members of a set inside one string (Keycloak's post logout redirect URIs, multi-valued attributes)."""


def to_wire(fields: Mapping[str, Field], wanted: Values) -> Values:
    """Keycloak's JSON of completed inputs; a block that is None is left out.

    Raises:
        DurationError: for a text that is no Go duration.
    """
    body: Values = {}
    for name, field in fields.items():
        value = wanted.get(name)
        if field.kind == "block":
            if value is not None:
                _merge(body, to_wire(field.fields, value))
        elif field.wire and not (field.omit_empty and (not value or value == field.absent)):
            _put(body, field.wire, _encoded(field, value))
    return body


def from_wire(fields: Mapping[str, Field], body: Values) -> Values:
    """What the server has of each field with a path of its own; blocks are left to their resource."""
    return {
        name: _decoded(field, _get(body, field.wire))
        for name, field in fields.items()
        if field.wire and not field.unread and not field.masked
    }


def _put(body: Values, path: Wire, value: object) -> None:
    """Set the value at a path."""
    for part in path[:-1]:
        body = body.setdefault(part, {})
    body[path[-1]] = value


def _get(body: Values, path: Wire) -> Any:  # noqa: ANN401 - any JSON value
    """The value at a path, None when there is none."""
    found: Any = body
    for part in path:
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _merge(body: Values, other: Values) -> None:
    """Add another JSON object, objects inside it merged."""
    for name, value in other.items():
        if isinstance(value, dict) and isinstance(body.get(name), dict):
            _merge(body[name], value)
        else:
            body[name] = value


def _encoded(field: Field, value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A value as Keycloak wants it."""
    if field.codec == "quoted":
        return "true" if value else "false"
    if field.codec == "seconds":
        return durations.seconds(value)
    return SEPARATOR.join(value) if field.codec == "hashes" else value


def _decoded(field: Field, value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A value of Keycloak in the type of the field; absent is empty."""
    if value is None or value == "":
        return None if field.nullable else _absent(field)
    if field.codec == "quoted":
        return str(value).lower() == "true"
    if field.codec == "seconds":
        return durations.written_form(int(value))
    if field.kind == "texts":
        return sorted(value.split(SEPARATOR) if field.codec == "hashes" else value)
    return value


def _absent(field: Field) -> Any:  # noqa: ANN401 - any JSON value
    """What it means that the server does not name the field."""
    if field.absent is not None:
        return field.absent
    return "0s" if field.codec == "seconds" else field.empty


def joined(attributes: Mapping[str, list[str]] | None) -> dict[str, str]:
    """Keycloak's multi-valued attributes as a mapping of strings."""
    return {name: SEPARATOR.join(values) for name, values in (attributes or {}).items()}


def divided(attributes: Mapping[str, str]) -> dict[str, list[str]]:
    """A mapping of strings as Keycloak's multi-valued attributes."""
    return {name: value.split(SEPARATOR) for name, value in attributes.items()}
