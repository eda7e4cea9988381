"""Property values on the wire: the unknown sentinel, secrets, Struct messages."""

from __future__ import annotations

from typing import Any

from google.protobuf import struct_pb2

Values = dict[str, Any]
"""Properties by name, as JSON values; `UNKNOWN` stands for what is not known yet."""

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Pulumi's sentinel of an unknown value (sdk/v3, go/common/resource/plugin/rpc.go)."""

SIGNATURE_KEY = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a constant of Pulumi's protocol, no credential

DEFAULTS = "__defaults"
"""Key under which Check lists the names that it filled in."""


def secret(value: object) -> Values:
    """A value marked as secret; a marked one stays as it is."""
    if isinstance(value, dict) and value.get(SIGNATURE_KEY) == SECRET_SIGNATURE:
        return value
    return {SIGNATURE_KEY: SECRET_SIGNATURE, "value": value}


def revealed(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """The value without any secret mark inside."""
    if isinstance(value, dict):
        if value.get(SIGNATURE_KEY) == SECRET_SIGNATURE:
            return revealed(value.get("value"))
        return {name: revealed(item) for name, item in value.items()}
    return [revealed(item) for item in value] if isinstance(value, list) else value


def has_unknown(value: object) -> bool:
    """Whether the value is unknown or contains something unknown."""
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return value == UNKNOWN


def from_struct(message: struct_pb2.Struct) -> Values:
    """The properties of a Struct, secrets revealed, whole numbers as int."""
    return {name: revealed(_value(field)) for name, field in message.fields.items()}


def _value(field: struct_pb2.Value) -> Any:  # noqa: ANN401 - any JSON value
    """One value of a Struct."""
    kind = field.WhichOneof("kind")
    if kind == "struct_value":
        return {name: _value(item) for name, item in field.struct_value.fields.items()}
    if kind == "list_value":
        return [_value(item) for item in field.list_value.values]
    if kind == "number_value":
        return int(field.number_value) if field.number_value.is_integer() else field.number_value
    return None if kind in (None, "null_value") else getattr(field, kind)


def to_struct(values: Values) -> struct_pb2.Struct:
    """The properties as a Struct."""
    message = struct_pb2.Struct()
    message.update(values)
    return message
