"""DeveloperUser: one more person in a developer account.

3scale makes every user pending and a member, whatever is asked, so activation and role are decisions of their own.
Names and addresses are unique among all developer users of the tenant, and a user cannot move to another account.
The password is in `user_password`.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pulumi import Input, Output, ResourceOptions
from pydantic import Field

from dynamic_providers.declared import Props
from dynamic_providers.json_object import Json
from dynamic_providers.threescale import user_refusals
from dynamic_providers.threescale.entity import OF_ACCOUNTS, Entity, EntityResource
from dynamic_providers.threescale.errors import Rejected
from dynamic_providers.threescale.shapes import Email, Id, Username
from dynamic_providers.threescale.user_password import PASSWORD, PasswordProvider
from dynamic_providers.threescale.user_state import ACTIVE, decided

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi


@dataclass(frozen=True, kw_only=True)
class DeveloperUserArgs:
    """What a caller declares."""

    account_id: Input[str]
    username: Input[str]
    """Sign-in name, unique in the tenant."""
    email: Input[str]
    """Address, unique in the tenant."""
    role: Input[str] = "member"
    """`admin` or `member` of the account."""
    active: Input[bool] = True
    """The user may sign in; false suspends an active user, and leaves one that waits for activation waiting."""
    password: Input[str] | None = None
    """Secret. Sent when the user is made and when it changes; who signs in through the realm needs none."""
    adopt: Input[bool] = False
    """Take over an existing user of this name in this account."""


class DeveloperUserProps(Props):
    """The same fields, resolved."""

    account_id: Id
    username: Username
    email: Email
    role: Literal["admin", "member"] = "member"
    active: bool = True
    password: Annotated[str, Field(min_length=1)] | None = None
    adopt: bool = False


class DeveloperUserProvider(PasswordProvider):
    """`/admin/api/accounts/{account_id}/users`."""

    entity = Entity(
        title="developer user", path="accounts/{account_id}/users", natural_key="username", switch=OF_ACCOUNTS
    )
    props = DeveloperUserProps
    later = frozenset({"role", "active"})
    replace_on = frozenset({"account_id"})

    def find(self, api: "AdminApi", wanted: Json, *, fresh: bool = False) -> str | None:  # noqa: ARG002 - always fresh
        """Return the id of the account's user of this name."""
        users = api.pages(self.path(wanted), "users")
        return next((str(user["id"]) for user in users if user["username"] == wanted["username"]), None)

    def body(self, wanted: Json) -> Json:
        """Return what a new user is made of; role and state are decided afterwards."""
        given = (name for name in ("username", "email", PASSWORD) if name in wanted)
        return {name: wanted[name] for name in given}

    def live(self, item: Json) -> Json:
        """Return the inputs that 3scale tells: all but the password."""
        told = {name: item.get(name) for name in ("username", "email", "role")}
        return told | {"active": item.get("state") == ACTIVE}

    def finish(self, api: "AdminApi", item: Json, wanted: Json) -> Json:
        """Take the decisions about state and role."""
        return decided(api, f"{self.path(wanted)}/{item['id']}", item, wanted)

    def write(self, api: "AdminApi", item: Json, wanted: Json, changed: frozenset[str]) -> Json:
        """Send what differs."""
        if changed & {"username", "email"}:
            with user_refusals.explained(api, "update", wanted):
                item = item | self.put(api, item, {name: wanted[name] for name in ("username", "email")}, wanted)
        return self.finish(api, item, wanted)

    def remove(self, api: "AdminApi", id_: str, known: Json) -> None:
        """Delete the user, which the last administrator of an account refuses."""
        try:
            super().remove(api, id_, known)
        except Rejected as refusal:
            raise user_refusals.of_deletion(api, id_, known, refusal) from None

    def _post(self, api: "AdminApi", wanted: Json) -> Json:
        # Users are deleted at once, so a name that is taken has a holder, and waiting would be in vain.
        with user_refusals.explained(api, "create", wanted):
            try:
                return api.item("POST", self.path(wanted), self.body(wanted))
            except Rejected as refusal:
                if refusal.is_taken("username") and (holder := self.find(api, wanted, fresh=True)):
                    raise self._taken(wanted, holder) from None
                raise


class DeveloperUser(EntityResource, module="threescale", name="DeveloperUser"):
    """A user of a developer account."""

    secret_outputs: ClassVar[tuple[str, ...]] = (PASSWORD,)
    username: Output[str]

    def __init__(self, name: str, args: DeveloperUserArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(DeveloperUserProvider(), name, args, opts)
