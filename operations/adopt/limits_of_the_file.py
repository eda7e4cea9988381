"""What a product can be and a stack file cannot say, in the words of 3scale."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from components.model_api.definition import USAGE_PATH
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.policy_chain import APICAST
from operations.adopt.entry import service_plan
from operations.adopt.reading import Reading

_SECRET_KEY = re.compile(r"secret|passw|private_key|access_token|api_key", re.IGNORECASE)
_SECRET_HEADER = re.compile(r"authorization|cookie|api-?key|token|secret", re.IGNORECASE)
_IDENTIFICATION = {"2": "by id and key", "oidc": "by OpenID Connect"}


def obstacles(reading: Reading) -> list[str]:
    """Why the product cannot be in a stack file; empty when nothing of this kind stands in the way."""
    return [*_product(reading.product), *_backends(reading), *_rules(reading), *_policies(reading), *_plans(reading)]


def _product(product: Json) -> Iterator[str]:
    if (way := product["backend_version"]) != "1":
        yield f"applications identify themselves {_IDENTIFICATION[way]}; a model's do by one key"
    if (option := product["deployment_option"]) != "hosted":
        yield f"its deployment option is {option}; a model's gateway is 3scale's own (hosted)"


def _backends(reading: Reading) -> Iterator[str]:
    paths = ", ".join(sorted(reading.backends))
    if not reading.backends:
        yield "it uses no backend; a model has one"
    elif list(reading.backends) != [USAGE_PATH]:
        yield f"it uses backends at {paths}; a model has one, at {USAGE_PATH}"


def _rules(reading: Reading) -> Iterator[str]:
    twice = sorted({key.partition(" (id ")[0] for key in reading.rules if " (id " in key})
    if twice:
        yield f"it has several rules for {', '.join(twice)}; a model has one for each method and pattern"


def _policies(reading: Reading) -> Iterator[str]:
    if all(policy["name"] != APICAST.name for policy in reading.policies):
        yield "its policy chain is without apicast, which a model's always has"
    for policy in reading.policies:
        if any(_secrets(policy["configuration"])):
            yield f"policy {policy['name']} is configured with a secret; a stack file holds policies in plain text"


def _plans(reading: Reading) -> Iterator[str]:
    if not reading.plans:
        yield "it has no application plan; a model has at least one"
    for plan in reading.plans.values():
        foreign = sorted({key for name in ("limits", "prices") for key in plan[name] if key.startswith("metric ")})
        if foreign:
            yield f"plan {plan['system_name']} has limits or prices on metrics of the backend; a model's name its own"
    if not reading.service_plans:
        yield "it has no service plan; a model has one"
        return
    chosen = service_plan(reading)
    same = [plan for plan in reading.service_plans if plan["name"] == chosen["name"]]
    if same[0]["id"] != chosen["id"]:
        yield f"{len(same)} of its service plans are called {chosen['name']}; a model's is found by its name"


def _secrets(value: Any) -> Iterator[bool]:  # noqa: ANN401 - any JSON value
    """A true one per value that is a secret, or that Pulumi would take for an encrypted one."""
    if isinstance(value, Mapping):
        header = value.get("header") or value.get("name")
        yield isinstance(value.get("secure"), str)
        yield isinstance(header, str) and bool(_SECRET_HEADER.search(header)) and bool(value.get("value"))
        for key, held in value.items():
            yield isinstance(held, str) and bool(held) and bool(_SECRET_KEY.search(key))
            yield from _secrets(held)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for held in value:
            yield from _secrets(held)
