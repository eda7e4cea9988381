"""DeveloperAccount: an organisation of developers with its first user, signed up without a password.

Who signs in through the realm needs none, and an account made without one waits for two decisions, which are taken
here: the user is activated, the account approved. Deleting the account deletes its users and applications.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi import Input, Output, ResourceOptions

from dynamic_providers.declared import Props
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.approval import decided, is_approved
from dynamic_providers.threescale.entity import OF_ACCOUNTS, Entity, EntityProvider, EntityResource
from dynamic_providers.threescale.errors import NotFound
from dynamic_providers.threescale.shapes import Email, Title, Username

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

BILLING = ("monthly_billing_enabled", "monthly_charging_enabled")


@dataclass(frozen=True, kw_only=True)
class DeveloperAccountArgs:
    """What a caller declares."""

    org_name: Input[str]
    """Name of the organisation; not unique in 3scale."""
    username: Input[str]
    """Sign-in name of the first user, unique in the tenant."""
    email: Input[str]
    """Address of the first user, unique in the tenant."""
    approved: Input[bool] = True
    """The account may use the portal and its applications the gateway."""
    monthly_billing_enabled: Input[bool] = False
    """Invoices are made for the account each month, where the tenant bills at all; 3scale itself begins with true."""
    monthly_charging_enabled: Input[bool] = False
    """The credit card of the account is charged for its invoices; 3scale itself begins with true."""
    adopt: Input[bool] = False
    """Take over the account of an existing user of this name."""


class DeveloperAccountProps(Props):
    """The same fields, resolved."""

    org_name: Title
    username: Username
    email: Email
    approved: bool = True
    monthly_billing_enabled: bool = False
    monthly_charging_enabled: bool = False
    adopt: bool = False


class DeveloperAccountProvider(EntityProvider):
    """`/admin/api/signup` and `/admin/api/accounts`."""

    entity = Entity(
        title="developer account", path="accounts", create_path="signup", natural_key="username", switch=OF_ACCOUNTS
    )
    props = DeveloperAccountProps
    later = frozenset({"approved", *BILLING})

    def find(self, api: "AdminApi", wanted: Json, *, fresh: bool = False) -> str | None:  # noqa: ARG002 - always fresh
        """Return the id of the account that the user of this name belongs to."""
        try:
            return str(api.item("GET", "accounts/find", query={"username": wanted["username"]})["id"])
        except NotFound:
            return None

    def body(self, wanted: Json) -> Json:
        """Return what a sign-up takes; it picks the tenant's default account plan."""
        return {name: wanted[name] for name in ("org_name", "username", "email")}

    def fetch(self, api: "AdminApi", id_: str, known: Json) -> Json:
        """Return the account with its user: the one of the declared name, else its first administrator."""
        account = super().fetch(api, id_, known)
        users = list(api.pages(f"accounts/{id_}/users", "users"))
        users.sort(key=lambda user: (user["username"] != known["username"], user["role"] != "admin", user["id"]))
        return account | {"user": users[0] if users else {}}

    def live(self, item: Json) -> Json:
        """Return the account's name and its user's; approved when both decisions are taken."""
        user = item["user"]
        told = {name: user.get(name) for name in ("username", "email")}
        # 3scale tells nothing about billing where an account has no settings of its own.
        told |= {name: item[name] for name in BILLING if name in item}
        return told | {"org_name": item.get("org_name"), "approved": is_approved(item)}

    def finish(self, api: "AdminApi", item: Json, wanted: Json) -> Json:
        """Set what a sign-up cannot, activate the user and approve the account, where that is declared."""
        if billing := {name: wanted[name] for name in BILLING if item.get(name, wanted[name]) != wanted[name]}:
            self.put(api, item, billing, wanted)
        whole = self.fetch(api, str(item["id"]), wanted)
        return self._decided(api, whole, wanted) if wanted["approved"] else whole

    def write(self, api: "AdminApi", item: Json, wanted: Json, changed: frozenset[str]) -> Json:
        """Send what differs, to the account and to its user."""
        id_ = str(item["id"])
        if fields := {name: wanted[name] for name in ("org_name", *BILLING) if name in changed}:
            self.put(api, item, fields, wanted)
        if changed & {"username", "email"}:
            person = {name: wanted[name] for name in ("username", "email")}
            api.call("PUT", f"accounts/{id_}/users/{item['user']['id']}", person)
        if "approved" in changed:
            return self._decided(api, item, wanted)
        return self.fetch(api, id_, wanted)

    def _decided(self, api: "AdminApi", item: Json, wanted: Json) -> Json:
        return decided(api, item, lambda: self.fetch(api, str(item["id"]), wanted), approved=wanted["approved"])


class DeveloperAccount(EntityResource, module="threescale", name="DeveloperAccount"):
    """A developer account of the tenant."""

    username: Output[str]
    org_name: Output[str]

    def __init__(self, name: str, args: DeveloperAccountArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(DeveloperAccountProvider(), name, args, opts)
