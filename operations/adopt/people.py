"""Developer accounts with their users, subscriptions and applications, as entries of `maas:consumers`."""

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from components.config import ConfigError
from components.config.validation import validated
from components.threescale_tenant.declared import SAMPLE_ACCOUNT, SAMPLE_PRODUCT
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.application import ApplicationProvider
from dynamic_providers.threescale.application_state import PENDING
from dynamic_providers.threescale.client import AdminApi
from dynamic_providers.threescale.contracts import Contracts
from dynamic_providers.threescale.developer_account import DeveloperAccountProvider
from dynamic_providers.threescale.developer_user import DeveloperUserProvider
from operations.adopt.catalogue import Catalogue, with_entries
from operations.adopt.entry import service_plan
from operations.adopt.keys import dns_label, free
from operations.adopt.source import ALL_SECRETS, Source

_SAMPLE_USER = SAMPLE_ACCOUNT[1]
_BILLING = {"monthlyBillingEnabled": "monthly_billing_enabled", "monthlyChargingEnabled": "monthly_charging_enabled"}
_LABEL = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, kw_only=True)
class People:
    """What can be written, and what cannot."""

    accounts: dict[str, Json] = field(default_factory=dict)
    """Entries by their keys."""
    left_out: dict[str, list[str]] = field(default_factory=dict)
    """Account → why it, or a part of it, is not written."""


def people(source: Source, found: Catalogue) -> People:
    """Entries for every account that a stack file can say."""
    done = People()
    existing = (source.raw.get("consumers") or {}).get("accounts") or {}
    known = {str(entry.get("username")) for entry in existing.values()}
    products = source.api.pages("services", "services")
    samples = {str(one["id"]) for one in products if (one["system_name"], one["name"]) == SAMPLE_PRODUCT}
    for item in source.api.pages("accounts", "accounts"):
        account = _Account(source.api, item, found, samples)
        if account.username in known | {_SAMPLE_USER}:
            continue
        if reason := account.obstacle:
            done.left_out[account.title] = [reason]
            continue
        key = free(dns_label(account.username, "a"), {*done.accounts, *existing})
        entry, left = account.entry()
        if refused := _refused(source, found, existing, {key: entry}):
            done.left_out[account.title] = refused
            continue
        done.accounts[key] = entry
        if left:
            done.left_out[account.title] = left
    return done


def _refused(source: Source, found: Catalogue, existing: Mapping[str, Json], accounts: Mapping[str, Json]) -> list[str]:
    models = {key: one.model for key, one in found.entries.items()}
    raw = with_entries(source, models, found.plans, consumers={"accounts": {**existing, **accounts}})
    try:
        validated(raw, ALL_SECRETS)
    except ConfigError as refusal:
        return [f"{one.path}: {one.given}; a stack file allows {one.allowed}" for one in refusal.problems]
    return []


class _Account:
    """One account of the tenant."""

    def __init__(self, api: AdminApi, item: Json, found: Catalogue, samples: AbstractSet[str]) -> None:
        self._api, self._found, self._id, self._samples = api, found, str(item["id"]), samples
        provider = DeveloperAccountProvider()
        whole = provider.fetch(api, self._id, {"username": ""})
        self._told = provider.inputs(whole, {})
        self._first = whole["user"].get("id")
        self.username = str(self._told.get("username") or "")
        self.title = f"{item.get('org_name')} (account {self._id})"

    @property
    def obstacle(self) -> str:
        """Why nothing of the account can be written; empty when it can."""
        if not self.username:
            return "it has no user"
        return "" if self._told["approved"] else "it waits for a decision; an account of a stack is approved"

    def entry(self) -> tuple[Json, list[str]]:
        """The entry, and what of it is left out."""
        left: list[str] = []
        users = dict(self._users())
        applications = dict(self._applications(left))
        subscriptions = sorted(self._subscriptions())
        names = {"orgName": self._told["org_name"], "username": self.username, "email": self._told["email"]}
        billing = {key: True for key, name in _BILLING.items() if self._told[name]}
        parts = {"users": users, "subscriptions": subscriptions, "applications": applications}
        return {**names, **billing, **{key: part for key, part in parts.items() if part}, "adopt": True}, left

    def _users(self) -> Iterator[tuple[str, Json]]:
        provider, taken = DeveloperUserProvider(), set[str]()
        for item in self._api.pages(f"accounts/{self._id}/users", "users"):
            if item["id"] == self._first:
                continue
            told = provider.live(item)
            key = free(dns_label(told["username"], "u"), taken)
            taken.add(key)
            role = {} if told["role"] == "member" else {"role": told["role"]}
            active = {} if told["active"] else {"active": False}
            yield key, {"username": told["username"], "email": told["email"], **role, **active}

    def _applications(self, left: list[str]) -> Iterator[tuple[str, Json]]:
        provider, taken = ApplicationProvider(), set[str]()
        models = {one.id: key for key, one in self._found.readings.items()}
        for item in self._api.pages(f"accounts/{self._id}/applications", "applications"):
            if str(item["service_id"]) in self._samples:  # every sign-up brings one
                continue
            name, model = str(item.get("name") or ""), models.get(str(item["service_id"]))
            plan = self._found.plan_keys.get(model or "", {}).get(str(item["plan_id"]))
            if reason := _unsayable(item, name, model, plan, taken):
                left.append(f"application {name or item['id']}: {reason}")
                continue
            taken.add(name)
            told = provider.live(item)
            description = {"description": told["description"]} if told["description"] else {}
            suspended = {"suspended": True} if told.get("suspended") else {}
            yield name, {"model": model, "plan": plan, **description, **suspended}

    def _subscriptions(self) -> Iterator[str]:
        """Models that the account is subscribed to under the plan that their entries name."""
        plans = {str(service_plan(one)["id"]): key for key, one in self._found.readings.items()}
        for contract in Contracts(self._api, self._id).all:
            key = plans.get(str(contract["plan_id"]))
            if key is not None and contract["state"] != PENDING:
                yield key


def _unsayable(item: Json, name: str, model: str | None, plan: str | None, taken: set[str]) -> str:
    if model is None:
        return "its product is not among the models"
    if plan is None:
        return "its plan is a copy of its own, or not among the model's"
    if item["state"] == PENDING:
        return "it waits for a decision"
    if not _LABEL.fullmatch(name):
        return "its name is no key; allowed are small letters, digits and -"
    return "another one has the same name" if name in taken else ""
