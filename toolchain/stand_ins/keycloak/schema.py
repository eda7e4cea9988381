"""How a resource type is described: its fields, and what the engine's operations must know of each.

The tables in `resources` describe what the real plugin was seen to do. It wraps a Terraform provider: hence words such
as computed (the server fills the value in when it is not given) and the two spellings of a name, `accessType` on the
wire and `access_type` in messages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

Kind = Literal["text", "flag", "number", "texts", "mapping", "block", "blocks"]
"""`texts` is a set of strings, `mapping` has string values, `block` is one object, `blocks` a list of objects."""

Codec = Literal["plain", "quoted", "seconds", "hashes"]
"""How a value stands in Keycloak's JSON: as it is, a flag as text, a duration as seconds, a set joined by ##."""

Wire = tuple[str, ...]
"""Path in Keycloak's JSON, for example ("attributes", "access.token.lifespan"); () for a field handled by hand."""

EMPTY: Mapping[Kind, Any] = {"text": "", "flag": False, "number": 0, "texts": [], "mapping": {}, "blocks": []}
"""What a field that nobody gave counts as; a block counts as None."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One property of a resource type."""

    kind: Kind = "text"
    required: bool = False
    computed: bool = False
    """The server fills it in: unknown in the preview of a creation, no difference when left out."""
    output: bool = False
    """Not an input."""
    default: Any = None
    """Used when left out; Check shows it unless it is empty (false, 0)."""
    replaces: bool = False
    """A change replaces the resource."""
    secret: bool = False
    choices: tuple[str, ...] = ()
    lower: bool = False
    """Must be all lowercase (user names)."""
    autonamed: bool = False
    """Gets `<logical name>-<7 hex digits>` when left out."""
    create_only: bool = False
    """A later change is no difference (a user's initial password)."""
    masked: bool = False
    """The server hands back asterisks: what was given stays."""
    wire: Wire = ()
    codec: Codec = "plain"
    omit_empty: bool = False
    """Not sent when empty, so that the server keeps its own value."""
    nullable: bool = False
    """Absent on the server is null, not the empty value."""
    absent: str | None = None
    """What the server means when it does not name the field, older ones do not know it; None is the empty value."""
    unread: bool = False
    """Sent, but never read back."""
    fields: Mapping[str, Field] = field(default_factory=dict)
    """Fields of a block or of each of the blocks."""

    @property
    def empty(self) -> Any:  # noqa: ANN401 - the value's type depends on the kind
        """What the field counts as when nobody gave it and it has no default."""
        return None if self.kind == "block" else EMPTY[self.kind]


Fields = Mapping[str, Field]


def table(*parts: Fields) -> Fields:
    """The fields of a resource type; a later part wins. Read-only: types share their common parts."""
    return MappingProxyType({name: one for part in parts for name, one in part.items()})


def snake(name: str) -> str:
    """`accessType` as `access_type`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def text(*wire: str, **traits: Any) -> Field:  # noqa: ANN401 - the traits of Field
    """A string."""
    return Field(kind="text", wire=wire, **traits)


def flag(*wire: str, **traits: Any) -> Field:  # noqa: ANN401 - the traits of Field
    """A boolean."""
    return Field(kind="flag", wire=wire, **traits)


def number(*wire: str, **traits: Any) -> Field:  # noqa: ANN401 - the traits of Field
    """An integer."""
    return Field(kind="number", wire=wire, **traits)


def texts(*wire: str, **traits: Any) -> Field:  # noqa: ANN401 - the traits of Field
    """A set of strings; its order means nothing."""
    return Field(kind="texts", wire=wire, **traits)


def mapping(*wire: str, **traits: Any) -> Field:  # noqa: ANN401 - the traits of Field
    """A mapping of strings."""
    return Field(kind="mapping", wire=wire, **traits)


def block(fields: Fields, **traits: Any) -> Field:  # noqa: ANN401 - the traits of Field
    """One object with fields of its own; their wire paths start at the root of Keycloak's JSON."""
    return Field(kind="block", fields=fields, **traits)


def duration(*wire: str) -> Field:
    """A Go duration such as "5m", compared by its value, that the server has a default for."""
    return Field(kind="text", wire=wire, codec="seconds", computed=True, omit_empty=True)


def parent(**traits: Any) -> Field:  # noqa: ANN401 - the traits of Field
    """The name or id of what the object lives in: required, and a change replaces."""
    return Field(kind="text", required=True, replaces=True, **traits)
