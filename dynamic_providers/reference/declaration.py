"""What the code itself says about one resource class: its inputs, outputs and what its methods promise. No network."""

import ast
import importlib
import inspect
import itertools
from dataclasses import MISSING, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from dynamic_providers.declared import DeclaredProvider
from dynamic_providers.threescale.entity import EntityProvider, TenantProvider
from dynamic_providers.threescale.natural_key import MODULES

PACKAGE = "dynamic_providers.threescale"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One input or output."""

    name: str
    type: str
    """In words: `text`, `one of …`; with its bounds."""
    default: str
    """As written in Python; "" when it has to be given, or for an output."""
    meaning: str
    note: str
    """`replaces`, `create only`, `secret` or nothing."""


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """One resource class."""

    name: str
    summary: str
    """The docstring of its module."""
    inputs: tuple[Field, ...]
    outputs: tuple[Field, ...]
    side_by_side: bool
    """A replacement is made before the old one goes."""
    taken_over: str
    """How creating recognises what is there already."""
    gone: str
    """What deleting it does, in the words of the method that does it."""


def declarations() -> list[Declaration]:
    """Every resource class of the provider, in the order of the table of names."""
    return [_declaration(name, module) for name, module in MODULES.items()]


def _declaration(name: str, module_name: str) -> Declaration:
    module = importlib.import_module(f"{PACKAGE}.{module_name}")
    provider, arguments, resource = (getattr(module, f"{name}{part}") for part in ("Provider", "Args", ""))
    documented = _attributes(arguments) | _attributes(resource)
    return Declaration(
        name=name,
        summary=inspect.cleandoc(module.__doc__ or ""),
        inputs=_inputs(provider, arguments, documented),
        outputs=_outputs(resource, {field.name for field in fields(arguments)}, documented),
        side_by_side=provider.side_by_side,
        taken_over=_taken_over(provider),
        gone=_gone(provider),
    )


def _inputs(provider: type[DeclaredProvider], arguments: Any, documented: dict[str, str]) -> tuple[Field, ...]:  # noqa: ANN401 - a dataclass
    schema = provider.props.model_json_schema()
    definitions, properties = schema.get("$defs", {}), schema["properties"]
    return tuple(
        Field(
            name=one.name,
            type=_words(properties.get(one.name, {}), definitions),
            default=_default(one),
            meaning=documented.get(one.name, ""),
            note=_note(provider, one.name),
        )
        for one in fields(arguments)
    )


def _note(provider: type[DeclaredProvider], name: str) -> str:
    if name in provider.replace_on:
        return "replaces"
    return "create only" if name in provider.at_creation else ""


def _default(one: Any) -> str:  # noqa: ANN401 - a field of a dataclass
    if one.default is not MISSING:
        return "not managed" if one.default is None else repr(one.default)
    return "" if one.default_factory is MISSING else repr(one.default_factory())


def _outputs(resource: Any, inputs: set[str], documented: dict[str, str]) -> tuple[Field, ...]:  # noqa: ANN401 - a class
    told = {name for name, kind in resource.__annotations__.items() if "Output[" in str(kind)} | {
        *resource.secret_outputs
    }
    return tuple(
        Field(
            name=name,
            type="",
            default="",
            meaning=documented.get(name, ""),
            note="secret" if name in resource.secret_outputs else "",
        )
        for name in sorted(told - inputs)
    )


def _words(schema: dict[str, Any], definitions: dict[str, Any]) -> str:
    """Return a JSON schema's type in words."""
    if "$ref" in schema:
        return _words(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        return " or ".join(_words(one, definitions) for one in schema["anyOf"] if one.get("type") != "null")
    if choices := schema.get("enum", [schema["const"]] if "const" in schema else []):
        return "one of " * (len(choices) > 1) + ", ".join(f"`{value}`" for value in choices)
    if schema.get("type") == "array":
        return f"list of {_words(schema.get('items', {}), definitions)}"
    return _object(schema, definitions) if schema.get("type") == "object" else _scalar(schema)


def _object(schema: dict[str, Any], definitions: dict[str, Any]) -> str:
    if "properties" in schema:
        members = "; ".join(f"{name}: {_words(one, definitions)}" for name, one in schema["properties"].items())
        return f"{{{members}}}"
    inner = schema.get("additionalProperties")
    return f"mapping to {_words(inner, definitions)}" if isinstance(inner, dict) else "mapping"


def _scalar(schema: dict[str, Any]) -> str:
    names = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
    return names.get(schema.get("type", ""), "any value") + _bounds(schema)


def _bounds(schema: dict[str, Any]) -> str:
    low, high = schema.get("minimum", schema.get("exclusiveMinimum")), schema.get("maximum")
    above = f" above {low}" if "exclusiveMinimum" in schema else f" from {low}" if low is not None else ""
    longest = f", at most {schema['maxLength']} characters" if "maxLength" in schema else ""
    return above + (f" to {high}" if high is not None else "") + longest


def _taken_over(provider: type[DeclaredProvider]) -> str:
    found = getattr(provider, "find", None)
    if found in (None, TenantProvider.find):
        return "converges on whatever is there."
    if found is EntityProvider.find and issubclass(provider, EntityProvider):
        entity = provider.entity
        return f"refuses a taken `{entity.natural_key}`; with `adopt` it takes over the {entity.title} that has it."
    recognised = _first(found.__doc__).removeprefix("Return the id of ")
    adopting = "adopt" in provider.props.model_fields
    return f"{'refuses, or with `adopt` takes over,' if adopting else 'takes over'} {recognised}"


def _first(text: str | None) -> str:
    """Return the first paragraph of a docstring on one line."""
    return " ".join(inspect.cleandoc(text or "").partition("\n\n")[0].split())


def _gone(provider: type) -> str:
    """Return what deleting says: the method nearest to the entity that speaks of it."""
    for kind in provider.__mro__:
        for method in ("clear", "remove", "delete"):
            if method in vars(kind) and (text := vars(kind)[method].__doc__):
                return _first(text) if kind.__module__.startswith("dynamic_providers.") else "Nothing."
    return "Nothing."


@cache
def _tree(path: str) -> ast.Module:
    return ast.parse(Path(path).read_text(encoding="utf-8"))


def _attributes(kind: type) -> dict[str, str]:
    """Return attribute → the sentence below it, which Python itself throws away."""
    for node in _tree(inspect.getsourcefile(kind) or "").body:
        if isinstance(node, ast.ClassDef) and node.name == kind.__name__:
            return _sentences(node.body)
    return {}


def _sentences(body: list[ast.stmt]) -> dict[str, str]:
    found = {}
    for one, below in itertools.pairwise(body):
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            match below:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    found[one.target.id] = " ".join(text.split())
    return found
