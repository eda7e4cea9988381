"""From the stack file as written to `Settings`, or to every problem in it at once."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from components.config.fields import Step, keys
from components.config.problems import ConfigError, Problem, first_sentence, problem, unknown_key, written
from components.config.promises import broken
from components.config.secrets import SECRET_KEYS
from components.config.section import DnsLabel
from components.config.settings import Settings

_ENTRIES = ("models", "plans")
"""Mappings whose entries are judged one by one, so that one wrong entry hides no other problem."""


def validated(raw: Mapping[str, object], secrets: frozenset[str]) -> Settings:
    """The settings in `raw`, the stack file's plain keys as parsed; `secrets` names the secret keys that are set.

    Raises:
        ConfigError: with every problem, sorted by path.
    """
    problems = [*_unknown(raw), *_secrets(raw, secrets)]
    sections: dict[str, Any] = {}
    for key, info in keys(Settings).items():
        if key in _ENTRIES:
            sections[_python_name(key)] = _entries(key, raw, problems)
            continue
        if key not in raw:
            if info.is_required():
                problems.append(_missing((key,)))
            else:
                sections[_python_name(key)] = info.get_default()
            continue
        _judge(info.annotation, raw[key], (key,), problems, sections)
    settings = Settings.model_construct(**sections)
    problems.extend(broken(settings, frozenset(sections), raw))
    if problems:
        raise ConfigError(problems)
    return settings


def _entries(section: str, raw: Mapping[str, object], problems: list[Problem]) -> dict[str, Any]:
    entries = raw.get(section)
    valid: dict[str, Any] = {}
    if not isinstance(entries, Mapping) or not entries:
        problems.append(_missing((section,), entries))
        return valid
    kind = Settings.model_fields[section].annotation.__args__[1]  # type: ignore[union-attr]
    for name, entry in entries.items():
        judged: dict[str, Any] = {}
        _judge_key(section, name, problems)
        _judge(kind, entry, (section, name), problems, judged)
        valid.update(dict.fromkeys([name], judged[section]) if judged else {})
    return valid


def _judge(
    kind: Any,  # noqa: ANN401 - a type form, which Python 3.11 cannot name
    value: object,
    path: Sequence[Step],
    problems: list[Problem],
    valid: dict[str, Any],
) -> None:
    """Adds `value` to `valid` under the first step of `path`, or what is wrong with it to `problems`."""
    try:
        valid[_python_name(str(path[0]))] = TypeAdapter(kind).validate_json(json.dumps(value), strict=True)
    except ValidationError as refusal:
        problems.extend(problem(Settings, path, error) for error in refusal.errors(include_url=False))


def _judge_key(section: str, name: str, problems: list[Problem]) -> None:
    try:
        TypeAdapter(DnsLabel).validate_python(name)
    except ValidationError as refusal:
        problems.extend(
            problem(Settings, (section, name), {**error, "loc": ("[key]",)})
            for error in refusal.errors(include_url=False)
        )


def _missing(path: Sequence[Step], found: object = None) -> Problem:
    key = str(path[0])
    about = keys(Settings)[key].description or ""
    return Problem(
        path=written(path),
        given="the key is missing or empty" if not found else f"a {type(found).__name__} was given",
        allowed=f"a value is required ({first_sentence(about)})",
        remedy=f"add {key} to the stack file",
    )


def _unknown(raw: Mapping[str, object]) -> Iterator[Problem]:
    for key in sorted(set(raw) - set(keys(Settings))):
        yield unknown_key((key,), Settings)


def _secrets(raw: Mapping[str, object], present: frozenset[str]) -> Iterator[Problem]:
    for secret in SECRET_KEYS:
        needed = secret.required or bool(secret.needed_for and raw.get(secret.needed_for))
        if needed and secret.name not in present:
            yield Problem(
                path=secret.name,
                given="the secret is missing or empty",
                allowed=f"an encrypted text ({first_sentence(secret.description)})",
                remedy=f"run: pulumi config set --secret {secret.name}",
            )


def _python_name(key: str) -> str:
    return next(name for name, info in Settings.model_fields.items() if (info.alias or name) == key)
