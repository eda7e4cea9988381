"""A plain XML form of the JSON answers.

porta has builders of its own with more detail per entity. This form has the same element names and values for the
fields of the JSON answer and exists so that a client that forgets `.json` gets XML, as it would there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLURALS = {"policies_config": "policy", "backend_usages": "backend_usage", "collection": "item"}


_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def document(root: str, data: Any, attributes: Mapping[str, object]) -> str:  # noqa: ANN401  # any JSON value
    """An XML document of JSON data; an object with one key keeps that key as the root, which has the attributes."""
    if isinstance(data, dict) and len(data) == 1:
        root, data = next(iter(data.items()))
    written = _element(root, data)
    pages = "".join(f" {name}={quoteattr(str(value))}" for name, value in attributes.items())
    return f"{_HEAD}{written.replace('>', f'{pages}>', 1)}"


def sentences(body: Any) -> str:  # noqa: ANN401  # any JSON value
    """A refusal as XML: whole sentences under `errors`, the one sentence under `error`, nothing for a bare status."""
    if not isinstance(body, dict):
        return ""
    if isinstance(body.get("errors"), dict):
        told = [_sentence(field, text) for field, texts in body["errors"].items() for text in texts]
        return f"{_HEAD}<errors>{''.join(f'<error>{escape(text)}</error>' for text in told)}</errors>"
    return f"{_HEAD}<error>{escape(str(body['error']))}</error>" if "error" in body else ""


def _sentence(field: str, text: str) -> str:
    """ActiveModel's full message: the field in words before the text, nothing before what concerns the whole."""
    return text if field == "base" else f"{field.removesuffix('_id').replace('_', ' ').capitalize()} {text}"


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
