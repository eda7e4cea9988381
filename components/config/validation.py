"""From the stack file as written to `Settings`, or to every problem in it at once."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from components.config.fields import Step, element, keys
from components.config.problems import ConfigError, Problem, first_sentence, missing, no_mapping, problem, unknown_key
from components.config.promises import broken
from components.config.secrets import SECRET_KEYS
from components.config.section import DnsLabel
from components.config.settings import Settings

_ENTRIES = ("models", "plans")
"""Mappings whose entries are judged one by one, so that one wrong entry hides no other problem."""


def validated(raw: Mapping[str, object], secrets: frozenset[str], wrong_secrets: Iterable[Problem] = ()) -> Settings:
    """The settings in `raw`, the stack file's plain keys as parsed; `secrets` names the secret keys that are set.

    `wrong_secrets` is what is wrong with their values; it is told together with everything else.

    Raises:
        ConfigError: with every problem, sorted by path.
    """
    problems = [*_unknown(raw), *_secrets(raw, secrets), *wrong_secrets]
    sections: dict[str, Any] = {}
    for key, info in keys(Settings).items():
        if key in _ENTRIES:
            _entries(key, raw.get(key), problems, sections)
            continue
        if key not in raw:
            if info.is_required():
                problems.append(missing(Settings, (key,)))
            else:
                sections[_python_name(key)] = info.get_default()
            continue
        _judge(info.annotation, raw[key], (key,), problems, sections)
    settings = Settings.model_construct(**sections)
    problems.extend(broken(settings, frozenset(sections), raw, secrets))
    if problems:
        raise ConfigError(problems)
    return settings


def _entries(section: str, entries: object, problems: list[Problem], sections: dict[str, Any]) -> None:
    """Adds the valid ones of `entries` to `sections`; nothing when the section is none, so that nobody relies on it."""
    if entries is None or entries == {}:
        problems.append(missing(Settings, (section,)))
        return
    if not isinstance(entries, Mapping):
        problems.append(no_mapping(Settings, (section,), entries))
        return
    kind = element(Settings.model_fields[section].annotation)
    valid: dict[str, Any] = {}
    for name, entry in entries.items():
        judged: dict[str, Any] = {}
        fits = _judge_key(section, name, problems)
        _judge(kind, entry, (section, name), problems, judged)
        if fits and judged:
            valid[name] = judged[section]
    sections[section] = valid


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


def _judge_key(section: str, name: str, problems: list[Problem]) -> bool:
    try:
        TypeAdapter(DnsLabel).validate_python(name)
    except ValidationError as refusal:
        problems.extend(
            problem(Settings, (section, name), {**error, "loc": ("[key]",)})
            for error in refusal.errors(include_url=False)
        )
        return False
    return True


def _unknown(raw: Mapping[str, object]) -> Iterator[Problem]:
    for key in sorted(set(raw) - set(keys(Settings))):
        yield unknown_key((key,), Settings)


def _secrets(raw: Mapping[str, object], present: frozenset[str]) -> Iterator[Problem]:
    for secret in SECRET_KEYS:
        if secret.is_needed(raw) and secret.name not in present:
            yield Problem(
                path=secret.name,
                given="the secret is missing or empty",
                allowed=f"an encrypted text ({first_sentence(secret.description)})",
                remedy=f"run pulumi config set --secret {secret.name}"
                if secret.given
                else "run python3 -m toolchain secrets <stack>, and then the commands it prints",
            )


def _python_name(key: str) -> str:
    return next(name for name, info in Settings.model_fields.items() if (info.alias or name) == key)
