"""AbsentBackend: the sample backend `API Backend` of a new tenant, removed.

3scale keeps a backend that a product uses, so this comes after the sample product is gone.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi import Input, Output, ResourceOptions

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.absent import AbsentProps, AbsentProvider
from dynamic_providers.threescale.backend import BackendProvider
from dynamic_providers.threescale.entity import EntityResource
from dynamic_providers.threescale.shapes import SystemName, Title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dynamic_providers.threescale.client import AdminApi


@dataclass(frozen=True, kw_only=True)
class AbsentBackendArgs:
    """What a caller declares."""

    system_name: Input[str] = "api"
    """Permanent name of the sample."""
    name: Input[str] = "API Backend"
    """Its title; a backend of this name with another title is somebody's, and removing it is refused."""


class AbsentBackendProps(AbsentProps):
    """The same fields, resolved."""

    system_name: SystemName = "api"
    name: Title = "API Backend"


class AbsentBackendProvider(AbsentProvider):
    """`/admin/api/backend_apis`."""

    props = AbsentBackendProps
    replace_on = frozenset({"system_name"})
    title, key, label = "backend", "system_name", "name"

    def held(self, api: "AdminApi", wanted: Json) -> Json | None:
        """Return the backend of this system name."""
        backends = api.pages("backend_apis", "backend_apis")
        return next((one for one in backends if one["system_name"] == wanted["system_name"]), None)

    def uses(self, api: "AdminApi", item: Json, wanted: Json) -> "Sequence[str]":  # noqa: ARG002 - see below
        """Return nobody: 3scale itself keeps a backend in use, and the refusal then names its products."""
        return []

    def erase(self, api: "AdminApi", item: Json, wanted: Json) -> None:
        """Delete the backend, and wait until it is purged."""
        BackendProvider().remove(api, str(item["id"]), wanted)


class AbsentBackend(EntityResource, module="threescale", name="AbsentBackend"):
    """The absence of a sample backend."""

    present: Output[bool]
    """True when a refresh found it there again."""

    def __init__(self, name: str, args: AbsentBackendArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(AbsentBackendProvider(), name, args, opts)
