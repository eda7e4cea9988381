"""What is alike of sections, templates and files that the developer portal of a tenant holds.

Reads: one list of each, in pages of 100 (porta, admin/api/cms/base_controller.rb).
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.errors import NotFound, ThreescaleError

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

PAGE = 100
"""Largest page of the CMS API, which cuts larger ones to this."""


class Held(dict[str, Json], ABC):
    """Name in the declaration → object as the server tells it; kept up to date by what is written here."""

    where: ClassVar[str]
    """Path of the list."""
    query: ClassVar[Mapping[str, str]] = {}

    def __init__(self, api: "AdminApi") -> None:
        """Read the list."""
        super().__init__({self.name(item): item for item in api.pages(self.where, "collection", self.query, size=PAGE)})
        self._api = api

    @staticmethod
    @abstractmethod
    def name(item: Json) -> str:
        """Return the name of an object in the declaration."""

    def drop(self, name: str) -> None:
        """Delete an object; what is gone already is fine."""
        if name in self:
            with suppress(NotFound):
                self._api.call("DELETE", self.path(name))
            del self[name]

    def path(self, name: str) -> str:
        """Return the path of an object that is there."""
        return f"{self.where}/{self[name]['id']}"


def names(held: Mapping[str, Json]) -> dict[int, str]:
    """Return id → name of what others refer to."""
    return {item["id"]: name for name, item in held.items()}


def id_of(kind: str, held: Mapping[str, Json], name: str, *, user: str) -> int:
    """Return the id of the section or layout that `user`, an object in words, refers to by name.

    Raises:
        ThreescaleError: it is not among `held`.
    """
    if name in held:
        return int(held[name]["id"])
    raise ThreescaleError(
        f"write {user} of the developer portal",
        f"its {kind} `{name}` does not exist",
        f"The portal has {', '.join(sorted(held))}",
        f"Declare the {kind} too, or name one of these",
    )
