"""Backend: where requests go (porta: `backend_api`)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pulumi import Input, Output, ResourceOptions
from pydantic import AfterValidator

from dynamic_providers.declared import Props
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.entity import Entity, EntityProvider, EntityResource
from dynamic_providers.threescale.errors import BASE, Rejected
from dynamic_providers.threescale.shapes import SystemName, Title, with_port

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi


@dataclass(frozen=True, kw_only=True)
class BackendArgs:
    """What a caller declares."""

    system_name: Input[str]
    """Permanent name in the tenant; a change replaces the backend."""
    name: Input[str]
    """Title in the admin portal."""
    private_endpoint: Input[str]
    """URL of the upstream; http, https, ws or wss, without query. The port is made explicit."""
    description: Input[str] = ""
    adopt: Input[bool] = False
    """Take over an existing backend of this system name."""


class BackendProps(Props):
    """The same fields, resolved."""

    system_name: SystemName
    name: Title
    private_endpoint: Annotated[str, AfterValidator(with_port)]
    description: str = ""
    adopt: bool = False


class BackendProvider(EntityProvider):
    """`/admin/api/backend_apis`."""

    entity = Entity(
        title="backend",
        path="backend_apis",
        wrapper="backend_api",
        collection="backend_apis",
        purge="backend_api",
    )
    props = BackendProps
    replace_on = frozenset({"system_name"})
    side_by_side = True  # 3scale refuses to delete a backend that a product still uses

    def remove(self, api: "AdminApi", id_: str, known: Json) -> None:
        """Delete the backend; while only a product that is being purged uses it, wait for the purge."""
        wait, users = self.purge_wait(f"backend {id_}, its last user"), None
        while True:
            try:
                return super().remove(api, id_, known)
            except Rejected as in_use:
                users = self._users(api, id_) if users is None else users  # asks every product, so only once
                if users:
                    products = ", ".join(users)
                    raise Rejected(in_use.asked, {BASE: [f"product {products} still uses backend {id_}"]}) from None
            wait.pause("a deleted product that is not purged yet still uses it")

    def _users(self, api: "AdminApi", id_: str) -> list[str]:
        """Return the system names of the products that use the backend."""
        return [
            product["system_name"]
            for product in api.pages("services", "services")
            if any(str(usage["backend_id"]) == id_ for usage in api.pages(f"services/{product['id']}/backend_usages"))
        ]


class Backend(EntityResource, module="threescale", name="Backend"):
    """A backend of the tenant."""

    system_name: Output[str]
    private_endpoint: Output[str]

    def __init__(self, name: str, args: BackendArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(BackendProvider(), name, args, opts)
