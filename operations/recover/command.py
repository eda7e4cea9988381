"""`recover`: from a killed `pulumi up` to a state that the next `pulumi up` can go on from."""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dynamic_providers.threescale import natural_key
from operations import cluster
from operations.recover import checkpoint, keycloak, lookup, orphans
from operations.recover.deployment import PendingCreate, pending, pending_creates, recovered
from operations.stack import PROJECT, Stack


class Lookups:
    """One look-up per system, connected when the first create of that system asks."""

    def __init__(self, stack: Stack) -> None:
        """Nothing is contacted yet."""
        self._stack = stack
        self._kubernetes: lookup.Lookup | None = None
        self._keycloak: keycloak.Keycloak | None = None
        self._threescale: lookup.Lookup | None = None

    def find(self, create: PendingCreate) -> str | None:
        """The id of what `create` made, or None."""
        if create.type.startswith("kubernetes:"):
            self._kubernetes = self._kubernetes or lookup.kubernetes(cluster.of(self._stack))
            return self._kubernetes(create)
        if create.type.startswith("keycloak:"):
            self._keycloak = self._keycloak or keycloak.Keycloak(create.provider)
            return keycloak.find(self._keycloak, create)
        if create.type in natural_key.TYPES:
            self._threescale = self._threescale or lookup.threescale(create.provider)
            return self._threescale(create)
        return lookup.nothing(create)


def _backup(stack: Stack, state: Mapping[str, Any]) -> Path:
    """The state as it was, in a file of its own: nothing is lost when a later step fails. Secrets stay ciphertext."""
    folder = PROJECT / ".maas" / "recover"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stack.name}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.getpid()}.json"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        json.dump(state, stream)
    return path


def _found(stack: Stack) -> dict[str, str]:
    """URN → id of every pending create that did happen; one printed line per create."""
    lookups, found = Lookups(stack), {}
    for create in pending_creates(stack.export(show_secrets=True)):
        identity = lookups.find(create)
        said = f"exists as {identity}: taken over" if identity else "was not made: the next `pulumi up` makes it"
        print(f"  {create.type} {create.name}: {said}")
        if identity:
            found[create.urn] = identity
    return found


def main(name: str) -> int:
    """Cancel, ask, record, read back; returns 0. Every step is printed, a second run finds nothing to do.

    Raises:
        OperationError: A system could not be asked; the state is as it was.
    """
    stack = Stack(name=name)
    if ended := orphans.end(PROJECT):
        print(f"ended {len(ended)} provider processes of the killed run")
    if checkpoint.mend(stack):
        print("the state file was cut off in the middle of a write: its last whole copy is back in place")
    stack.run("cancel", "--yes")
    state = stack.export()
    operations = pending(state)
    if not operations:
        print(f"stack {name}: nothing was pending")
        return 0
    print(f"stack {name}: {len(operations)} operations were pending; asking where they went")
    found = _found(stack)
    print(f"the state as it was: {_backup(stack, state)}")
    stack.restore(recovered(state, found))
    if found:
        targets = [argument for urn in found for argument in ("--target", urn)]
        stack.run("refresh", "--yes", "--skip-preview", *targets)
    print(f"stack {name}: {len(found)} taken over; run `pulumi up --stack {name}` to go on")
    return 0
