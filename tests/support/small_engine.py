"""What the engine does with one program of dynamic resources, in the real plugin process and small enough to be read.

Kept as in the engine (pkg/resource/deploy/step_generator.go and step_executor.go, pkg/backend/snapshot.go; CLI 3.259):

* `up` takes the resources in order: check, then create, or diff and update, replace or leave. What is no longer
  declared, or was replaced side by side, is deleted at the end, last to first. The first error ends the run; what was
  done before it is kept.
* A replacement that deletes first deletes dependents first that would be replaced too: those that the provider says
  so of when the inputs that come from the replaced resource are unknown. They stay in the state, to be made again.
* What is deleted together with another one (`deleted_with`) is forgotten without a call.
* A create is recorded as pending before it is called. An error takes the record back; a kill leaves it, and `recover`
  decides about it as `make recover` does.

Not kept: parallelism (resources come one after the other), providers as resources, aliases, protection, imports.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from dynamic_providers.declared import TYPE_PREFIX, DeclaredProvider
from operations.recover.deployment import Found, PendingCreate
from tests.support.plugin_host import UNKNOWN, Checked, Held, Json, PluginError, PluginHost


class RunFailed(Exception):  # noqa: N818 - says what happened
    """The run ended at the first error, as the engine's does."""


class Killed(Exception):  # noqa: N818 - says what happened
    """The engine died together with its plugin."""


