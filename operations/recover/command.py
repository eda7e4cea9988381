"""`recover`: from a killed `pulumi up` to a state that the next `pulumi up` can go on from."""

import json
import os
import shlex
import tempfile
import time
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from dynamic_providers.threescale import natural_key
from operations import cluster
from operations.errors import OperationError
from operations.recover import checkpoint, keycloak, lookup, orphans
from operations.recover.deployment import (
    Found,
    PendingCreate,
    doomed,
    doubles,
    holders,
    pending,
    pending_creates,
    recorded,
    recovered,
    unsettled,
)
from operations.recover.unread import Unread
from operations.stack import PROJECT, Stack


class Lookups:
    """One look-up per system, connected when the first create of that system asks."""

    def __init__(self, stack: Stack) -> None:
        """Nothing is contacted yet."""
        self._stack = stack
        self._kubernetes: lookup.Lookup | None = None
        self._keycloak: keycloak.Keycloak | None = None
        self._threescale: lookup.Lookup | None = None

    def find(self, create: PendingCreate) -> Found | None:
        """What `create` made or may have made, or None."""
        if create.type.startswith("kubernetes:"):
            self._kubernetes = self._kubernetes or lookup.kubernetes(cluster.connect(cluster.of(self._stack)))
            return self._kubernetes(create)
        if create.type.startswith("keycloak:"):
            self._keycloak = self._keycloak or keycloak.Keycloak(create.provider)
            return keycloak.find(self._keycloak, create)
        if create.type in natural_key.TYPES:
            self._threescale = self._threescale or lookup.threescale(create.provider)
            return self._threescale(create)
        return lookup.nothing(create)


def _folder() -> Path:
    """Where this command keeps its files; git ignores it."""
    return PROJECT / ".maas" / "recover"


