"""BackendUsages: the backends of a product, each under a path. Without one, no gateway configuration is saved."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pulumi import Input, Output, ResourceOptions
from pulumi.dynamic import DiffResult
from pydantic import AfterValidator

from dynamic_providers.declared import Member, Props
from dynamic_providers.json_object import Json
from dynamic_providers.threescale import unpromoted
from dynamic_providers.threescale.entity import EntityResource
from dynamic_providers.threescale.foreign import BEFORE, REMOVE, Foreign, answered_for
from dynamic_providers.threescale.owned import OwnedProvider, removed
from dynamic_providers.threescale.shapes import Id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dynamic_providers.threescale.client import AdminApi


def _path(value: str) -> str:
    canonical = "/" + value.strip("/")
    if value != canonical or len(value) > 255:  # noqa: PLR2004 - porta, app/models/backend_api_config.rb
        raise ValueError(f"Allowed are paths of up to 255 characters as 3scale keeps them; write {canonical[:255]!r}")
    return value


class Usage(Member):
    """What is mounted under a path."""

    backend_id: Id


@dataclass(frozen=True, kw_only=True)
class BackendUsagesArgs:
    """What a caller declares."""

    product_id: Input[str]
    usages: "Input[Mapping[str, Input[Mapping[str, Input[str]]]]]"
    """Path (`/`, `/v2`) → `{"backend_id": …}`. A backend can be used once in a product."""
    foreign: Input[str] = REMOVE
    """What to do with usages nobody declared: `remove`, or `keep`."""


class BackendUsagesProps(Props):
    """The same fields, resolved."""

    product_id: Id
    usages: dict[Annotated[str, AfterValidator(_path)], Usage]
    foreign: Foreign = "remove"


class BackendUsagesProvider(OwnedProvider):
    """`/admin/api/services/{product_id}/backend_usages`; a changed `backend_id` is made anew, as PUT ignores it."""

    props = BackendUsagesProps

    def diff(self, _id: str, _olds: Json, _news: Json) -> DiffResult:
        """Say what replaces; and note what is used, as a backend that was just repaired has to be promoted."""
        for usage in self.canonical(_olds)["usages"].values():
            unpromoted.note_usage(_id, usage["backend_id"])
        return super().diff(_id, _olds, _news)

    def live(self, api: "AdminApi", known: Json) -> Json:
        """Return path → backend."""
        return {
            "usages": {path: {"backend_id": str(usage["backend_id"])} for path, usage in self._held(api, known).items()}
        }

    def converge(self, api: "AdminApi", wanted: Json) -> Json:
        """Remove what differs, then add what is missing: a path and a backend are each unique in a product."""
        held, usages = self._held(api, wanted), wanted["usages"]
        same = {path for path, usage in held.items() if usages.get(path) == {"backend_id": str(usage["backend_id"])}}
        list_path = f"services/{wanted['product_id']}/backend_usages"
        removed(api, (f"{list_path}/{usage['id']}" for path, usage in held.items() if path not in same))
        for path in usages.keys() - same:
            usage = {"backend_api_id": int(usages[path]["backend_id"]), "path": path}
            api.call("POST", list_path, {"backend_api_config": usage})
        return {}

    def clear(self, api: "AdminApi", known: Json) -> None:
        """Remove what this resource answers for, so that the backends can be deleted."""
        self.converge(api, known | {"usages": {}, BEFORE: known})

    def _held(self, api: "AdminApi", known: Json) -> dict[str, Json]:
        held = {usage["path"]: usage for usage in api.pages(f"services/{known['product_id']}/backend_usages")}
        return answered_for(held, known, "usages")


class BackendUsages(EntityResource, module="threescale", name="BackendUsages"):
    """The backends of one product."""

    product_id: Output[str]

    def __init__(self, name: str, args: BackendUsagesArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(BackendUsagesProvider(), name, args, opts)
