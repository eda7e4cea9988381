"""A LuaJIT with the model of `ngx` in it, and the policies loaded from their folders."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lupa.luajit21 import LuaError, LuaRuntime  # type: ignore[import-untyped]  # it ships no types

from sandbox.apicast.exchange import Exchange, HttpAnswer, HttpCall, Request, as_json, spill, text
from sandbox.apicast.host import LOG_LEVELS, Host, LogLine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_HERE = Path(__file__).parent
_FOLDERS = (_HERE / "lua", _HERE / "lupa_lua")
LUA_ERROR: type[Exception] = LuaError
"""What `Runtime.lua` and the functions of `Runtime.module` raise."""
BODY_BUFFER = 16 * 1024
"""Bytes of nginx's `client_body_buffer_size` on 64 bit, which APIcast leaves as it is."""


class Flavour(Enum):
    """Whose decoder and LuaJIT the policy meets."""

    OPENRESTY = "openresty"
    """OpenResty's, array metatables off: as APIcast runs."""
    ARRAYS = "arrays"
    """OpenResty's with array metatables on: `[]` stays an array."""
    STOCK = "stock"
    """lua-cjson without array metatables and LuaJIT without the functions of Lua 5.2: as Debian's nginx runs."""


class PolicyLoadError(Exception):
    """A policy's folder or its configuration cannot be used."""


@dataclass(frozen=True)
class Policy:
    """A policy of a chain, configured."""

    folder: Path
    lua: Any


def unanswered(call: HttpCall) -> HttpAnswer:
    """What policies get when a test has no answers: nobody listens."""
    return HttpAnswer(error=f"connection refused: {call.url}")


class Runtime:
    """One LuaJIT. Counters, caches and the log are its own; it is for one thread."""

    def __init__(  # noqa: PLR0913 - what one gateway differs in from another, all optional
        self,
        *,
        flavour: Flavour = Flavour.OPENRESTY,
        clock: Callable[[], float] = time.time,
        http: Callable[[HttpCall], HttpAnswer] = unanswered,
        environment: Mapping[str, str] | None = None,
        log_level: str = "info",
        body_buffer: int = BODY_BUFFER,
    ) -> None:
        self.http = http
        self.body_buffer = body_buffer
        self._host = Host(clock, os.environ if environment is None else environment)
        # Bytes in, bytes out: what a stream carries is not always text.
        self._lua = LuaRuntime(encoding=None, unpack_returned_tuples=True, register_eval=False, register_builtins=False)
        functions: dict[bytes, object] = {**self._host.functions(), b"threshold": LOG_LEVELS[log_level]}
        path = ";".join(f"{folder}/?.lua" for folder in _FOLDERS)
        start = (_FOLDERS[1] / "model" / "start.lua").read_bytes()
        self.driver = self._lua.execute(start, self._lua.table_from(functions), flavour.value.encode(), path.encode())

    @property
    def log(self) -> list[LogLine]:
        """What was logged, oldest first."""
        return self._host.lines

    def policy(self, folder: Path, configuration: object = None) -> Policy:
        """The policy of a folder (`init.lua` and its modules) with its configuration.

        Raises:
            PolicyLoadError: the folder has no usable policy, or its `new` refuses the configuration.
        """
        settings = configuration if isinstance(configuration, bytes) else as_json(configuration or {})
        try:
            loaded = self.driver.policy(str(folder).encode(), settings)
        except LuaError as error:
            raise PolicyLoadError(
                f"A policy was to be loaded from {folder}. It failed: {_sentence(error)}. It has to have an init.lua"
                " that returns a table with `new`. Correct the folder or the configuration."
            ) from error
        return Policy(folder, loaded)

    def exchange(
        self,
        request: Request,
        policies: list[Policy],
        *,
        service: Mapping[str, object] | None = None,
        credentials: Mapping[str, str] | None = None,
        usage: Mapping[str, int] | None = None,
    ) -> Exchange:
        """A request for the policies, with the context APIcast's own policy would have made."""
        exchange = Exchange(self, request, policies, self.table(service or SERVICE))
        if credentials is not None:
            exchange.set_credentials(credentials)
        if usage is not None:
            exchange.merge_usage(usage)
        return exchange

    def template(self, value: str, kind: str = "plain") -> Any:  # noqa: ANN401  # a template in Lua
        """A text for `Exchange.rendered`, `plain` or `liquid`. An unreadable one is logged and renders empty."""
        return self.driver.template(value.encode(), kind.encode())

    def table(self, value: object) -> Any:  # noqa: ANN401  # a table in Lua
        """A value as a table in Lua, for what many requests share, such as the service."""
        return self.driver.decoded(as_json(value))

    def module(self, name: str) -> Any:  # noqa: ANN401  # a module in Lua
        """A module of the gateway, to be called with bytes."""
        return self._lua.eval(b"require")(name.encode())

    def lua(self, source: str, *arguments: object) -> Any:  # noqa: ANN401  # what the source returns
        """Run a piece of Lua; `...` has the arguments, strings as bytes."""
        return self._lua.execute(source.encode(), *arguments)

    def metrics(self) -> str:
        """All counters in Prometheus' text format."""
        return text(self.module("apicast.prometheus").text())

    def spilled(self, request: Request) -> Any:  # noqa: ANN401  # a temporary file or None
        """A file with the request's body, if nginx would keep it in one.

        nginx, ngx_http_read_client_request_body: a body of known length stays in memory up to 1.25 times the buffer,
        a chunked one up to the buffer.
        """
        chunked = any(name.lower() == "transfer-encoding" for name, _ in request.fields())
        most = self.body_buffer if chunked else self.body_buffer + (self.body_buffer >> 2)
        return spill(request.body) if len(request.body) > most else None


SERVICE: Mapping[str, object] = {
    "id": "7",
    "system_name": "tiny",
    "backend_version": "1",
    "backend_authentication": {"type": "service_token", "value": "token"},
    "backend": {"endpoint": "http://backend.test"},
    "serializable": {"id": 7, "system_name": "tiny"},
}
"""A product as its context has it, for tests that name none."""


def _sentence(error: LuaError) -> str:
    return str(error).splitlines()[0] if str(error) else "it raised something that is not a text"