def _backup(stack: Stack, state: Mapping[str, Any]) -> Path:
    """The state as it was, in a file of its own: nothing is lost when a later step fails. Secrets stay ciphertext."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    # mkstemp makes the file its owner's alone.
    handle, path = tempfile.mkstemp(".json", f"{stack.name.replace('/', '_')}-{stamp}-", folder)
    with os.fdopen(handle, "w") as stream:
        json.dump(state, stream)
    return Path(path)


def _foreign(stack: Stack, foreign: Sequence[tuple[PendingCreate, Found]]) -> OperationError:
    """Why nothing is taken over: an object under a name of ours is not as declared."""
    told = [
        f"  {create.type} {create.name}: exists with id {found.identity}"
        + (", and would be deleted, because what is told of it only once was lost" if found.discard else "")
        for create, found in foreign
    ]
    accepted = " ".join(f"--take-over {shlex.quote(create.urn)}" for create, _ in foreign)
    return OperationError(
        f"asked stack {stack.name} for what its killed run made: these hold the name, but not the declared fields, so "
        "they may be somebody else's:\n" + "\n".join(told) + "\nonly an object as declared is taken over by itself. "
        "Rename or remove it there, or declare another name; to take it over as it is, and have the next `pulumi up` "
        f"change it, run `python -m operations recover --stack {shlex.quote(stack.name)} {accepted}`. "
        "The state is as it was"
    )


def _found(stack: Stack, accepted: AbstractSet[str], unread: AbstractSet[str]) -> dict[str, str]:
    """URN → id of every pending create that did happen; one printed line per create.

    Raises:
        OperationError: A system could not be asked, something found is not as declared and not in `accepted`, or
            `accepted` names what was not pending.
    """
    state = stack.export(show_secrets=True)
    creates, held = list(pending_creates(state)), holders(state)
    if unknown := sorted(accepted - unread - {create.urn for create in creates}):
        message = (
            f"asked to take over {', '.join(unknown)}: stack {stack.name} has no pending create of it; pending are "
            f"{', '.join(create.urn for create in creates) or 'none'}; name one of these"
        )
        raise OperationError(message)
    lookups, ours, foreign = Lookups(stack), [], []
    for create in creates:
        found = lookups.find(create)
        if found is None:
            print(f"  {create.type} {create.name}: was not made: the next `pulumi up` makes it")
        elif holder := held.get((create.type, found.identity)):
            _not_made(create, found, holder)
        elif found.ours or create.urn in accepted:
            ours.append((create, found))
        else:
            foreign.append((create, found))
    if foreign:
        raise _foreign(stack, foreign)
    return {create.urn: found.identity for create, found in ours if _kept(create, found)}


def _not_made(create: PendingCreate, found: Found, holder: str) -> None:
    """Tell that the stack has it: a replacement that a person forces keeps the name, and the old one has it still."""
    told = "the stack holds it already" + ("" if holder == create.urn else f" as {holder}")
    print(f"  {create.type} {create.name}: was not made: {found.identity} has its name, and {told}")


def _kept(create: PendingCreate, found: Found) -> bool:
    """Delete what is of no use any more; tells whether the object is there to be taken over. Prints which."""
    if found.discard:
        found.discard()
        outcome = "what is told of it only once was lost: it is deleted, and the next `pulumi up` makes another"
        print(f"  {create.type} {create.name}: existed as {found.identity}, but {outcome}")
        return False
    print(f"  {create.type} {create.name}: exists as {found.identity}: taken over")
    return True


def _told(begun: Mapping[str, str]) -> Mapping[str, str]:
    """`begun` (URN → operation), with one printed line each: what is gone by now must not stay recorded."""
    for urn, operation in begun.items():
        print(f"  {urn.split('::')[2]} {urn.rsplit('::', 1)[-1]}: {operation} had begun: it is read again")
    return begun


def _read_back(stack: Stack, unread: Unread) -> int:
    """Refresh what is recorded and not yet read, and forget the note of it; returns how many."""
    left = unread.urns()
    targets = sorted(left & recorded(stack.export())) if left else []
    if targets:
        arguments = [argument for urn in targets for argument in ("--target", urn)]
        stack.run("refresh", "--yes", "--skip-preview", *arguments)
    unread.forget()
    return len(targets)


def _refuse_doubles(stack: Stack, state: Mapping[str, Any]) -> None:
    """An object that got another resource name is recorded twice in a run that did not end: a person has to choose.

    Raises:
        OperationError: There is one; the rest is recovered.
    """
    if not (found := doubles(state, natural_key.TYPES)):
        return
    told = "\n".join(f"  id {id_}: {', '.join(urns)}" for id_, urns in found)
    message = (
        f"asked stack {stack.name} what the next `pulumi up` may delete: these objects have two names in the state, "
        f"and with the one that the program no longer declares `up` would delete the object:\n{told}\n"
        "one name per object is allowed. Forget the older one of each, which leaves the object alone: "
        f"`pulumi state delete --stack {shlex.quote(stack.name)} '<URN>'`"
    )
    raise OperationError(message)


def _quieted(stack: Stack) -> None:
    """Nothing of the killed run is at work any more, and its state is readable and unlocked."""
    if ended := orphans.end(PROJECT):
        print(f"ended {len(ended)} provider processes of the killed run")
    if checkpoint.mend(stack):
        print("the state was cut off in the middle of a write: what was last whole is back in place")
    stack.run("cancel", "--yes")


def main(name: str, accepted: Sequence[str] = ()) -> int:
    """Cancel, ask, record, read back; returns 0. Every step is printed, a second run finds nothing to do.

    `accepted` are URNs to take over although what is there differs from what is declared. Killed at any point, the
    command can be repeated: the state changes in one step, and what is still to be read after it is noted before.

    Raises:
        OperationError: A system could not be asked, or what is there may be somebody else's; the state is as it was.
    """
    stack = Stack(name=name)
    _quieted(stack)
    unread, state = Unread(_folder(), name), stack.export()
    left, operations, twice = unread.urns(), pending(state), doomed(state)
    if left:
        print(f"stack {name}: an earlier recover was cut off before it had read {len(left)} resources; it goes on")
    for urn in twice:
        print(f"  {urn.split('::')[2]} {urn.rsplit('::', 1)[-1]}: is in use, so its record to be deleted is dropped")
    if operations:
        print(f"stack {name}: {len(operations)} operations were pending; asking where they went")
    if operations or twice:
        found = _found(stack, frozenset(accepted), left)
        print(f"the state as it was: {_backup(stack, state)}")
        unread.remember(left | set(found) | set(_told(unsettled(state))))
        stack.restore(recovered(state, found))
    if left or operations or twice:
        print(f"stack {name}: {_read_back(stack, unread)} resources read; run `pulumi up --stack {name}` to go on")
        state = stack.export()
    else:
        print(f"stack {name}: nothing was pending")
    _refuse_doubles(stack, state)
    return 0
