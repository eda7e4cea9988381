"""The policy chain: a request's context, the phases a policy can take part in, and how a chain is built.

The phases are APIcast's (gateway/src/apicast/policy.lua), so that a policy written for it can take a place here:
`rewrite` and `access` before the upstream is asked, `header_filter` and `body_filter` on its answer, `post_action`
after the client has it. A policy whose name or version is unknown is skipped with a warning, as APIcast does.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from multidict import CIMultiDict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.gateway.backend import Backend
    from sandbox.gateway.service import Service

_LOG = logging.getLogger(__name__)


class ExitError(Exception):
    """A policy ends the request with an answer of its own."""

    def __init__(self, status: int, text: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {text}")
        self.status = status
        self.text = text
        self.headers = dict(headers or {})


@dataclass
class Context:
    """One request on its way through the chain; policies read and change it."""

    service: Service
    backend: Backend
    method: str
    path: str
    """As sent by the client, still percent-encoded."""
    query: str
    headers: CIMultiDict[str]
    """Of the client; what is left of them goes to the upstream."""
    body: bytes
    upstream: str | None = None
    """Base URL of the upstream; None = the service's `api_backend`."""
    timeouts: dict[str, float] = field(default_factory=dict)
    """Seconds for `connect_timeout`, `send_timeout`, `read_timeout`; absent = the gateway's own."""
    usage: dict[str, int] = field(default_factory=dict)
    matched: list[str] = field(default_factory=list)
    credentials: dict[str, str] = field(default_factory=dict)
    cached: bool = False
    """Whether the request was let through by a remembered authorisation: it is then reported after the answer."""
    authorized: bool = False
    status: int = 0
    response_headers: CIMultiDict[str] = field(default_factory=CIMultiDict)
    notes: dict[str, Any] = field(default_factory=dict)
    """What policies keep for their later phases, under their own name."""


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

    def body_filter(self, context: Context, chunk: bytes, *, eof: bool) -> bytes:  # noqa: ARG002  # the interface
        """A piece of the answer's body; `eof` comes with the last one, which can be empty."""
        return chunk

    async def post_action(self, context: Context) -> None:
        """After the client has its answer."""


class Chain:
    """The policies of one service in order."""

    def __init__(self, policies: list[Policy]) -> None:
        self.policies = policies

    async def before(self, context: Context) -> None:
        """Run `rewrite` of all, then `access` of all."""
        for policy in self.policies:
            await policy.rewrite(context)
        for policy in self.policies:
            await policy.access(context)

    def header_filter(self, context: Context) -> None:
        """Run `header_filter` of all; a policy's error is logged and dropped, as APIcast does."""
        for policy in self.policies:
            try:
                policy.header_filter(context)
            except Exception:  # noqa: BLE001  # APIcast runs every phase under pcall and drops the error
                _LOG.exception("header_filter of %s failed", type(policy).__name__)

    def body_filter(self, context: Context, chunk: bytes, *, eof: bool) -> bytes:
        """What is left of a piece after all policies."""
        for policy in self.policies:
            try:
                chunk = policy.body_filter(context, chunk, eof=eof)
            except Exception:  # noqa: BLE001  # APIcast runs every phase under pcall and drops the error
                _LOG.exception("body_filter of %s failed", type(policy).__name__)
        return chunk

    async def post_action(self, context: Context) -> None:
        """Run `post_action` of all; one policy's error does not keep the others from reporting."""
        for policy in self.policies:
            try:
                await policy.post_action(context)
            except Exception:  # noqa: BLE001  # APIcast runs every phase under pcall and drops the error
                _LOG.exception("post_action of %s failed", type(policy).__name__)


def built(items: list[dict[str, Any]], known: Mapping[tuple[str, str], type[Policy]]) -> Chain:
    """The chain of a service's `policy_chain`."""
    policies = []
    for item in items:
        kind = known.get((item["name"], item["version"]))
        if kind is None:
            _LOG.warning("failed to load policy %s version %s", item["name"], item["version"])
            continue
        try:
            policies.append(kind(item.get("configuration") or {}))
        except (ValueError, KeyError, TypeError) as error:
            _LOG.warning("failed to load policy %s version %s: %s", item["name"], item["version"], error)
    return Chain(policies)
