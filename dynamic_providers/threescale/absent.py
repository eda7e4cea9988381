"""What a new tenant is seeded with and nobody wants: removed once, and never touched when it is somebody's.

A sample is known by its permanent name and its title together. Under the same name with another title, or in use by
others, it is not a sample any more, and removing it is refused.
"""

from abc import abstractmethod
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from dynamic_providers.declared import Props
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.entity import TenantProvider
from dynamic_providers.threescale.errors import NotFound, ThreescaleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dynamic_providers.threescale.client import AdminApi

KEEP = "Keep it with `threescale.sampleData: keep` in the stack's configuration"


class AbsentProps(Props):
    """What every absence knows beside the names: it holds as long as this is false."""

    present: bool = False


class AbsentProvider(TenantProvider):
    """Remove one sample, and tell when it comes back."""

    title: ClassVar[str]
    """The users' word for the kind of sample."""
    key: ClassVar[str]
    """The input with its permanent name."""
    label: ClassVar[str]
    """The input with its title."""

    @abstractmethod
    def held(self, api: "AdminApi", wanted: Json) -> Json | None:
        """Return the entity of the permanent name, with its title under the name of the input; None without one."""

    @abstractmethod
    def uses(self, api: "AdminApi", item: Json, wanted: Json) -> "Sequence[str]":
        """Return who uses it beside the other samples, in words."""

    @abstractmethod
    def erase(self, api: "AdminApi", item: Json, wanted: Json) -> None:
        """Delete it, and wait until it is purged."""

    def create(self, props: Json) -> CreateResult:
        """Remove the sample; fine when it is not there."""
        wanted = self.canonical(props)
        return CreateResult(wanted[self.key], self._removed(wanted))

    def update(self, _id: str, _olds: Json, _news: Json) -> UpdateResult:
        """Remove the sample that came back, or that is now described rightly."""
        return UpdateResult(self._removed(self.canonical(_news)))

    def read(self, id_: str, props: Json) -> ReadResult:
        """Tell whether the sample is there; what holds its name with another title is no sample."""
        known = self.canonical(props)
        item = self.held(self.api, known)
        present = item is not None and item[self.label] == known[self.label]
        inputs = known | {"present": present}
        return ReadResult(id_, inputs, inputs)

    def delete(self, _id: str, _props: Json) -> None:
        """Do nothing: the sample stays removed, because 3scale can make no new one."""
        print(f"{self.title} {_id!r} stays removed: 3scale makes samples with a tenant only", flush=True)

    def _removed(self, wanted: Json) -> Json:
        api = self.api
        item = self.held(api, wanted)
        if item is not None:
            self._refuse(api, item, wanted)
            with suppress(NotFound):  # somebody else was faster
                self.erase(api, item, wanted)
        return wanted | {"present": False}

    def _refuse(self, api: "AdminApi", item: Json, wanted: Json) -> None:
        asked = f"remove the sample {self.title} {wanted[self.key]!r}"
        found, declared = item[self.label], wanted[self.label]
        if found != declared:
            wrong = f"{self.title} id {item['id']} of this name is titled {found!r} and not {declared!r}"
            raise ThreescaleError(asked, wrong, "Only an untouched sample is removed", f"{KEEP}, or rename it")
        if users := self.uses(api, item, wanted):
            wrong = f"{self.title} id {item['id']} is in use: {', '.join(users)}"
            allowed = "Only a sample that nobody uses is removed"
            raise ThreescaleError(asked, wrong, allowed, f"{KEEP}, or remove what uses it, then run again")
