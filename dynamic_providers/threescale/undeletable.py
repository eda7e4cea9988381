"""What 3scale keeps one of each kind of, cannot rename and cannot delete.

Destroying unpublishes it. Creating takes over the one that is there where it is free: not published, and of the
declared names, as destroying leaves it. A published one is taken over where `adopt` is declared.
"""

from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from pulumi.dynamic import CheckFailure, CheckResult, CreateResult

from dynamic_providers.declared import has_unknown
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.entity import EntityProvider
from dynamic_providers.threescale.errors import NotFound, Taken, ThreescaleError

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi


class UndeletableProvider(EntityProvider):
    """Check, create and destroy such an entity, which has an input `published`."""

    one_of_each: ClassVar[str]
    """The input of whose values 3scale keeps one each."""
    immutable: ClassVar[tuple[str, ...]]
    """What a PUT does not change; a replacement could not either."""

    def check(self, _olds: Json, news: Json) -> CheckResult:
        """Return canonical inputs, and a failure for each that differs from the state and can never change."""
        checked = super().check(_olds, news)
        both = ((name, _olds.get(name), checked.inputs.get(name)) for name in self.immutable)
        checked.failures.extend(
            CheckFailure(
                name,
                f"{new!r} is refused. 3scale can neither change this of an {self.entity.title} nor delete one; it is "
                f"{old!r}. Declare {old!r} again",
            )
            for name, old, new in both
            if old is not None and old != new and not has_unknown([old, new])
        )
        return checked

    def find(self, api: "AdminApi", wanted: Json, *, fresh: bool = False) -> str | None:  # noqa: ARG002 - always fresh
        """Return the id of the published one of this kind; an unpublished one is taken over unasked."""
        holder = self._holder(api, wanted)
        return str(holder["id"]) if holder and holder.get("published") else None

    def create(self, props: Json) -> CreateResult:
        """Make it, or take over the one of its kind where that is free or `adopt` is declared."""
        api, wanted, sent = self.api, self.canonical(props), False

        def attempt() -> Json:
            nonlocal sent
            holder = self._holder(api, wanted)
            if holder is None:
                sent = True
                return api.item("POST", self.entity.path, self._wrapped(self.body(wanted)))
            if not sent:
                self._refuse(holder, wanted)
                if holder.get("published"):
                    api.adopt(f"{self.path(wanted)}/{holder['id']}")
            return self.converge(api, holder, wanted)

        item = api.heal(attempt)
        return CreateResult(str(item["id"]), self.state(item, wanted))

    def write(self, api: "AdminApi", item: Json, wanted: Json, changed: frozenset[str]) -> Json:  # noqa: ARG002 - whole
        """Send what 3scale can change."""
        fields = {name: value for name, value in self.body(wanted).items() if name not in self.immutable}
        return item | self.put(api, item, fields, wanted)

    def remove(self, api: "AdminApi", id_: str, known: Json) -> None:
        """Unpublish it and say that it stays: 3scale cannot delete it."""
        with suppress(NotFound):
            self.put(api, {"id": id_}, {"published": False}, known)
            named = f"{self.entity.title} {known[self.entity.natural_key]!r} (id {id_})"
            print(
                f"{named} is unpublished and stays: 3scale cannot delete it. The next create takes it over", flush=True
            )

    def _holder(self, api: "AdminApi", wanted: Json) -> Json | None:
        held = api.pages(self.entity.path, self.entity.collection)
        return next((one for one in held if one[self.one_of_each] == wanted[self.one_of_each]), None)

    def _refuse(self, holder: Json, wanted: Json) -> None:
        """Refuse to take over `holder`, unless it is free or that is declared."""
        title, key = self.entity.title, self.entity.natural_key
        for name in self.immutable:
            if holder.get(name) != wanted[name]:
                raise ThreescaleError(
                    f"create {title} {wanted[key]!r}",
                    f"`{name}` is {wanted[name]!r}, but {title} id {holder['id']} of {self.one_of_each} "
                    f"{wanted[self.one_of_each]!r} exists and has {holder.get(name)!r}",
                    f"3scale keeps one of each {self.one_of_each}, and can neither rename nor delete it",
                    f"Declare the {name} {holder.get(name)!r}",
                )
        if holder.get("published") and not wanted["adopt"]:
            raise Taken(title, wanted[key], str(holder["id"]), switch=self.entity.switch)
