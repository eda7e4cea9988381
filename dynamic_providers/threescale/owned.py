"""What a product holds exactly once: a set of members, or a single object. Its id is the product's.

Such a resource converges on the server, not on old state: create, update and the repair of an interrupted one are the
same act, so nothing is refused and nothing is made twice. What becomes of members that nobody declared is the input
`foreign` of each set.
"""

from abc import abstractmethod
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.entity import TenantProvider
from dynamic_providers.threescale.errors import NotFound
from dynamic_providers.threescale.foreign import BEFORE

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi


class OwnedProvider(TenantProvider):
    """Converge, read and clear what one product owns."""

    replace_on = frozenset({"product_id"})
    kept: ClassVar[frozenset[str]] = frozenset()
    """Outputs of the last write that `live` and `converge` get to see beside the inputs."""

    @abstractmethod
    def live(self, api: "AdminApi", known: Json) -> Json:
        """Return inputs and outputs as the server has them."""

    @abstractmethod
    def converge(self, api: "AdminApi", wanted: Json) -> Json:
        """Bring the server to `wanted` and return the outputs.

        In an update, `wanted` also carries the inputs before it, under `foreign.BEFORE`. Runs again from the start when
        the answer of a POST was lost, so it looks before it writes.
        """

    @abstractmethod
    def clear(self, api: "AdminApi", known: Json) -> None:
        """Remove what was declared; nothing of the product itself."""

    def create(self, props: Json) -> CreateResult:
        """Converge on whatever the product holds already."""
        wanted = self.canonical(props)
        return CreateResult(wanted["product_id"], self._converged(wanted))

    def update(self, _id: str, _olds: Json, _news: Json) -> UpdateResult:
        """Converge on whatever the product holds by now."""
        wanted = self.canonical(_news) | self._kept(_olds)
        return UpdateResult(self._converged(wanted, {BEFORE: self.canonical(_olds)}))

    def read(self, id_: str, props: Json) -> ReadResult:
        """Return what the product holds; no id when the product is gone."""
        known = self.canonical(props) | self._kept(props)
        try:
            state = known | self.live(self.api, known)
        except NotFound:
            return ReadResult(None, {})
        inputs = self.canonical(state)
        return ReadResult(id_, state | inputs, inputs)

    def delete(self, _id: str, _props: Json) -> None:
        """Clear what was declared; a product that is gone has nothing left to clear."""
        with suppress(NotFound):
            self.clear(self.api, self.canonical(_props) | self._kept(_props))

    def _converged(self, wanted: Json, before: Json | None = None) -> Json:
        api = self.api
        return wanted | api.heal(lambda: self.converge(api, wanted | (before or {})))

    def _kept(self, state: Json) -> Json:
        return {name: state[name] for name in self.kept if name in state}


def removed(api: "AdminApi", paths: Iterable[str]) -> None:
    """Delete each of `paths`; what is gone already is fine."""
    for path in paths:
        with suppress(NotFound):
            api.call("DELETE", path)
