"""Plans of the stack file: products with the same terms share an entry, others under one name get entries of their own.

3scale keeps a plan per product; the stack file keeps terms once, and each product gets its copy.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping

from pydantic.alias_generators import to_camel

from dynamic_providers.json_object import Json
from operations.adopt.keys import dns_label, free
from operations.adopt.reading import Reading

_DEFAULTS: Json = {
    "published": True,
    "approval_required": False,
    "setup_fee": 0,
    "cost_per_month": 0,
    "trial_period_days": 0,
}
"""What a plan is when its entry does not say so."""


def terms(plan: Json) -> Json:
    """A plan of a tenant as an entry of the stack file, without the key's part of its name."""
    entry: Json = {"displayName": plan["name"]}
    entry |= {to_camel(name): plan[name] for name, value in _DEFAULTS.items() if plan[name] != value}
    limits = {key: limit["value"] for key, limit in sorted(plan["limits"].items())}
    prices = {key: price["cost_per_unit"] for key, price in sorted(plan["prices"].items())}
    features = {
        name: {"displayName": one["name"], **({"description": one["description"]} if one["description"] else {})}
        for name, one in sorted(plan["features"].items())
    }
    return entry | {name: one for name, one in (("limits", limits), ("prices", prices), ("features", features)) if one}


class PlanBook:
    """Which key of the stack file stands for which plan of which product."""

    def __init__(self, readings: Mapping[str, Reading], existing: Mapping[str, Json]) -> None:
        """Find keys for the plans of `readings`, by their models' keys; `existing` are entries that are there."""
        self.entries: dict[str, Json] = {}
        """Entries that have to be added, by key."""
        self._existing = existing
        self._keys = {_identity(key, entry): key for key, entry in existing.items()}
        plans = [(key, plan) for key, reading in readings.items() for plan in reading.plans.values()]
        common = Counter(_named(plan) for _, plan in plans)
        # The terms that most products share get the plain key; of equally common ones the first.
        for model, plan in sorted(plans, key=lambda one: -common[_named(one[1])]):
            self._add(model, plan)

    def keys(self, plans: Iterable[Json]) -> list[str]:
        """Keys of the plans of one product."""
        return [self._keys[_named(plan)] for plan in plans]

    def _add(self, model: str, plan: Json) -> None:
        if _named(plan) in self._keys:
            return
        system_name, taken = str(plan["system_name"]), {*self.entries, *self._existing}
        plain = dns_label(system_name, "plan")
        key = plain if plain not in taken else free(dns_label(f"{model}-{plain}", "plan"), taken)
        own = {} if key == system_name else {"systemName": system_name}
        entry = terms(plan)
        self.entries[key] = {"displayName": entry.pop("displayName"), **own, **entry}
        self._keys[_named(plan)] = key


def _named(plan: Json) -> str:
    return json.dumps([plan["system_name"], terms(plan)], sort_keys=True)


def _identity(key: str, entry: Json) -> str:
    named = {name: value for name, value in entry.items() if name != "systemName"}
    return json.dumps([entry.get("systemName", key), named], sort_keys=True)
