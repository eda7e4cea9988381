"""What the gates on the cluster share: one look after the other, until it is good, in vain, or too late."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from dynamic_providers.cluster.errors import Unreachable
from dynamic_providers.declared import DeclaredProvider
from dynamic_providers.waiting import Wait

if TYPE_CHECKING:
    from dynamic_providers.cluster.connection import Cluster


class ClusterProvider(DeclaredProvider):
    """A provider that talks to a cluster."""

    @property
    def cluster(self) -> "Cluster":
        """The process's client of this cluster, opened at the first request."""
        # The program imports this module too and never calls: the client's start-up time is spared there.
        from dynamic_providers.cluster.connection import cluster  # noqa: PLC0415

        return cluster(self.settings)


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
