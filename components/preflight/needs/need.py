"""One line of the table."""

from collections.abc import Iterator
from typing import NamedTuple

from components.preflight.needs.kinds import EVENTS, PODS, Kind

WHOLE_CLUSTER = ""
"""Namespace of what has none."""

MANAGED = ("create", "delete", "get", "list", "patch", "watch")
"""What the engine does with an object of the stack: it makes, changes and removes it, and watches until it is gone.

Source: pulumi-kubernetes 4.32, provider/pkg/await (create, server-side apply, the informer of `condition.Deleted`).
"""


class Need(NamedTuple):
    """What the deployer does with one kind in one place."""

    kind: Kind
    """The kind, and who brings it."""
    verbs: tuple[str, ...]
    """Verbs of the API server, sorted; none for a kind that only has to be there."""
    namespace: str = WHOLE_CLUSTER
    """Where; the whole cluster for kinds without a namespace."""
    name: str = ""
    """The one object that is meant; empty for any."""


def managed(kind: Kind, namespace: str = WHOLE_CLUSTER) -> Need:
    """The stack has objects of the kind there."""
    return Need(kind, MANAGED, namespace)


def explained(namespace: str) -> Iterator[Need]:
    """Pods and events of a namespace are quoted where something does not become ready."""
    yield Need(PODS, ("list",), namespace)
    yield Need(EVENTS, ("list",), namespace)
