"""Where a tenant is read from, and the configuration its entries will join."""

import json
import os
import re
from dataclasses import dataclass
from typing import Any

from components.config import ConfigError, Settings
from components.config.hosts import threescale_admin_url
from components.config.secrets import SECRET_KEYS
from components.config.validation import validated
from dynamic_providers.threescale.client import AdminApi
from dynamic_providers.threescale.errors import ThreescaleError
from operations.errors import OperationError
from operations.stack import PROJECT_NAME, Stack

Json = dict[str, Any]
"""A JSON object."""

ALL_SECRETS = frozenset(key.name for key in SECRET_KEYS)
"""Secrets are no part of the entries, so none is asked for here."""
ENTRIES = ("models", "plans", "consumers")
"""Keys of the stack file that entries are written for."""
TEXT_KEYS = frozenset({"environment"})
"""Top-level keys whose value is text; every other one is JSON."""
_PLACEHOLDER = "placeholder"
_NO_MODELS: Json = {
    "models": {_PLACEHOLDER: {"source": {"external": "https://placeholder.example"}, "plans": [_PLACEHOLDER]}},
    "plans": {_PLACEHOLDER: {"displayName": "Placeholder"}},
}
"""What a configuration needs to be complete before the first entry is known."""
_ADMIN_HOST = re.compile(r"https?://(?P<tenant>[a-z0-9-]+)-admin\.(?P<domain>[a-z0-9.-]+\.[a-z0-9-]+)(:\d+)?/?")


class ReadOnlyApi(AdminApi):
    """The Admin API without its writes: adoption looks and touches nothing."""

    def call(self, method: str, *rest: Any, **more: Any) -> Any:  # noqa: ANN401 - any JSON value
        """Return what a GET answers.

        Raises:
            PermissionError: another method; a mistake in this program.
        """
        if method != "GET":
            raise PermissionError(f"{method} while a tenant is only read")
        return super().call(method, *rest, **more)


@dataclass(frozen=True, kw_only=True)
class Source:
    """One tenant, and the configuration its entries are for."""

    name: str
    """The stack, or the tenant's host."""
    api: AdminApi
    """The tenant."""
    raw: Json
    """Plain keys of the stack file as parsed."""
    settings: Settings
    """The same, with place holders for models and plans."""


def of_stack(name: str, ca_bundle: str) -> Source:
    """The tenant of a stack; THREESCALE_ADMIN_URL and THREESCALE_ACCESS_TOKEN win over its configuration.

    Raises:
        OperationError: the configuration is not valid without its models, or the tenant cannot be addressed.
    """
    stack = Stack(name=name)
    raw = _plain(stack)
    try:
        settings = validated({**_without_entries(raw), **_NO_MODELS}, ALL_SECRETS)
    except ConfigError as refusal:
        message = f"asked to read the tenant of stack {name}: {refusal}\nCorrect these keys first, then run again"
        raise OperationError(message) from None
    url = os.environ.get("THREESCALE_ADMIN_URL") or threescale_admin_url(settings)
    token = (
        os.environ.get("THREESCALE_ACCESS_TOKEN")
        or stack.config("threescaleAccessToken")
        or stack.config("threescaleSeedToken")
    )
    return Source(name=name, api=_opened(url, token or "", ca_bundle), raw=raw, settings=settings)


def of_url(admin_url: str, ca_bundle: str) -> Source:
    """The tenant at an address, with the token in THREESCALE_ACCESS_TOKEN and a configuration of defaults.

    Raises:
        OperationError: the tenant cannot be addressed.
    """
    api = _opened(admin_url, os.environ.get("THREESCALE_ACCESS_TOKEN") or "", ca_bundle)
    host = _ADMIN_HOST.fullmatch(admin_url)
    tenant, domain = (host["tenant"], host["domain"]) if host else ("maas", "apps.example.com")
    raw: Json = {
        "environment": "dev",
        "cluster": {"wildcardDomain": domain},
        "threescale": {
            "tenantName": tenant[:30].rstrip("-"),
            "channel": "threescale",
            "startingCSV": "3scale-operator.v0.0.0",
            "adminEmail": "admin@example.com",
            "fileStorage": {"pvc": {"storageClassName": "any"}},
        },
    }
    try:
        settings = validated({**raw, **_NO_MODELS}, ALL_SECRETS)
    except ConfigError as refusal:
        message = f"asked to read the tenant at {admin_url}: {refusal}\nName a stack instead, with --stack"
        raise OperationError(message) from None
    return Source(name=tenant, api=api, raw=raw, settings=settings)


def _opened(url: str, token: str, ca_bundle: str) -> AdminApi:
    try:
        return ReadOnlyApi(url, token, ca_bundle=ca_bundle)
    except ThreescaleError as refusal:
        raise OperationError(str(refusal)) from None


def _without_entries(raw: Json) -> Json:
    return {key: value for key, value in raw.items() if key not in ENTRIES}


def _plain(stack: Stack) -> Json:
    """Plain keys of this project; an encrypted one is left alone."""
    entries: dict[str, Json] = stack.read("config", "--json")
    found: Json = {}
    for full, entry in entries.items():
        project, _, name = full.partition(":")
        if project != PROJECT_NAME or entry.get("secret") or "value" not in entry or name in ALL_SECRETS:
            continue
        found[name] = entry["value"] if name in TEXT_KEYS else _parsed(str(entry["value"]))
    return {name: value for name, value in found.items() if value not in ({}, "")}


def _parsed(text: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(text)
    except ValueError:
        return text
