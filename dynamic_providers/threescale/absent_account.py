"""AbsentAccount: the sample account `Developer` of a new tenant with its user `john`, removed.

Older releases ship its user with a well-known password.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi import Input, Output, ResourceOptions

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.absent import AbsentProps, AbsentProvider
from dynamic_providers.threescale.entity import EntityResource
from dynamic_providers.threescale.errors import NotFound
from dynamic_providers.threescale.shapes import Title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dynamic_providers.threescale.client import AdminApi

SAMPLE_APPLICATION = "Developer's App"
"""The application that the sample account comes with (porta, app/lib/logic/provider_signup.rb)."""


@dataclass(frozen=True, kw_only=True)
class AbsentAccountArgs:
    """What a caller declares."""

    org_name: Input[str] = "Developer"
    """Its organisation; an account of this user with another one is somebody's, and removing it is refused."""
    username: Input[str] = "john"
    """Its only user, by whom it is found."""


class AbsentAccountProps(AbsentProps):
    """The same fields, resolved."""

    org_name: Title = "Developer"
    username: Title = "john"


class AbsentAccountProvider(AbsentProvider):
    """`/admin/api/accounts`."""

    props = AbsentAccountProps
    replace_on = frozenset({"username"})
    title, key, label = "developer account", "username", "org_name"

    def held(self, api: "AdminApi", wanted: Json) -> Json | None:
        """Return the account that the user of this name belongs to."""
        try:
            return api.item("GET", "accounts/find", query={"username": wanted["username"]})
        except NotFound:
            return None

    def uses(self, api: "AdminApi", item: Json, wanted: Json) -> "Sequence[str]":
        """Return its other users and the applications that it did not come with."""
        users = api.pages(f"accounts/{item['id']}/users", "users")
        applications = api.pages(f"accounts/{item['id']}/applications", "applications")
        return [
            *(f"user {one['username']!r}" for one in users if one["username"] != wanted["username"]),
            *(f"application {one.get('name')!r}" for one in applications if one.get("name") != SAMPLE_APPLICATION),
        ]

    def erase(self, api: "AdminApi", item: Json, wanted: Json) -> None:  # noqa: ARG002 - the id is enough
        """Delete the account with its user and application, which 3scale does at once."""
        with suppress(NotFound):
            api.call("DELETE", f"accounts/{item['id']}")


class AbsentAccount(EntityResource, module="threescale", name="AbsentAccount"):
    """The absence of a sample account."""

    present: Output[bool]
    """True when a refresh found it there again."""

    def __init__(self, name: str, args: AbsentAccountArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(AbsentAccountProvider(), name, args, opts)
