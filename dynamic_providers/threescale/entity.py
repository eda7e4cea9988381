"""The engine: one kind of 3scale entity as a dynamic resource. Entities say where they live, this file how they behave.

* Create is find-or-refuse: a taken natural key is an error that names the holder, unless `adopt` is declared. A
  create whose answer was lost is looked for and taken over, because it was absent before. A create that fails in the
  middle is taken back.
* Read tells what the server holds, as state and as inputs, so that a hand edit is a difference. Gone on the server is
  gone.
* Update compares with the server and sends what differs; adopting does the same.
* Delete succeeds when there is nothing left to delete, and ends when the name is free again.

What does not fit overrides the methods that differ: `find`, `fetch`, `live`, `finish`, `write`, `outputs`.
"""

import string
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from dynamic_providers.declared import DeclaredProvider, DeclaredResource
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.errors import HalfMade, MaybeMade, NotFound, Rejected, Taken, ThreescaleError
from dynamic_providers.waiting import TimedOut, Wait

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

PURGE_SECONDS = 300.0
"""Products and backends hold their name until a background job has purged them (porta, DeleteObjectHierarchyWorker)."""

OF_TENANT, OF_MODELS, OF_ACCOUNTS = "threescale.adopt", "models.<key>.adopt", "consumers.accounts.<key>.adopt"
"""Where the stack's configuration declares `adopt`."""

EntityResource = DeclaredResource
"""A resource of a tenant: inputs from a dataclass of arguments, outputs from the class's annotations."""


@dataclass(frozen=True, kw_only=True)
class Entity:
    """Where the Admin API keeps one kind of entity, and how it is recognised."""

    title: str
    """The users' word for it."""
    path: str
    """Its list, such as `services/{product_id}/application_plans`; names in braces are inputs."""
    create_path: str = ""
    """Where a create is sent, when that is not the list."""
    wrapper: str = ""
    """Envelope of a request; without one the fields are sent flat."""
    collection: str = ""
    """Envelope of the list."""
    natural_key: str = "system_name"
    """The input by which an existing entity is recognised."""
    switch: str = OF_MODELS
    """Where `adopt` is declared, for the advice in errors."""
    purge: str = ""
    """Type in `objects/status`, when deletion is asynchronous."""

    @property
    def parents(self) -> frozenset[str]:
        """Inputs that are part of the path."""
        return frozenset(name for _, name, _, _ in string.Formatter().parse(self.path) if name)


class TenantProvider(DeclaredProvider):
    """A provider that talks to a tenant."""

    told_once: ClassVar[bool] = False
    """True when 3scale tells a part of the entity in the answer to its create only: found after a crash, it is of no
    use."""

    @property
    def api(self) -> "AdminApi":
        """The process's client of this tenant, opened at the first request."""
        # The program imports this module too and never calls: the HTTP library's start-up time is spared there.
        from dynamic_providers.threescale.client import admin_api  # noqa: PLC0415

        return admin_api(self.settings)

    def find(self, api: "AdminApi", wanted: Json, *, fresh: bool = False) -> str | None:  # noqa: ARG002 - for entities
        """Return the id of the entity that holds the natural key of `wanted`.

        None by default: what converges on whatever is there can be created again and again.
        """
        return None

    def matches(self, api: "AdminApi", id_: str, wanted: Json) -> bool:  # noqa: ARG002 - for entities
        """Tell whether a create of `wanted` would have left the entity `id_` as it is on the server.

        False by default: what has no natural key is not looked up.
        """
        return False


