"""What the gates on the cluster share: one look after the other, until it is good, in vain, or too late."""

from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

from pulumi.dynamic import CreateResult, UpdateResult

from dynamic_providers.cluster.errors import Unreachable
from dynamic_providers.declared import DeclaredProvider
from dynamic_providers.json_object import Json
from dynamic_providers.waiting import Wait

if TYPE_CHECKING:
    from dynamic_providers.cluster.connection import Cluster


NOT_READY = "not ready: "
"""How the trigger begins that a refresh gives a gate whose object is not ready: the next `up` then waits again."""


class ClusterProvider(DeclaredProvider):
    """A provider that talks to a cluster."""

    @property
    def cluster(self) -> "Cluster":
        """The process's client of this cluster, opened at the first request."""
        # The program imports this module too and never calls: the client's start-up time is spared there.
        from dynamic_providers.cluster.connection import cluster  # noqa: PLC0415

        return cluster(self.settings)


class GateProvider(ClusterProvider):
    """A provider that waits for what others make, so that there is nothing to delete."""

    def create(self, props: Json) -> CreateResult:
        """Wait."""
        wanted = self.canonical(props)
        self._pass(wanted)
        return CreateResult(self._id(wanted), wanted)

    def update(self, _id: str, _olds: Json, _news: Json) -> UpdateResult:
        """Wait again."""
        wanted = self.canonical(_news)
        self._pass(wanted)
        return UpdateResult(wanted)

    @abstractmethod
    def _id(self, wanted: Json) -> str:
        """What the gate is known by."""

    @abstractmethod
    def _pass(self, wanted: Json) -> None:
        """Return when the wait is over, or raise."""


def pass_when(look: Callable[[], str], wait: Wait, evidence: Callable[[], str]) -> None:
    """Look until `look` returns "": it returns the phase while there is hope, and raises when there is none.

    An API server that does not answer for a while is a phase too.

    Raises:
        TimedOut: the time is over; the message ends with the evidence.
    """
    while True:
        try:
            phase = look()
        except Unreachable as away:
            phase = away.wrong
        if not phase:
            wait.say("ready")
            return
        wait.pause(phase, evidence)
