"""The least number of calls that configure one model, as counted from the Admin API's rules."""

from dataclasses import dataclass

GOAL = 1.1
"""Calls over the floor that are still good."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """What one model declares."""

    methods: int
    limits: int

    @property
    def calls(self) -> int:
        """Calls to configure it.

        Backend, product, usage, the list of rules, M methods, M rules (the first one rewrites 3scale's own), three
        token metrics, plan, L limits, service plan (list, default), document, proxy, policies, the staged
        configuration, promotion.
        """
        return 15 + 2 * self.methods + self.limits
