"""Whether the policy counted what it let through: the figures of one that loses tokens are none."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.engine import BenchError
from bench.gateway.engine import USAGE

SETTLED_SECONDS = 5.0
"""How long counting may go on after the last answer; it takes milliseconds."""
_PAUSE_SECONDS = 0.05
_TROUBLE = ("llm_policy_errors", "llm_reports_failed", "llm_usage_missing")


@dataclass
class Passed:
    """Answers that went through one gateway, of every load on it."""

    least: int = 0
    """Answers that arrived."""
    most: int = 0
    """With those that may have been under way when a load ended: one for each of its connections."""

    def add(self, requests: int, connections: int) -> None:
        """Note a load that is over."""
        self.least += requests
        self.most += requests + connections


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)


def everything_counted(page: Callable[[], str], passed: Passed, pause: Callable[[float], object] = _pause) -> None:
    """Return when the page of metrics tells of the tokens of all answers, of no others and of no trouble.

    Raises:
        BenchError: it does not: such figures would be those of a policy that does not work.
    """
    deadline = time.monotonic() + SETTLED_SECONDS
    least, most = (number * USAGE["total_tokens"] for number in (passed.least, passed.most))
    tokens, trouble = _told(page())
    while tokens < least and time.monotonic() < deadline:
        pause(_PAUSE_SECONDS)
        tokens, trouble = _told(page())
    if not least <= tokens <= most or trouble:
        raise BenchError(
            f"the policy counted {tokens:.0f} tokens of {passed.least} answers, allowed are {least} to {most}; "
            f"trouble: {trouble or 'none'}"
        )


def _told(metrics: str) -> tuple[float, dict[str, str]]:
    """Tokens, and the counters of trouble that are not 0."""
    values = [line.rpartition(" ") for line in metrics.splitlines() if not line.startswith("#")]
    tokens = sum(float(value) for name, _, value in values if name.startswith("llm_tokens_total"))
    return tokens, {name: value for name, _, value in values if name.startswith(_TROUBLE) and float(value)}
