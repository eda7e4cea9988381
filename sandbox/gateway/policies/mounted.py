"""A policy in Lua, from a folder mounted into the pod.

Facts: APIcast runs every phase of every policy under pcall; it logs an error and goes on with the next policy.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

from multidict import CIMultiDict

from sandbox.apicast.exchange import HttpAnswer, HttpCall, PolicyError
from sandbox.gateway.chain import Context, ExitError, Policy

if TYPE_CHECKING:
    from sandbox.apicast.exchange import Exit
    from sandbox.apicast.runtime import Policy as LuaPolicy

_LOG = logging.getLogger(__name__)
Ask: TypeAlias = Callable[[HttpCall], Awaitable[HttpAnswer]]
"""Makes an HTTP call for a policy."""


class Mounted(Policy):
    """Runs the phases of a Lua policy, and shows it what the others made of the request."""

    def __init__(self, title: str, lua: LuaPolicy, ask: Ask) -> None:
        super().__init__({})
        self._title = title
        self.lua = lua
        self._ask = ask

    async def rewrite(self, context: Context) -> None:
        """Run `rewrite`; the policy can change the request or answer it."""
        await self._before(context, "rewrite")

    async def access(self, context: Context) -> None:
        """Run `access`; the policy can change the request or answer it."""
        await self._before(context, "access")

    def header_filter(self, context: Context) -> None:
        """Run `header_filter`; an exit is an answer's new status, as the headers are on their way."""
        exchange = context.exchange
        exchange.set_answer(context.status, list(context.response_headers.items()))
        try:
            exchange.filter(self.lua, "header_filter")
        except PolicyError as error:
            self._failed("header_filter", error)
        context.status = exchange.status
        context.response_headers = CIMultiDict(exchange.response_headers)

    def body_filter(self, context: Context, chunk: bytes, *, eof: bool) -> tuple[bytes, bool]:
        """Run `body_filter`; after an error the piece passes as it was."""
        try:
            return context.exchange.piece(self.lua, chunk, eof=eof)
        except PolicyError as error:
            self._failed("body_filter", error)
            return chunk, eof

    async def post_action(self, context: Context) -> None:
        """Run `post_action`."""
        await self._run(context, "post_action")

    def log(self, context: Context) -> None:
        """Run `log`."""
        try:
            context.exchange.filter(self.lua, "log")
        except PolicyError as error:
            self._failed("log", error)

    async def _before(self, context: Context, phase: str) -> None:
        context.show()
        outcome = await self._run(context, phase)
        context.take()
        if outcome is not None:
            raise ExitError(outcome.status, outcome.body, outcome.headers)

    async def _run(self, context: Context, phase: str) -> Exit | None:
        steps = context.exchange.steps(self.lua, phase)
        try:
            call = next(steps)
            while True:
                call = steps.send(await self._ask(call))
        except StopIteration as ended:
            outcome: Exit | None = ended.value
            return outcome
        except PolicyError as error:
            self._failed(phase, error)
            return None

    def _failed(self, phase: str, error: PolicyError) -> None:
        _LOG.error("%s of policy %s failed: %s", phase, self._title, error)
