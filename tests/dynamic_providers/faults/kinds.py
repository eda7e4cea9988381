"""What can go wrong with one call: the columns of the table."""

import re
from dataclasses import dataclass
from typing import Any

from sandbox.threescale.faults import Fault, Kind
from tests.dynamic_providers.faults.emulator import Aim, Call
from tests.support.plugin_host import PluginHost

LATE_SECONDS = 0.05
SLOW_PURGE_SECONDS = 0.45
"""On a clock that moves by a tenth of a second with each request: four looks too early."""
PURGED = re.compile(r"/admin/api/(services|backend_apis)/\d+\.json")
"""What 3scale purges in the background."""


@dataclass(frozen=True)
class Trouble:
    """One column: a fault that hits a call once, or that call and every one after it until the run has ended."""

    title: str
    fault: dict[str, Any] | None = None
    """Fields of the emulator's fault; None where the request is answered."""
    lasting: bool = False
    kills: bool = False
    """The plugin, and the engine with it, is killed when the request arrives."""
    alone: bool = False
    """Only the plugin is killed: the engine sees an error, and forgets that a create had begun."""

    def concerns(self, call: Call) -> bool:
        """Tell whether it can happen to a call: only what is deleted can be purged slowly."""
        purging = call.method == "DELETE" and PURGED.fullmatch(call.path)
        return bool(purging) or not (self.fault and self.fault["kind"] is Kind.SLOW_PURGE)

    def aim(self, call: Call, host: PluginHost) -> Aim:
        """Return this trouble for one call of a run in the plugin process `host`."""

        def happens() -> Fault | None:
            if self.kills and not host.killed:
                host.kill(alone=self.alone)
            return Fault(**self.fault) if self.fault else None

        return Aim(call, happens, lasting=self.lasting)


ONCE = (
    Trouble("429", {"kind": Kind.STATUS, "status": 429, "retry_after": 1}),
    Trouble("500", {"kind": Kind.STATUS, "status": 500}),
    Trouble("HTML page", {"kind": Kind.HTML}),
    Trouble("reset before", {"kind": Kind.RESET_BEFORE}),
    Trouble("reset after", {"kind": Kind.RESET_AFTER}),
    Trouble("truncated", {"kind": Kind.TRUNCATED}),
    Trouble("late", {"kind": Kind.LATENCY, "seconds": LATE_SECONDS}),
    Trouble("no answer", {"kind": Kind.NOTHING}),
)
CONDITIONS = (
    Trouble("clock skew", {"kind": Kind.CLOCK_SKEW, "seconds": -7200.0}, lasting=True),
    Trouble("slow purge", {"kind": Kind.SLOW_PURGE, "seconds": SLOW_PURGE_SECONDS}),
)
KILLED = (
    Trouble("kill -9 before", {"kind": Kind.RESET_BEFORE}, kills=True),
    Trouble("kill -9 after", kills=True),
    Trouble("plugin killed", kills=True, alone=True),
)
LASTING = tuple(
    Trouble(f"{one.title} …", {**(one.fault or {}), **({"retry_after": 0} if one.title == "429" else {})}, lasting=True)
    for one in ONCE
    if one.title != "late"
)
TROUBLES = {one.title: one for one in (*ONCE, *CONDITIONS, *KILLED, *LASTING)}
"""Title → column."""
