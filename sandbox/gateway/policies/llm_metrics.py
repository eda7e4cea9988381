"""Counts the tokens of model answers into 3scale metrics; plain Python in place of the Lua policy.

Same configuration as the Lua policy: `rules` of metric, increment and condition as in APIcast's own `custom_metrics`
policy, and `enable_sse_support`. Only usage that the engine itself reported is counted. Reported on its own after the
answer, not merged into the authorisation: a refused authorisation would drop it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from sandbox.gateway import llm_usage
from sandbox.gateway.chain import Context, Policy
from sandbox.gateway.liquid import checked, holds, rendered

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOG = logging.getLogger(__name__)
_NOTE = "llm_metrics"


class _Reader:
    """Collects the usage of one answer."""

    def __init__(self, *, events: bool) -> None:
        self._events = llm_usage.Events() if events else None
        self._document = bytearray()

    def feed(self, chunk: bytes) -> None:
        """Look at a piece of the answer."""
        if self._events is not None:
            self._events.feed(chunk)
        elif len(self._document) + len(chunk) <= llm_usage.MOST_BYTES:
            self._document += chunk

    def usage(self) -> llm_usage.Usage | None:
        """What the engine reported; None when it reported nothing readable."""
        if self._events is not None:
            self._events.end()
            return self._events.usage
        return llm_usage.of_document(bytes(self._document))


class LlmMetrics(Policy):
    """Token counting for chat, completions and embeddings, streamed and not."""

    names = frozenset({("llm-metrics", "0.1"), ("llm-metrics", "0.2")})

    def __init__(self, configuration: Mapping[str, Any]) -> None:
        super().__init__(configuration)
        self._streams = bool(configuration.get("enable_sse_support"))
        self._rules: list[dict[str, Any]] = list(configuration.get("rules") or ())
        for rule in self._rules:
            checked(str(rule.get("increment", "1")))

    async def rewrite(self, context: Context) -> None:
        """Ask the engine for usage at the end of a stream, and for an answer that can be read."""
        context.headers.popall("Accept-Encoding", None)
        if not self._streams or "json" not in context.headers.get("Content-Type", "json"):
            return
        changed = llm_usage.asking_for_usage(context.body)
        if changed is not None:
            context.body = changed

    def header_filter(self, context: Context) -> None:
        """Decide once whether and how this answer is read."""
        kind = context.response_headers.get("Content-Type", "").partition(";")[0].strip().lower()
        events = kind == "text/event-stream"
        readable = "Content-Encoding" not in context.response_headers
        if readable and ((events and self._streams) or kind.endswith("json")):
            context.notes[_NOTE] = _Reader(events=events)

    def body_filter(self, context: Context, chunk: bytes, *, eof: bool) -> bytes:  # noqa: ARG002  # the interface
        """Look at every piece and hand it on as it is."""
        reader = context.notes.get(_NOTE)
        if reader is not None:
            reader.feed(chunk)
        return chunk

    async def post_action(self, context: Context) -> None:
        """Report what the rules make of the usage."""
        reader = context.notes.get(_NOTE)
        usage = reader.usage() if reader is not None and context.authorized else None
        if usage is None:
            return
        increments = self._increments(context, usage)
        if increments:
            await context.backend.report(context.service, context.credentials, increments)

    def _increments(self, context: Context, usage: llm_usage.Usage) -> dict[str, int]:
        values = {
            "status": context.status,
            "llm_usage": usage,
            "usage": context.usage,
            "service": {"id": context.service.id, "system_name": context.service.system_name},
            "req": {"headers": {name.lower(): value for name, value in context.headers.items()}},
            "resp": {"headers": {name.lower(): value for name, value in context.response_headers.items()}},
        }
        found: dict[str, int] = {}
        for rule in self._rules:
            if not holds(rule.get("condition") or {}, values):
                continue
            text = rendered(str(rule.get("increment", "1")), values)
            amount = int(text) if text.isdigit() else 0
            if amount:
                found[rule["metric"]] = found.get(rule["metric"], 0) + amount
        return found