@dataclass(frozen=True)
class Ref:
    """An output of another resource, as an input; its id unless another one is named."""

    resource: str
    output: str = "id"


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A resource as a program declares it."""

    name: str
    provider: type[DeclaredProvider]
    inputs: Json
    """Values, with a `Ref` at any depth."""
    after: tuple[str, ...] = ()
    """Resources it depends on beside those its inputs come from."""
    deleted_with: str = ""

    @property
    def type(self) -> str:
        """The type token, as a state has it."""
        return f"{TYPE_PREFIX}threescale:{self.provider.__name__.removesuffix('Provider')}"

    @property
    def uses(self) -> dict[str, frozenset[str]]:
        """Input → the resources that its value comes from."""
        return {name: frozenset(ref.resource for ref in _refs(value)) for name, value in self.inputs.items()}


@dataclass
class Entry:
    """A resource in the state."""

    declared: Declared
    held: Held
    condemned: bool = False
    """Replaced by one that was made beside it, to be deleted at the end (the engine's `delete`)."""
    gone: bool = False
    """Deleted to be made again (the engine's `pendingReplacement`)."""


@dataclass
class State:
    """What is kept between two runs."""

    entries: list[Entry] = field(default_factory=list)
    pending: list[tuple[Declared, Json]] = field(default_factory=list)
    """Creates that had begun: the resource and its checked inputs."""

    def copy(self) -> "State":
        """Return a state that changes apart from this one."""
        return State([replace(entry) for entry in self.entries], deepcopy(self.pending))

    def live(self, name: str) -> Entry | None:
        """Return the entry that stands for the declared resource `name`."""
        return next((one for one in self.entries if one.declared.name == name and not one.condemned), None)


@dataclass
class SmallEngine:
    """One run after the other on one state; each with a plugin process of its own, which the caller starts."""

    host: PluginHost
    state: State = field(default_factory=State)
    steps: list[str] = field(default_factory=list)
    """`create product`, `update rules`, `delete plan`, … of this engine; what stays the same is not listed."""
    _order: list[str] = field(default_factory=list)
    _leaving: set[str] = field(default_factory=set)
    """Resources deleted in this run; what is deleted with one of them needs no call."""

    def up(self, program: Sequence[Declared]) -> None:
        """Bring everything to `program`.

        Raises:
            RunFailed: a resource could not be checked, made, changed or deleted.
            Killed: the plugin was killed, and the engine with it.
        """
        self._leaving.clear()
        self._order = [declared.name for declared in program]
        for declared in program:
            self._registered(declared)
        self._delete_the_rest(frozenset(self._order))

    def destroy(self) -> None:
        """Delete everything, last to first; raises as `up`."""
        self._leaving.clear()
        self._delete_the_rest(frozenset())

    def refresh(self) -> None:
        """Read everything: what the server holds becomes state and inputs; what is gone is forgotten."""
        for entry in [entry for entry in self.state.entries if not entry.gone]:
            self._read(entry)

    def recover(self, find: Callable[[PendingCreate], Found | None], settings: Mapping[str, Any]) -> None:
        """Do what `make recover` does after a kill: `find` asks the server, `settings` are the provider's inputs.

        Raises:
            RunFailed: what was found is not as declared, so a person has to decide.
        """
        asked = [
            PendingCreate(urn=f"urn::{one.name}", type=one.type, inputs=inputs, provider=settings)
            for one, inputs in self.state.pending
        ]
        found = [find(create) for create in asked]
        if foreign := [create.name for create, one in zip(asked, found, strict=True) if one and not one.ours]:
            raise RunFailed(f"recover: {', '.join(foreign)} exists, but not as declared")
        for (declared, inputs), one in zip(self.state.pending, found, strict=True):
            if one is not None and one.discard:
                one.discard()
                self.steps.append(f"discard {declared.name}")
            if one is None or one.discard:
                continue
            self._replaced(declared.name)
            # Outputs start as the inputs and are read at once, as in operations/recover/deployment.py.
            entry = Entry(declared, Held(one.identity, inputs, inputs))
            self.state.entries.append(entry)
            self.steps.append(f"take over {declared.name}")
            self._read(entry)
        self.state.pending.clear()

    def _registered(self, declared: Declared) -> None:
        old, inputs = self.state.live(declared.name), self._resolved(declared.inputs)
        if old is None or old.gone:
            return self._create(declared, self._checked(declared, inputs, {}))
        wanted = self._checked(declared, inputs, old.held.inputs)
        diff = self._asked(declared.name, lambda: self.host.diff(declared.provider, old.held, wanted))
        if diff.replaces:
            if diff.delete_before_replace:
                self._delete_first(old)
            return self._create(declared, wanted)
        held = replace(old.held, inputs=wanted)
        if diff.changed or diff.announced:
            held = self._asked(declared.name, lambda: self.host.update(declared.provider, old.held, wanted))
            self.steps.append(f"update {declared.name}")
        old.declared, old.held = declared, held
        return self._sort()

    def _checked(self, declared: Declared, news: Json, olds: Json) -> Json:
        checked: Checked = self._asked(declared.name, lambda: self.host.check(declared.provider, news, olds))
        if checked.failures:
            raise RunFailed(f"{declared.name}: {checked.failures}")
        return checked.inputs

    def _create(self, declared: Declared, inputs: Json) -> None:
        pending = (declared, inputs)
        self.state.pending.append(pending)
        try:
            held = self._asked(declared.name, lambda: self.host.create(declared.provider, inputs))
        except RunFailed:
            self.state.pending.remove(pending)
            raise
        self.state.pending.remove(pending)
        self._replaced(declared.name)
        self.state.entries.append(Entry(declared, held))
        self.steps.append(f"create {declared.name}")
        self._sort()

    def _replaced(self, name: str) -> None:
        """Make room for a new entry: one that is gone makes it, one that lives is condemned."""
        old = self.state.live(name)
        if old is not None and old.gone:
            self.state.entries.remove(old)
        elif old is not None:
            old.condemned = True

    def _delete_first(self, old: Entry) -> None:
        doomed = [old, *self._replaced_with(old)]
        self._leaving |= {entry.declared.name for entry in doomed}
        for entry in reversed(doomed):
            self._delete(entry)
            entry.gone = True

    def _replaced_with(self, root: Entry) -> Iterator[Entry]:
        """Yield the dependents that a replacement of `root` replaces, in the order of the state."""
        replaced = {root.declared.name}
        for entry in [entry for entry in self.state.entries if not entry.condemned]:
            unknown = [name for name, used in entry.declared.uses.items() if used & replaced]
            news = entry.held.inputs | dict.fromkeys(unknown, UNKNOWN)
            if unknown and self._diff_replaces(entry, news):
                replaced.add(entry.declared.name)
                yield entry

    def _diff_replaces(self, entry: Entry, news: Json) -> bool:
        name, provider = entry.declared.name, entry.declared.provider
        return bool(self._asked(name, lambda: self.host.diff(provider, entry.held, news)).replaces)

    def _delete_the_rest(self, declared: AbstractSet[str]) -> None:
        doomed = [one for one in self.state.entries if one.condemned or one.declared.name not in declared]
        self._leaving |= {one.declared.name for one in doomed if not one.condemned}
        for entry in reversed(doomed):
            if not entry.gone:
                self._delete(entry)
            self.state.entries.remove(entry)

    def _delete(self, entry: Entry) -> None:
        declared = entry.declared
        if declared.deleted_with not in self._leaving:
            self._asked(declared.name, lambda: self.host.delete(declared.provider, entry.held))
        self.steps.append(f"delete {declared.name}")

    def _read(self, entry: Entry) -> None:
        held = self._asked(entry.declared.name, lambda: self.host.read(entry.declared.provider, entry.held))
        if held.id:
            # Inputs that the provider leaves out stay as they are.
            entry.held = replace(held, inputs=held.inputs or entry.held.inputs)
        else:
            self.state.entries.remove(entry)

    def _asked(self, name: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401 - what the call returns
        try:
            return call()
        except PluginError as error:
            if self.host.killed:
                raise Killed(name) from None
            raise RunFailed(f"{name}: {error}") from None

    def _resolved(self, value: Any) -> Any:  # noqa: ANN401 - any JSON value with references
        if isinstance(value, Ref):
            entry = self.state.live(value.resource)
            assert entry is not None, f"{value} is used before it is declared"
            return entry.held.id if value.output == "id" else entry.held.outs[value.output]
        if isinstance(value, Mapping):
            return {key: self._resolved(item) for key, item in value.items()}
        return [self._resolved(item) for item in value] if isinstance(value, list) else value

    def _sort(self) -> None:
        """Bring the state into the order of the program; what it does not declare comes last, as it was."""
        places = {name: place for place, name in enumerate(self._order)}
        self.state.entries.sort(key=lambda entry: places.get(entry.declared.name, len(places)))


def _refs(value: Any) -> Iterator[Ref]:  # noqa: ANN401 - any JSON value with references
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _refs(item)