class EntityProvider(TenantProvider):
    """Create, read, update and delete one kind of entity."""

    entity: ClassVar[Entity]
    at_creation = frozenset({"adopt"})
    later: ClassVar[frozenset[str]] = frozenset()
    """Inputs that the first call of a create does not set; an entity whose create was interrupted may lack them."""

    # What an entity may say about itself.

    def body(self, wanted: Json) -> Json:
        """Return the fields of `wanted` that are sent to the list and to the entity."""
        return {key: value for key, value in wanted.items() if key not in self.at_creation | self.entity.parents}

    def find(self, api: "AdminApi", wanted: Json, *, fresh: bool = False) -> str | None:
        """Return the id of the entity that holds the natural key of `wanted`; `fresh` forgets what was seen before."""
        key = self.entity.natural_key
        return api.index(self.path(wanted), self.entity.collection, key, fresh=fresh).get(wanted[key])

    def fetch(self, api: "AdminApi", id_: str, known: Json) -> Json:
        """Return the entity as the server has it, with everything `live` and `outputs` need."""
        return api.item("GET", f"{self.path(known)}/{id_}")

    def live(self, item: Json) -> Json:
        """Return the inputs that the server tells; fields left out are carried over from the state."""
        told = self.props.model_fields.keys() - self.at_creation - self.entity.parents
        return {name: item.get(name) for name in told}

    def outputs(self, item: Json) -> Json:  # noqa: ARG002 - most entities have none
        """Return what only the server knows."""
        return {}

    def finish(self, api: "AdminApi", item: Json, wanted: Json) -> Json:  # noqa: ARG002 - most entities need one call
        """Do what the first call of a create could not, and return the whole entity."""
        return item

    def write(self, api: "AdminApi", item: Json, wanted: Json, changed: frozenset[str]) -> Json:  # noqa: ARG002 - whole
        """Send `wanted` to an existing entity of which the fields `changed` differ; return it as it is then."""
        return item | self.put(api, item, self.body(wanted), wanted)

    def remove(self, api: "AdminApi", id_: str, known: Json) -> None:
        """Delete the entity, and wait until it is purged."""
        with suppress(NotFound):
            api.call("DELETE", f"{self.path(known)}/{id_}")
        wait = self.purge_wait(f"{self.entity.title} {id_}, purge")
        while self.entity.purge and api.exists(self.entity.purge, id_):
            wait.pause("deleted; 3scale's background job still holds its name")

    def called(self, wanted: Json) -> str:
        """Return what an error calls the entity."""
        return str(wanted[self.entity.natural_key])

    # What all entities do.

    def path(self, known: Json) -> str:
        """Return the path of the list, with the parents' ids filled in."""
        return self.entity.path.format(**known)

    def put(self, api: "AdminApi", item: Json, fields: Json, known: Json) -> Json:
        """Send `fields` to an existing entity."""
        return api.item("PUT", f"{self.path(known)}/{item['id']}", self._wrapped(fields))

    def inputs(self, item: Json, known: Json) -> Json:
        """Return the canonical inputs that would make `item`."""
        return self.canonical(known | self.live(item))

    def converge(self, api: "AdminApi", item: Json, wanted: Json) -> Json:
        """Bring `item` to `wanted` with as few writes as possible: none where nothing differs."""
        live = self.inputs(item, wanted)
        changed = frozenset(name for name in wanted.keys() | live.keys() if wanted.get(name) != live.get(name))
        return self.write(api, item, wanted, changed) if changed else item

    def matches(self, api: "AdminApi", id_: str, wanted: Json) -> bool:
        """Tell whether every field that the first call of a create sets is on the server as declared."""
        try:
            live = self.inputs(self.fetch(api, id_, wanted), wanted)
        except NotFound:
            return False
        return all(live.get(name) == value for name, value in wanted.items() if name not in self.later)

    def create(self, props: Json) -> CreateResult:
        """Make the entity, or take over the one that holds its name where `adopt` is declared."""
        api, wanted = self.api, self.canonical(props)
        try:
            if self.find(api, wanted) and (holder := self.find(api, wanted, fresh=True)):
                raise self._taken(wanted, holder)
            item = self._made(api, wanted)
        except Taken as taken:
            if not wanted.get("adopt"):
                raise
            api.adopt(f"{self.path(wanted)}/{taken.id}")
            item = self.converge(api, self.fetch(api, taken.id, wanted), wanted)
        return CreateResult(str(item["id"]), self.state(item, wanted))

    def read(self, id_: str, props: Json) -> ReadResult:
        """Return what the server holds; no id when it is gone."""
        known = self.canonical(props)
        try:
            item = self.fetch(self.api, id_, known)
        except NotFound:
            return ReadResult(None, {})
        return ReadResult(id_, self.state(item, known), self.inputs(item, known))

    def update(self, _id: str, _olds: Json, _news: Json) -> UpdateResult:
        """Bring the entity to the declared inputs."""
        api, wanted = self.api, self.canonical(_news)
        item = self.converge(api, self.fetch(api, _id, wanted), wanted)
        return UpdateResult(self.state(item, wanted))

    def delete(self, _id: str, _props: Json) -> None:
        """Delete the entity, and wait until its name is free.

        What this run has adopted stays: it was the stack's own, in a replacement that somebody forced or under another
        resource name, and the record that is deleted now is the older one of the two.
        """
        known = self.canonical(_props)
        if not self.api.adopted(f"{self.path(known)}/{_id}"):
            self.remove(self.api, _id, known)

    def state(self, item: Json, known: Json) -> Json:
        """Return inputs and outputs of `item`."""
        return self.inputs(item, known) | self.outputs(item)

    def _wrapped(self, fields: Json) -> Json:
        return {self.entity.wrapper: fields} if self.entity.wrapper else fields

    def _made(self, api: "AdminApi", wanted: Json) -> Json:
        """Make what was absent a moment ago, whatever happens to the answer."""
        sent = False

        def attempt() -> Json:
            nonlocal sent
            again, sent = sent, True
            made = self._left_behind(api, wanted) if again else None
            try:
                return self.fetch(api, made, wanted) if made else self._post(api, wanted)
            except Taken as taken:
                if not again:
                    raise
                return self.fetch(api, taken.id, wanted)

        item = api.heal(attempt)
        key = self.entity.natural_key
        api.remember(self.path(wanted), key, str(wanted[key]), str(item["id"]))
        try:
            return self.finish(api, item, wanted)
        except (ThreescaleError, TimedOut) as broken:
            self._take_back(api, str(item["id"]), wanted, broken)
            raise

    def _left_behind(self, api: "AdminApi", wanted: Json) -> str | None:
        """Return the id of what a create whose answer was lost has made; it was absent before."""
        try:
            return self.find(api, wanted, fresh=True)
        except NotFound:  # what it belongs to is gone, and it with that
            raise
        except ThreescaleError as broken:
            raise MaybeMade(self.entity.title, self.called(wanted), broken, switch=self.entity.switch) from None

    def _post(self, api: "AdminApi", wanted: Json) -> Json:
        """Send the create; while an entity that is being purged still holds the name, wait for it."""
        key = self.entity.natural_key
        wait = self.purge_wait(f"{self.entity.title} {wanted.get(key)!r}, name to be free")
        while True:
            try:
                return api.item("POST", self.entity.create_path or self.path(wanted), self._wrapped(self.body(wanted)))
            except Rejected as refusal:
                if not refusal.is_taken(key):
                    raise
            if holder := self.find(api, wanted, fresh=True):
                raise self._taken(wanted, holder)
            wait.pause("the entity that was deleted before still holds it")

    def _taken(self, wanted: Json, holder: str) -> Taken:
        return Taken(self.entity.title, self.called(wanted), holder, switch=self.entity.switch)

    def _take_back(self, api: "AdminApi", id_: str, wanted: Json, broken: Exception) -> None:
        try:
            self.remove(api, id_, wanted)
        except (ThreescaleError, TimedOut):
            raise HalfMade(self.entity.title, id_, broken, switch=self.entity.switch) from None

    def purge_wait(self, what: str) -> Wait:
        """Return a wait for the job that purges what was deleted."""
        remedy = "See whether 3scale's background jobs run (system-sidekiq), then run again."
        return Wait(what, PURGE_SECONDS, remedy=remedy)
