"""What is wrong with a stack file: every problem at once, each with path, value, what is allowed and what to do."""

import difflib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import ErrorDetails

from components.config.fields import Step, alternatives_at, field_at, keys, section_at, type_name, untagged
from components.config.section import RULE, Section

_PLAIN_KEY = re.compile(r"[\w-]+")
"""Keys that can stand in a path without quotes."""

_LONGEST_VALUE = 80
"""Characters of a wrong value that are repeated; a certificate or a list would hide the sentence."""

_ALLOWED: Mapping[str, str] = {
    "string_type": "text",
    "int_type": "a whole number, without quotes",
    "int_from_float": "a whole number",
    "float_type": "a number, without quotes",
    "bool_type": "true or false, without quotes",
    "dict_type": "a mapping of names to values",
    "model_type": "an object with named keys",
    "model_attributes_type": "an object with named keys",
    "tuple_type": "a list",
    "literal_error": "one of {expected}",
    "greater_than": "a number greater than {gt}",
    "greater_than_equal": "a number of at least {ge}",
    "less_than_equal": "a number of at most {le}",
    "string_pattern_mismatch": "text that matches {pattern}",
    "string_too_short": "text of at least {min_length} character(s)",
    "string_too_long": "text of at most {max_length} characters",
    "too_short": "a list of at least {min_length} member(s)",
}
"""Pydantic's error types in the words of somebody who writes YAML; values in braces are the error's own context."""

_CHOICES = frozenset({"union_tag_not_found", "union_tag_invalid"})
"""Error types of the key that says which of several forms an object has."""


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One thing in the stack file that cannot be."""

    path: str
    """Path as written, such as `models.granite-8b.maxModelLen`."""
    given: str
    """The value that was found, or that there is none."""
    allowed: str
    """What may stand there."""
    remedy: str
    """What the reader should do."""

    def __str__(self) -> str:
        """The four parts, one below the other."""
        return f"{self.path}: {self.given}\n     allowed: {self.allowed}\n     do: {self.remedy}"


class ConfigError(Exception):
    """The stack file cannot be used; the text lists every problem."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        """The problems, sorted by path."""
        count = len(self.problems)
        head = f"The stack configuration has {count} problem{'s' if count > 1 else ''}; nothing was changed."
        super().__init__("\n".join([head, *(f"  {n}. {problem}" for n, problem in enumerate(self.problems, 1))]))


def written(path: Sequence[Step]) -> str:
    """A path as somebody would write it: `models.granite-8b.expose[0]`, `plans.gold.limits["hits per day"]`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif text and not _PLAIN_KEY.fullmatch(step):
            text += f"[{json.dumps(step, ensure_ascii=False)}]"
        else:
            text += f"{'.' if text else ''}{step}"
    return text


def first_sentence(text: str) -> str:
    """A description's first sentence without its full stop; the whole text stands in the reference."""
    return text.split(". ", maxsplit=1)[0].removesuffix(".")


def shown(value: object) -> str:
    """A wrong value in JSON, cut when it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def problem(root: type[Section], prefix: Sequence[Step], error: ErrorDetails) -> Problem:
    """One of pydantic's errors below `prefix` as a problem of the stack file described by `root`."""
    path = [*prefix, *(step for step in error["loc"] if step != "[key]")]
    place = untagged(root, path)
    kind = error["type"]
    if kind == "extra_forbidden":
        return unknown_key(place, section_at(root, path[:-1]))
    if kind == RULE:
        texts = {name: str(text).replace("{path}", written(place)) for name, text in error["ctx"].items()}
        return Problem(path=written(place), given=texts["given"], allowed=texts["allowed"], remedy=texts["remedy"])
    if kind == "missing":
        return missing(root, path)
    if kind in _CHOICES:
        return _choice(root, path, error)
    if kind == "dict_type" and alternatives_at(root, path):
        error = {**error, "type": "model_type"}
    key = "the key " if error["loc"] and error["loc"][-1] == "[key]" else ""
    return Problem(
        path=written(place),
        given=f"{key}{shown(error['input'])} was given",
        allowed=f"{_allowed(error)}{_about(root, path)}",
        remedy=f"correct {written(place)} in the stack file",
    )


def _choice(root: type[Section], path: Sequence[Step], error: ErrorDetails) -> Problem:
    """The key that chooses between several forms of an object is missing or has none of its values."""
    choices = alternatives_at(root, path)
    key = written([*untagged(root, path), error["ctx"]["discriminator"].strip("'").removesuffix("()")])
    lacking = error["type"] == "union_tag_not_found"
    return Problem(
        path=key,
        given="the key is missing or empty" if lacking else f"{shown(error['ctx']['tag'])} was given",
        allowed=f"one of {', '.join(choices)}{_about(root, path)}",
        remedy=f"add {key} to the stack file" if lacking else f"correct {key} in the stack file",
    )


def missing(root: type[Section], path: Sequence[Step]) -> Problem:
    """A required key below `root` that is not there."""
    info = field_at(root, path)
    kind = "" if info is None else f": {type_name(info.annotation).replace('`', '')}"
    place = written(untagged(root, path))
    return Problem(
        path=place,
        given="the key is missing or empty",
        allowed=f"a value is required{kind}{_about(root, path)}",
        remedy=f"add {place} to the stack file",
    )


def no_mapping(root: type[Section], path: Sequence[Step], value: object) -> Problem:
    """Something else than a mapping where one is needed."""
    return Problem(
        path=written(path),
        given=f"{shown(value)} was given",
        allowed=f"{_ALLOWED['dict_type']}{_about(root, path)}",
        remedy=f"write {written(path)} as a mapping: one indented entry per name",
    )


def unknown_key(path: Sequence[Step], section: type[Section] | None) -> Problem:
    """A key that no section has; its value is not repeated, it could be a secret in the wrong place."""
    names = sorted(keys(section)) if section is not None else []
    near = difflib.get_close_matches(str(path[-1]), names, n=1)
    return Problem(
        path=written(path),
        given="there is no such key",
        allowed=f"the keys {', '.join(names)}",
        remedy=f"did you mean {near[0]}? Otherwise remove the key" if near else "remove the key",
    )


def _about(root: type[Section], path: Sequence[Step]) -> str:
    info = field_at(root, path)
    return f" ({first_sentence(info.description)})" if info is not None and info.description else ""


def _allowed(error: ErrorDetails) -> str:
    context: dict[str, Any] = error.get("ctx", {})
    if error["type"] == "value_error":
        return str(context["error"])
    template = _ALLOWED.get(error["type"])
    if template is None:
        return error["msg"]
    one = context.get("min_length") == 1
    return template.replace("(s)", "" if one else "s").format(**context)
