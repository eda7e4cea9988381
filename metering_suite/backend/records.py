"""What a gateway reported, by credential and metric."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metering_suite.counts import Counts


class Records:
    """Sums of reported usage."""

    def __init__(self) -> None:
        """Start empty."""
        self.usage: dict[str, Counts] = {}
        """Credential (user key or application id) → metric's system name → sum."""

    def report(self, key: str, usage: dict[str, str]) -> None:
        """Add usage to a credential; `#5` sets a value in place of adding (apisonator, "usage[m]=#n")."""
        counts = self.usage.setdefault(key, {})
        for metric, text in usage.items():
            value = int(text.removeprefix("#"))
            counts[metric] = value if text.startswith("#") else counts.get(metric, 0) + value
