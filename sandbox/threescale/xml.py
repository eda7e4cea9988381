"""A plain XML form of the JSON answers.

porta has builders of its own with more detail per entity. This form has the same element names and values for the
fields of the JSON answer and exists so that a client that forgets `.json` gets XML, as it would there.
"""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

_PLURALS = {"policies_config": "policy", "backend_usages": "backend_usage", "collection": "item"}


def document(root: str, data: Any) -> str:  # noqa: ANN401  # any JSON value
    """An XML document of JSON data; an object with one key keeps that key as the root element."""
    if isinstance(data, dict) and len(data) == 1:
        root, data = next(iter(data.items()))
    return f'<?xml version="1.0" encoding="UTF-8"?>{_element(root, data)}'


def _element(name: str, value: Any) -> str:  # noqa: ANN401  # any JSON value
    tag = "".join(character if character.isalnum() or character in "_-" else "_" for character in name) or "item"
    if isinstance(value, dict):
        return f"<{tag}>{''.join(_element(key, inner) for key, inner in value.items() if key != 'links')}</{tag}>"
    if isinstance(value, list):
        return f"<{tag}>{''.join(_item(tag, inner) for inner in value)}</{tag}>"
    if isinstance(value, bool):
        value = "true" if value else "false"
    return f"<{tag}/>" if value is None else f"<{tag}>{escape(str(value))}</{tag}>"


def _item(parent: str, value: Any) -> str:  # noqa: ANN401  # any JSON value
    if isinstance(value, dict) and len(value) == 1:
        return _element(*next(iter(value.items())))
    return _element(_PLURALS.get(parent, parent.removesuffix("s") or "item"), value)
