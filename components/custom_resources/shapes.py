"""The building blocks of the compact JSON Schemas."""

from typing import Any

Schema = dict[str, Any]
"""A JSON Schema."""

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
SWITCH: Schema = {"type": "boolean"}
TEXT_MAP: Schema = {"type": "object", "additionalProperties": TEXT}


def record(*required: str, **fields: Schema) -> Schema:
    """An object with exactly these fields; `required` names those that must be there."""
    return {
        "type": "object",
        "properties": fields,
        "required": sorted(required),
        "additionalProperties": False,
    }


def mapping(member: Schema) -> Schema:
    """Any names, each with a `member`."""
    return {"type": "object", "additionalProperties": member}


def rows(member: Schema) -> Schema:
    """A list of `member`."""
    return {"type": "array", "items": member}
