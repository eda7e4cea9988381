"""The policy chain: a request's context, the phases a policy can take part in.

The phases are APIcast's (gateway/src/apicast/policy.lua): `rewrite` and `access` before the upstream is asked,
`header_filter` and `body_filter` on its answer, `post_action` and `log` after the client has it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from multidict import CIMultiDict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.apicast.exchange import Exchange, Fields
    from sandbox.gateway.backend import Backend
    from sandbox.gateway.service import Rule, Service


class ExitError(Exception):
    """A policy ends the request with an answer of its own.

    Attributes:
        body: What was printed; None = nothing, and nginx sends a page of its own.
    """

    def __init__(self, status: int, body: bytes | None = None, headers: Fields | None = None) -> None:
        super().__init__(f"{status}")
        self.status = status
        self.body = body
        self.headers = headers or []


@dataclass
class Context:
    """One request on its way through the chain; policies read and change it.

    What Lua policies see of it too (headers, body, usage, variables) is in the exchange.
    """

    service: Service
    backend: Backend
    exchange: Exchange
    method: str
    path: str
    """As sent by the client, still percent-encoded."""
    query: str
    headers: CIMultiDict[str]
    """Of the client; what is left of them goes to the upstream."""
    client: str = ""
    """Address of the client."""
    upstream: str | None = None
    """Base URL of the upstream; None = the service's `api_backend`."""
    upstream_host: str = ""
    """What the upstream gets as Host; empty = the service's `hostname_rewrite` or the upstream's own."""
    timeouts: dict[str, float] = field(default_factory=dict)
    """Seconds for `connect_timeout`, `send_timeout`, `read_timeout`; absent = the gateway's own."""
    matched: list[Rule] = field(default_factory=list)
    credentials: dict[str, str] = field(default_factory=dict)
    caching: str = "default"
    """What is remembered of authorisations: a `caching_type` of APIcast's caching policy, or its default."""
    access_run: bool = False
    """Whether the gateway's own access phase was reached; without it nothing is reported afterwards."""
    own_headers: CIMultiDict[str] = field(default_factory=CIMultiDict)
    """Headers that were set for the answer before there was one."""
    status: int = 0
    response_headers: CIMultiDict[str] = field(default_factory=CIMultiDict)
    started: float = field(default_factory=time.monotonic)
    upstream_status: int | None = None
    """What the upstream answered; 502 or 504 when it did not; None when it was not asked."""
    upstream_seconds: float = 0.0

    @property
    def usage(self) -> dict[str, int]:
        """Metric → delta that is to be authorised, 0 included."""
        return self.exchange.usage

    def show(self) -> None:
        """Let Lua see the headers as they are now."""
        fields = list(self.headers.items())
        if fields != self.exchange.headers:
            self.exchange.set_headers(fields)

    def take(self) -> None:
        """Take over what Lua made of the headers, and what it set for the answer."""
        if self.exchange.headers_changed:
            self.headers = CIMultiDict(self.exchange.headers)
            self.exchange.headers_changed = False
        if self.exchange.response_headers:
            self.own_headers.update(CIMultiDict(self.exchange.response_headers))


class Policy:
    """A policy that does nothing; subclasses take part in the phases they need."""

    names: ClassVar[frozenset[tuple[str, str]]] = frozenset()
    """The (name, version) pairs it is known by."""

    def __init__(self, configuration: Mapping[str, Any]) -> None:
        self.configuration = configuration

    async def rewrite(self, context: Context) -> None:
        """Before anything else: change the request, or answer it."""

    async def access(self, context: Context) -> None:
        """Decide whether the request may pass."""

    def header_filter(self, context: Context) -> None:
        """Change the answer's headers."""

    def body_filter(self, context: Context, chunk: bytes, *, eof: bool) -> tuple[bytes, bool]:  # noqa: ARG002  # the interface
        """What is left of a piece of the answer's body, and whether it is the last; the last can be empty."""
        return chunk, eof

    async def post_action(self, context: Context) -> None:
        """After the client has its answer."""

    def log(self, context: Context) -> None:
        """The last thing of a request."""


class Chain:
    """The policies of one service in order."""

    def __init__(self, policies: list[Policy]) -> None:
        self.policies = policies
        self._reading = [policy for policy in policies if type(policy).body_filter is not Policy.body_filter]

    async def before(self, context: Context) -> None:
        """Run `rewrite` of all, then `access` of all.

        Raises:
            ExitError: a policy answers in place of the upstream.
        """
        for policy in self.policies:
            await policy.rewrite(context)
        for policy in self.policies:
            await policy.access(context)

    def header_filter(self, context: Context) -> None:
        """Run `header_filter` of all."""
        for policy in self.policies:
            policy.header_filter(context)
        context.exchange.answered()

    def body_filter(self, context: Context, chunk: bytes, *, eof: bool) -> tuple[bytes, bool]:
        """What is left of a piece after all policies, and whether it is the last."""
        for policy in self._reading:
            chunk, eof = policy.body_filter(context, chunk, eof=eof)
        return chunk, eof

    async def after(self, context: Context) -> None:
        """Run `post_action` of all, then `log` of all."""
        for policy in self.policies:
            await policy.post_action(context)
        for policy in self.policies:
            policy.log(context)
