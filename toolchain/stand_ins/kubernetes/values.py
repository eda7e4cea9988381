"""Property values: Pulumi's wire form, and the plain Python trees that the rest of this plugin works with.

In a tree a map is a `dict`, a number with an integral value is an `int`, a secret is a `Secret`, a value that is not
known yet is `UNKNOWN`. Keys whose value is null are left out of maps, as the official plugin does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from google.protobuf.struct_pb2 import ListValue, Struct
from google.protobuf.struct_pb2 import Value as WireValue

if TYPE_CHECKING:
    from collections.abc import Callable

Value: TypeAlias = Any
"""A tree, a list, a scalar, `None`, a `Secret` or `UNKNOWN`."""

Tree: TypeAlias = dict[str, Any]
"""Property name to value."""

SIGNATURE_KEY = "4dabf18193072939515e22adb298388d"
"""Key that marks a special object (Pulumi SDK, resource/sig)."""

SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a public constant of the wire format
"""What stands under `SIGNATURE_KEY` of a secret; its content stands under `value`."""

UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The text that stands for a value that is not known yet (Pulumi SDK, plugin.UnknownStringValue)."""


class Unknown:
    """The type of `UNKNOWN`; equal to nothing but itself."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __copy__(self) -> Unknown:
        return self

    def __deepcopy__(self, _memo: object) -> Unknown:
        return self


UNKNOWN = Unknown()
"""A value that is computed later."""


@dataclass(frozen=True)
class Secret:
    """A value that the engine encrypts."""

    value: Value


def tree(struct: Struct) -> Tree:
    """The content of a message field as a tree with `Secret` and `UNKNOWN` in it."""
    return {key: value for key, field in struct.fields.items() if (value := _value(field)) is not None}


def _value(field: WireValue) -> Value:
    """One wire value as a tree value; null becomes `None`."""
    kind = field.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if field.string_value == UNKNOWN_TEXT else field.string_value
    if kind == "bool_value":
        return field.bool_value
    if kind == "number_value":
        number = field.number_value
        return int(number) if number.is_integer() else number
    if kind == "list_value":
        return [_value(item) for item in field.list_value.values]
    if kind == "struct_value":
        return _object(field.struct_value)
    return None


def _object(struct: Struct) -> Value:
    """A map, or the secret that a signed map stands for."""
    if SIGNATURE_KEY in struct.fields and struct.fields[SIGNATURE_KEY].string_value == SECRET_SIGNATURE:
        return Secret(_value(struct.fields["value"]))
    return tree(struct)


def struct(values: Tree) -> Struct:
    """The wire form of a tree; the reverse of `tree`, nulls in maps left out."""
    return Struct(fields={key: _wire(value) for key, value in values.items() if value is not None})


def _wire(value: Value) -> WireValue:
    """The wire form of one value."""
    if isinstance(value, Secret):
        signed = {SIGNATURE_KEY: WireValue(string_value=SECRET_SIGNATURE), "value": _wire(value.value)}
        return WireValue(struct_value=Struct(fields=signed))
    if isinstance(value, dict):
        return WireValue(struct_value=struct(value))
    if isinstance(value, list):
        return WireValue(list_value=ListValue(values=[_wire(item) for item in value]))
    return _wire_scalar(value)


def _wire_scalar(value: Value) -> WireValue:
    if isinstance(value, bool):
        return WireValue(bool_value=value)
    if isinstance(value, int | float):
        return WireValue(number_value=value)
    if value is None:
        return WireValue(null_value="NULL_VALUE")
    return WireValue(string_value=UNKNOWN_TEXT if value is UNKNOWN else value)


def plain(value: Value) -> Value:
    """A copy of the value without secret wrappers; unknown values stay."""
    if isinstance(value, Secret):
        return plain(value.value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def has_unknown(value: Value) -> bool:
    """Whether anything in the value is not known yet."""
    return _any(value, lambda item: item is UNKNOWN)


def has_secret(value: Value) -> bool:
    """Whether anything in the value is a secret."""
    return _any(value, lambda item: isinstance(item, Secret))


def _any(value: Value, wanted: Callable[[Value], bool]) -> bool:
    """Whether the predicate holds for the value or anything in it."""
    if wanted(value):
        return True
    if isinstance(value, Secret):
        return _any(value.value, wanted)
    if isinstance(value, dict):
        return any(_any(item, wanted) for item in value.values())
    return isinstance(value, list) and any(_any(item, wanted) for item in value)


def same(left: Value, right: Value) -> bool:
    """Whether two plain values are equal as JSON: 1 equals 1.0, but true does not equal 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(item, right[key]) for key, item in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)
