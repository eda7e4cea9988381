"""Gates of which only so many wait at the same time."""

from typing import TypeVar

import pulumi

Gate = TypeVar("Gate", bound=pulumi.Resource)


class Line:
    """Gates of one provider instance, each behind the one so many places before it.

    An instance is a process with four workers, and a waiting gate holds one. While all of them wait, the engine gets no
    answer when it has inputs checked, which it does for one resource after the other, and so it begins nothing else
    (pulumi, pkg/resource/deploy/step_generator.go; docs/decisions/0015). What the gates wait for goes on all the while,
    so a gate that begins late takes no longer.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._gates: list[pulumi.Resource] = []

    def behind(self, opts: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
        """Options of the next gate, which is to be handed to `joined`."""
        before = self._gates[-self._at_once :][:1] if len(self._gates) >= self._at_once else []
        return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=before))

    def joined(self, gate: Gate) -> Gate:
        """The gate, behind which others now wait."""
        self._gates.append(gate)
        return gate
