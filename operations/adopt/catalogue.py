"""All products as one part of a stack file: keys, plans shared, and everything judged as the program will judge it."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from pydantic import ValidationError

from components.config import ConfigError, Plan, Problem, Settings
from components.config.problems import problem
from components.config.validation import validated
from dynamic_providers.json_object import Json
from operations.adopt.agreement import differences
from operations.adopt.entry import Entry, entry_of
from operations.adopt.keys import dns_label, free
from operations.adopt.limits_of_the_file import obstacles
from operations.adopt.plan_book import PlanBook
from operations.adopt.reading import Reading
from operations.adopt.source import ALL_SECRETS, Source


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """What can be written, and what cannot."""

    entries: Mapping[str, Entry]
    """Entries by their keys."""
    readings: Mapping[str, Reading]
    """What they were made from."""
    plans: Mapping[str, Json]
    """Entries of plans that are new."""
    plan_keys: Mapping[str, Mapping[str, str]]
    """Model → id of a plan → its key."""
    left_out: Mapping[str, list[str]]
    """System name of a product that is not written → why."""


def catalogue(source: Source, readings: list[Reading]) -> Catalogue:
    """Entries for all of `readings` that a stack file can say, judged together with what the stack has already."""
    keyed = _keyed(readings, source.raw.get("models") or {})
    left = {reading.system_name: reasons for reading in keyed.values() if (reasons := obstacles(reading))}
    while True:
        staying = {key: one for key, one in keyed.items() if one.system_name not in left}
        book = PlanBook(staying, source.raw.get("plans") or {})
        entries, refused = _entries(source, staying, book)
        refused = refused or _judged(source, entries, staying, book)
        if not refused:
            used = {
                key: dict(zip(one.plans, book.keys(one.plans.values()), strict=True)) for key, one in staying.items()
            }
            return Catalogue(entries=entries, readings=staying, plans=book.entries, plan_keys=used, left_out=left)
        left |= {staying[key].system_name: reasons for key, reasons in refused.items()}


def with_entries(source: Source, models: Mapping[str, Json], plans: Mapping[str, Json], **more: Json) -> Json:
    """The stack file's plain keys with these entries among those that it has."""
    added = {"models": models, "plans": plans, **more}
    return source.raw | {name: {**(source.raw.get(name) or {}), **entries} for name, entries in added.items()}


def _keyed(readings: list[Reading], existing: Mapping[str, Json]) -> dict[str, Reading]:
    keyed: dict[str, Reading] = {}
    for reading in readings:
        keyed[free(dns_label(reading.system_name), {*keyed, *existing})] = reading
    return keyed


def _entries(
    source: Source, readings: Mapping[str, Reading], book: PlanBook
) -> tuple[dict[str, Entry], dict[str, list[str]]]:
    entries: dict[str, Entry] = {}
    refused: dict[str, list[str]] = {}
    settings = _with_plans(source, book)
    for key, reading in readings.items():
        try:
            entries[key] = entry_of(key, reading, settings, book.keys(reading.plans.values()))
        except ValidationError as refusal:
            found = (problem(Settings, ("models", key), error) for error in refusal.errors(include_url=False))
            refused[key] = [_sentence(one) for one in found]
    return entries, refused


def _with_plans(source: Source, book: PlanBook) -> Settings:
    """The stack's settings with the plans that entries name: what they limit is part of a model's policy chain.

    One that no stack file can hold is missing; it is judged with everything else.
    """
    plans: dict[str, Plan] = {}
    for name, entry in {**(source.raw.get("plans") or {}), **book.entries}.items():
        with suppress(ValidationError):
            plans[name] = Plan.model_validate_json(json.dumps(entry), strict=True)
    return source.settings.model_copy(update={"plans": plans})


def _judged(
    source: Source, entries: Mapping[str, Entry], readings: Mapping[str, Reading], book: PlanBook
) -> dict[str, list[str]]:
    """Models that the configuration refuses, or that would be changed by the first `up`, and why."""
    if not entries:
        return {}
    raw = with_entries(source, {key: one.model for key, one in entries.items()}, book.entries)
    try:
        settings = validated(raw, ALL_SECRETS)
    except ConfigError as refusal:
        return _blamed(refusal, entries)
    found = {key: differences(settings, one, readings[key]) for key, one in entries.items()}
    return {key: [f"it would be changed: {path}" for path in paths] for key, paths in found.items() if paths}


def _blamed(refusal: ConfigError, entries: Mapping[str, Entry]) -> dict[str, list[str]]:
    """The models that problems are about; a plan's problem is of every model that offers it.

    Raises:
        ConfigError: the same, when it is about none of `entries`.
    """
    blamed: dict[str, list[str]] = {}
    for one in refusal.problems:
        section, _, rest = one.path.partition(".")
        name = re.split(r"[.\[]", rest, maxsplit=1)[0]
        for key, entry in entries.items():
            if (section == "models" and name == key) or (section == "plans" and name in entry.model["plans"]):
                blamed.setdefault(key, []).append(_sentence(one))
    if not blamed:
        raise refusal
    return blamed


def _sentence(one: Problem) -> str:
    return f"{one.path}: {one.given}; a stack file allows {one.allowed}"
