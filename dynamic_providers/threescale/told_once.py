"""An entity of which 3scale tells a part in the answer to its create and never again.

The state is the only place that has it, so reading carries it over. An answer that was lost has taken it along: what
the create left behind is deleted, and another one made. `natural_key.discard` does the same after a crash.
"""

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.entity import EntityProvider

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi


class ToldOnceProvider(EntityProvider):
    """Create and read such an entity; whatever 3scale keeps of it replaces."""

    told_once = True
    told: ClassVar[str]
    """The output that cannot be read again."""

    @abstractmethod
    def held(self, api: "AdminApi", wanted: Json) -> list[Json]:
        """Return the entities of the declared name."""

    @abstractmethod
    def spare(self, api: "AdminApi", held: list[Json], wanted: Json) -> None:
        """Refuse to delete `held`, which have the declared name, where they are not to be replaced."""

    def create(self, props: Json) -> CreateResult:
        """Make an entity; what has its name is an error, or deleted where `adopt` is declared."""
        api, wanted = self.api, self.canonical(props)
        if held := self.held(api, wanted):
            self.spare(api, held, wanted)
        for one in held:
            self.remove(api, str(one["id"]), wanted)
        item = self.finish(api, self.made(api, wanted), wanted)
        return CreateResult(str(item["id"]), self.inputs(item, wanted) | {self.told: item[self.told]})

    def made(self, api: "AdminApi", wanted: Json) -> Json:
        """Make an entity whose name is free, and return the answer with the part that is told once."""
        sent = False

        def attempt() -> Json:
            nonlocal sent
            for lost in self.held(api, wanted) if sent else []:
                self.remove(api, str(lost["id"]), wanted)
            sent = True
            return api.item("POST", self.entity.path, self._wrapped(self.body(wanted)))

        return api.heal(attempt)

    def read(self, id_: str, props: Json) -> ReadResult:
        """Return what 3scale tells, and from the state what it does not."""
        found = super().read(id_, props)
        if found.id and found.outs is not None:
            found.outs[self.told] = props.get(self.told)
        return found

    def update(self, _id: str, _olds: Json, _news: Json) -> UpdateResult:
        """Take the new inputs; nothing of them is kept by 3scale."""
        return UpdateResult(self.canonical(_news) | {self.told: _olds.get(self.told)})
