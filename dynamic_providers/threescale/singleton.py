"""What a tenant has exactly once and nobody can make or delete: its account, its settings. One GET, one PUT.

Only declared fields are managed; the others stay as they are. Creating takes over what is there. What the managed
fields held before is kept as a secret output, and put back where a field is no longer declared or the resource is
destroyed. A create that was interrupted after its write is simply repeated; what was there before it is then not
known any more, so the declared values stay after a destroy.
"""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from dynamic_providers.declared import Props
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.entity import TenantProvider

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

FORMER = "former"
"""Output: what the managed fields held before, as JSON text, because null is a value here."""


class SingletonProps(Props):
    """What every singleton is given beside its fields; of those, None is not managed."""

    restore: bool = True


@dataclass(frozen=True, kw_only=True)
class Singleton:
    """Where the Admin API keeps one single object."""

    title: str
    """The users' word for it."""
    path: str
    """Also its id: there is only one."""
    wrapper: str
    """Envelope of a request."""


class SingletonProvider(TenantProvider):
    """Create, read, update and delete by GET and PUT of one object."""

    singleton: ClassVar[Singleton]

    @property
    def fields(self) -> frozenset[str]:
        """Fields that can be managed."""
        return frozenset(self.props.model_fields) - set(SingletonProps.model_fields)

    def told(self, item: Json, name: str) -> Any:  # noqa: ANN401 - text, truth value or null
        """Return a field of the object as it is declared; null stands for the empty value of its kind."""
        value = item.get(name)
        return value if value is not None else self.empty(name)

    def empty(self, name: str) -> Any:  # noqa: ANN401 - text or truth value
        """Return what null means for a field."""
        return False if self.props.model_fields[name].annotation == bool | None else ""

    def refuse(self, item: Json, wanted: Json) -> None:
        """Refuse to manage a field that this server does not have."""

    def always(self, item: Json) -> Json:  # noqa: ARG002 - for those that need it
        """Return fields that every PUT has to carry."""
        return {}

    def create(self, props: Json) -> CreateResult:
        """Set the declared fields on what is there, and remember what they held."""
        wanted = self.canonical(props)
        return CreateResult(self.singleton.path, self._converged(wanted, {}))

    def read(self, id_: str, props: Json) -> ReadResult:
        """Return what the server holds in the managed fields."""
        known = self.canonical(props)
        item = self._item(self.api)
        inputs = self.canonical(known | {name: self.told(item, name) for name in self._managed(known)})
        return ReadResult(id_, inputs | {FORMER: props.get(FORMER, "{}")}, inputs)

    def update(self, _id: str, _olds: Json, _news: Json) -> UpdateResult:
        """Set the declared fields; what is no longer declared gets back what it held before."""
        return UpdateResult(self._converged(self.canonical(_news), json.loads(_olds.get(FORMER, "{}"))))

    def delete(self, _id: str, _props: Json) -> None:
        """Put back what the managed fields held before they were managed, unless `restore` is false."""
        known = self.canonical(_props)
        if known["restore"]:
            api = self.api
            self._send(api, self._item(api), json.loads(_props.get(FORMER, "{}")))

    def _converged(self, wanted: Json, former: Json) -> Json:
        """Bring the object to `wanted` and return the state; `former` is what the managed fields held until now."""
        api, managed = self.api, self._managed(wanted)
        item = self._item(api)
        self.refuse(item, wanted)
        dropped = {name: value for name, value in former.items() if name not in managed and wanted["restore"]}
        changed = {name: wanted[name] for name in managed if self.told(item, name) != wanted[name]}
        self._send(api, item, dropped | changed)
        kept = {name: former[name] if name in former else item.get(name) for name in sorted(managed)}
        return wanted | {FORMER: json.dumps(kept)}

    def _managed(self, known: Json) -> frozenset[str]:
        return self.fields & known.keys()

    def _item(self, api: "AdminApi") -> Json:
        return api.item("GET", self.singleton.path)

    def _send(self, api: "AdminApi", item: Json, fields: Json) -> None:
        """Send what differs from `item`; nothing where nothing does."""
        different = {name: value for name, value in fields.items() if item.get(name) != value}
        if different:
            body = {self.singleton.wrapper: self.always(item) | different}
            api.call("PUT", self.singleton.path, body)
