"""Application: a developer account's use of one product, with the key that the gateway asks for.

The key is made by 3scale, or here when it is rotated, and is a secret output. 3scale would accept a second application
of the same name, so the natural key is account, plan and name, and is looked up before anything is made. Applications
that a sign-up brings by a default plan are not ours.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pulumi import Input, Output, ResourceOptions
from pulumi.dynamic import UpdateResult

from dynamic_providers.declared import Props
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.application_state import decided, shown
from dynamic_providers.threescale.entity import OF_ACCOUNTS, Entity, EntityProvider, EntityResource
from dynamic_providers.threescale.key_rotation import rotated
from dynamic_providers.threescale.shapes import Id, Title

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

TEXTS = ("name", "description")


@dataclass(frozen=True, kw_only=True)
class ApplicationArgs:
    """What a caller declares."""

    account_id: Input[str]
    plan_id: Input[str]
    """Another plan of the same product is an update, and the key stays."""
    name: Input[str]
    description: Input[str] = ""
    product_id: Input[str] = ""
    """The plan's product: give it, so that a replaced product replaces its applications, which 3scale cannot move."""
    accepted: Input[bool] = True
    """Accept the application where its plan requires approval; false leaves the decision to others."""
    suspended: Input[bool] = False
    """The gateway refuses the key while this is true; an application that waits is suspended once it is accepted."""
    key_rotation: Input[str] = ""
    """Any text, such as a date; a change of it replaces the key by a new random one, and the old one stops working."""
    adopt: Input[bool] = False
    """Take over an existing application of this account, plan and name."""


class ApplicationProps(Props):
    """The same fields, resolved."""

    account_id: Id
    plan_id: Id
    name: Title
    description: str = ""
    product_id: str = ""
    accepted: bool = True
    suspended: bool = False
    key_rotation: str = ""
    adopt: bool = False


class ApplicationProvider(EntityProvider):
    """`/admin/api/accounts/{account_id}/applications`."""

    entity = Entity(
        title="application", path="accounts/{account_id}/applications", natural_key="name", switch=OF_ACCOUNTS
    )
    props = ApplicationProps
    later = frozenset({"accepted", "suspended", "key_rotation"})
    replace_on = frozenset({"account_id", "product_id"})

    def find(self, api: "AdminApi", wanted: Json, *, fresh: bool = False) -> str | None:  # noqa: ARG002 - always fresh
        """Return the id of the account's application of this plan and name, the oldest of several."""
        held, key = api.pages(self.path(wanted), "applications"), (wanted["plan_id"], wanted["name"])
        same = [item["id"] for item in held if (str(item["plan_id"]), item.get("name")) == key]
        return str(min(same)) if same else None

    def body(self, wanted: Json) -> Json:
        """Return what an application is made of; its key is 3scale's."""
        return {"plan_id": int(wanted["plan_id"])} | {name: wanted[name] for name in TEXTS}

    def live(self, item: Json) -> Json:
        """Return the inputs that 3scale tells; the product is told only to those who declared it."""
        return {name: item.get(name) for name in TEXTS} | {"plan_id": str(item["plan_id"])} | shown(item["state"])

    def outputs(self, item: Json) -> Json:
        """Return the key."""
        return {"user_key": item.get("user_key")}

    def finish(self, api: "AdminApi", item: Json, wanted: Json) -> Json:
        """Accept an application that waits for it and suspend it, where that is declared."""
        return decided(api, f"{self.path(wanted)}/{item['id']}", item, wanted)

    def write(self, api: "AdminApi", item: Json, wanted: Json, changed: frozenset[str]) -> Json:
        """Send what differs; the plan has a call of its own, which answers the plan."""
        if changed & {*TEXTS}:
            item = item | self.put(api, item, {name: wanted[name] for name in TEXTS}, wanted)
        if "plan_id" in changed:
            api.call("PUT", f"{self.path(wanted)}/{item['id']}/change_plan", {"plan_id": int(wanted["plan_id"])})
            item = self.fetch(api, str(item["id"]), wanted)
        return self.finish(api, item, wanted)

    def update(self, _id: str, _olds: Json, _news: Json) -> UpdateResult:
        """Bring the application to the declared inputs; a changed `key_rotation` makes a new key."""
        updated, wanted = super().update(_id, _olds, _news), self.canonical(_news)
        if self.canonical(_olds)["key_rotation"] == wanted["key_rotation"]:
            return updated
        key = rotated(lambda fields: self.put(self.api, {"id": _id}, fields, wanted), wanted["name"])
        return UpdateResult({**(updated.outs or {}), "user_key": key})


class Application(EntityResource, module="threescale", name="Application"):
    """An application of a developer account."""

    secret_outputs: ClassVar[tuple[str, ...]] = ("user_key",)
    name: Output[str]
    user_key: Output[str]
    """The key that the gateway asks for; secret."""

    def __init__(self, name: str, args: ApplicationArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(ApplicationProvider(), name, args, opts)
