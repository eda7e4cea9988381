"""The state of a resource: the live object with the inputs and two notes of the plugin beside it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from toolchain.stand_ins.kubernetes import objects
from toolchain.stand_ins.kubernetes.values import Secret, has_secret, plain

if TYPE_CHECKING:
    from toolchain.stand_ins.kubernetes.values import Tree

INPUTS = "__inputs"
FIELD_MANAGER = "__fieldManager"
INITIAL_API_VERSION = "__initialApiVersion"


def checkpoint(inputs: Tree, live: Tree, given: Tree, *, api_version: str, manager: str) -> Tree:
    """The properties that the engine stores.

    `inputs` and `live` are plain, `given` tells which values are secret.
    """
    return {
        **with_secrets(live, given),
        INPUTS: with_secrets(inputs, given),
        INITIAL_API_VERSION: api_version,
        FIELD_MANAGER: manager,
    }


def split(state: Tree) -> tuple[Tree, Tree]:
    """(inputs, live object), both plain, of stored properties."""
    values = plain(state)
    live = {key: value for key, value in values.items() if not key.startswith("__")}
    return values.get(INPUTS) or {}, live


def with_secrets(values: Tree, given: Tree) -> Tree:
    """The plain values with everything wrapped as secret that is one in `given`, and the data of Secrets always.

    A list with any secret in it becomes one secret, because its order may change.
    """
    if values.get("kind") == "Secret":
        return {key: Secret(value) if key in ("data", "stringData") else value for key, value in values.items()}
    result = dict(values)
    for key, value in values.items():
        wanted = given.get(key)
        if isinstance(value, dict) and isinstance(wanted, dict):
            result[key] = with_secrets(value, wanted)
        elif has_secret(wanted):
            result[key] = Secret(value)
        elif isinstance(value, dict):
            result[key] = with_secrets(value, {})
    return result


def api_version(state: Tree, inputs: Tree) -> str:
    """The API version that the object was created with."""
    return objects.text(state, INITIAL_API_VERSION) or objects.text(inputs, "apiVersion")


def field_manager(state: Tree, inputs: Tree) -> str:
    """The resource's own field manager: from its annotation, else from the state, else a new random one."""
    return (
        objects.annotation(inputs, objects.PATCH_FIELD_MANAGER)
        or objects.text(state, FIELD_MANAGER)
        or f"pulumi-kubernetes-{secrets.token_hex(4)}"
    )
