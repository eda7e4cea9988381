"""The only reader of `pulumi.Config`: settings as plain values, secrets apart as secret Outputs."""

import json
from dataclasses import dataclass

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env, is_config_secret

from components.config.problems import ConfigError, Problem
from components.config.secrets import SECRET_KEYS
from components.config.settings import Settings
from components.config.validation import validated

_PROJECT = "maas"
"""Namespace of this project's keys, the name in Pulumi.yaml."""

_TEXT_KEYS = frozenset({"environment"})
"""Top-level keys whose value is text; the engine hands over every other one as JSON."""


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """The stack's secrets; an optional one that is not set is empty or nothing."""

    threescale_seed_token: pulumi.Output[str]
    threescale_access_token: pulumi.Output[str]
    threescale_admin_password: pulumi.Output[str]
    threescale_master_token: pulumi.Output[str]
    threescale_master_password: pulumi.Output[str]
    keycloak_admin_client_secret: pulumi.Output[str]
    portal_access_code: pulumi.Output[str] | None
    hugging_face_token: pulumi.Output[str] | None


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
        secrets = {key.name for key in SECRET_KEYS if config.get(key.name)}
        settings = validated(_plain(config), frozenset(secrets))
    except ConfigError as refusal:
        raise pulumi.RunError(str(refusal)) from None
    return Stack(settings=settings, secrets=_secrets(config))


def _secrets(config: pulumi.Config) -> Secrets:
    return Secrets(
        threescale_seed_token=config.require_secret("threescaleSeedToken"),
        threescale_access_token=config.get_secret("threescaleAccessToken")
        or config.require_secret("threescaleSeedToken"),
        threescale_admin_password=config.require_secret("threescaleAdminPassword"),
        threescale_master_token=config.require_secret("threescaleMasterToken"),
        threescale_master_password=config.require_secret("threescaleMasterPassword"),
        keycloak_admin_client_secret=config.get_secret("keycloakAdminClientSecret") or pulumi.Output.secret(""),
        portal_access_code=config.get_secret("portalAccessCode"),
        hugging_face_token=config.get_secret("huggingFaceToken"),
    )


def _plain(config: pulumi.Config) -> dict[str, object]:
    """Every plain key of this project as parsed; an empty object counts as left out.

    Raises:
        ConfigError: A key holds a secret or no JSON.
    """
    prefix = f"{_PROJECT}:"
    known = {key.name for key in SECRET_KEYS}
    names = sorted(name.removeprefix(prefix) for name in {*CONFIG.get(), *get_config_env()} if name.startswith(prefix))
    raw: dict[str, object] = {}
    problems: list[Problem] = []
    for name in names:
        text = config.get(name)
        if name in known or text is None:
            continue
        if is_config_secret(f"{prefix}{name}"):
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
