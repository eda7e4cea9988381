"""The only reader of `pulumi.Config`: settings as plain values, secrets apart as secret Outputs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env, is_config_secret
from pydantic.alias_generators import to_camel

from components.config.hints import hints
from components.config.problems import ConfigError, Problem
from components.config.secret_families import PROVIDER_SECRETS, TEST_USER_PASSWORDS, SecretFamily, in_a_family
from components.config.secret_forms import wrong_forms
from components.config.secrets import SECRET_KEYS
from components.config.settings import Settings
from components.config.validation import validated

_PROJECT = "maas"
"""Namespace of this project's keys, the name in Pulumi.yaml."""

_TEXT_KEYS = frozenset({"environment"})
"""Top-level keys whose value is text; the engine hands over every other one as JSON."""


_FAMILIES: Mapping[str, SecretFamily] = {"identity_providers": PROVIDER_SECRETS, "test_users": TEST_USER_PASSWORDS}
"""Field of `Secrets` → the family of secrets that it holds."""


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """The stack's secrets; an optional one that is not set is empty or nothing."""

    threescale_seed_token: pulumi.Output[str]
    threescale_access_token: pulumi.Output[str]
    threescale_admin_password: pulumi.Output[str]
    threescale_master_token: pulumi.Output[str]
    threescale_master_password: pulumi.Output[str]
    keycloak_admin_client_secret: pulumi.Output[str]
    keycloak_permanent_client_secret: pulumi.Output[str] | None
    identity_database_username: pulumi.Output[str] | None
    identity_database_password: pulumi.Output[str] | None
    identity_providers: Mapping[str, pulumi.Output[str]]
    """By the provider's name."""
    test_users: Mapping[str, pulumi.Output[str]]
    """By the user's name."""
    portal_access_code: pulumi.Output[str] | None
    threescale_system_database_url: pulumi.Output[str] | None
    threescale_system_redis_url: pulumi.Output[str] | None
    threescale_backend_redis_storage_url: pulumi.Output[str] | None
    threescale_backend_redis_queues_url: pulumi.Output[str] | None
    threescale_zync_database_url: pulumi.Output[str] | None
    threescale_database_client_certificate: pulumi.Output[str] | None
    threescale_database_client_key: pulumi.Output[str] | None
    threescale_file_storage_access_key_id: pulumi.Output[str] | None
    threescale_file_storage_secret_access_key: pulumi.Output[str] | None
    threescale_smtp_password: pulumi.Output[str] | None
    threescale_registry_auth: pulumi.Output[str] | None
    hugging_face_token: pulumi.Output[str] | None
    model_api_key: pulumi.Output[str] | None
    model_store_access_key_id: pulumi.Output[str] | None
    model_store_secret_access_key: pulumi.Output[str] | None
    model_store_reader_access_key_id: pulumi.Output[str] | None
    model_store_reader_secret_access_key: pulumi.Output[str] | None


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Everything a stack file says."""

    settings: Settings
    """Plain values."""
    secrets: Secrets
    """Secret Outputs."""


def load() -> Stack:
    """The configuration of the running stack.

    Raises:
        pulumi.RunError: with every problem of the stack file; the engine shows it without a traceback.
    """
    config = pulumi.Config(_PROJECT)
    try:
        names = [*(key.name for key in SECRET_KEYS), *filter(in_a_family, _names())]
        secrets = {name: text for name in names if (text := config.get(name))}
        plain = _plain(config)
        settings = validated(plain, frozenset(secrets), wrong_forms(secrets, plain))
    except ConfigError as refusal:
        raise pulumi.RunError(str(refusal)) from None
    for hint in hints(settings):
        pulumi.log.warn(hint)
    return Stack(settings=settings, secrets=_secrets(config))


def _secrets(config: pulumi.Config) -> Secrets:
    """Each secret under the key of its name; those that every stack has are there, as validation saw them."""
    single = {one.name: config.get_secret(to_camel(one.name)) for one in fields(Secrets) if one.name not in _FAMILIES}
    families = {name: _family(config, family) for name, family in _FAMILIES.items()}
    given: dict[str, Any] = {**single, **families}
    given["threescale_access_token"] = single["threescale_access_token"] or single["threescale_seed_token"]
    given["keycloak_admin_client_secret"] = single["keycloak_admin_client_secret"] or pulumi.Output.secret("")
    return Secrets(**given)


def _family(config: pulumi.Config, family: SecretFamily) -> dict[str, pulumi.Output[str]]:
    """Every secret of a family that is set, by its entry."""
    return {entry: config.require_secret(family.key(entry)) for entry in family.entries(_names())}


def _names() -> list[str]:
    """Every key of this project that is set, without the project's prefix, sorted."""
    prefix = f"{_PROJECT}:"
    return sorted(name.removeprefix(prefix) for name in {*CONFIG.get(), *get_config_env()} if name.startswith(prefix))


def _plain(config: pulumi.Config) -> dict[str, object]:
    """Every plain key of this project as parsed; an empty object counts as left out.

    Raises:
        ConfigError: A key holds a secret or no JSON.
    """
    known = {key.name for key in SECRET_KEYS}
    raw: dict[str, object] = {}
    problems: list[Problem] = []
    for name in _names():
        text = config.get(name)
        if name in known or in_a_family(name) or text is None:
            continue
        if is_config_secret(f"{_PROJECT}:{name}"):
            problems.append(_encrypted(name))
            continue
        try:
            value = text if name in _TEXT_KEYS else json.loads(text)
        except json.JSONDecodeError:
            value = text
        if value not in ({}, ""):
            raw[name] = value
    if problems:
        raise ConfigError(problems)
    return raw


def _encrypted(name: str) -> Problem:
    return Problem(
        path=name,
        given="an encrypted value was given",
        allowed=f"plain values; the encrypted keys are {', '.join(key.name for key in SECRET_KEYS)}",
        remedy=f"write {name} in plain text and put the secret under its own key",
    )
