"""Is it the token that this program itself works with? Revoking that one would lock the program out in the middle.

3scale tells no token's value and not which token made a request. (It finds a token by its value, but in the path of a
URL, where a value must not be.) So a token whose value is known is compared, and any other one is judged by its
rights: the one in use can write accounts, and opens the registry of policies if this program can.
"""

from typing import TYPE_CHECKING

from dynamic_providers.json_object import Json
from dynamic_providers.threescale import token_refusals
from dynamic_providers.threescale.errors import Unauthorized

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dynamic_providers.threescale.client import AdminApi


def refuse_own(api: "AdminApi", id_: str, value: str) -> None:
    """Refuse to revoke the token `id_` when `value`, which is its own, is the one in use."""
    if value and api.works_with(value):
        raise token_refusals.in_use(id_, "it is the one that this program itself works with")


def refuse_perhaps_own(api: "AdminApi", tokens: "Iterable[Json]") -> None:
    """Refuse to revoke any of `tokens` that can be the one in use; their values are not known."""
    for token in tokens:
        if _perhaps_own(api, token):
            wrong = "it has the rights of the one that this program works with, and 3scale does not tell which that is"
            raise token_refusals.in_use(str(token["id"]), wrong)


def is_of_a_create(api: "AdminApi", token: Json, tokens: "Iterable[Json]") -> bool:
    """Tell whether `token`, found after a crash, was made by the create that was cut off, and is not the one in use.

    A create refuses a taken name, so a token of its name is younger than it, and an older one was used to make it.
    """
    older = [one for one in tokens if one["id"] < token["id"] and one["name"] != token["name"]]
    return not _perhaps_own(api, token) or any(_perhaps_own(api, one) for one in older)


def _perhaps_own(api: "AdminApi", token: Json) -> bool:
    scopes = token.get("scopes") or []
    if token.get("permission") != "rw" or "account_management" not in scopes:
        return False
    return "policy_registry" in scopes or not _opens_registry(api)


def _opens_registry(api: "AdminApi") -> bool:
    try:
        api.call("GET", "registry/policies")
    except Unauthorized:
        return False
    return True
