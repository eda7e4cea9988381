"""The control API: one loopback port to ask the sandbox about itself and to order faults.

| request | answer |
| --- | --- |
| `GET /status` | readiness, parts with pid, state and memory |
| `GET /requests[?part=…]`, `POST /requests`, `DELETE /requests` | the request log |
| `GET /resolve?host=…&port=…` | the loopback port behind a Service |
| `GET /faults`, `POST /faults`, `DELETE /faults` | standing faults |
| `/threescale/…` | the control port of the running 3scale emulator |
| `/model/<namespace>/<pod or workload>/…` | the control port of a running model: `_ledger` |
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web

from sandbox.errors import SandboxError
from sandbox.faults import PROCESS_KINDS, pause_seconds
from sandbox.keeper import kill, pause
from sandbox.services import UnresolvedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sandbox.faults import Faults
    from sandbox.keeper import Keeper
    from sandbox.node.world import Instance, World
    from sandbox.request_store import RequestStore
    from sandbox.services import Resolver

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_BATCH_LIMIT = 64 * 1024 * 1024
_EMULATOR = "threescale"
_MODEL = "model"


@dataclass
class Control:
    """The handlers; `world` and `resolver` are there once the cluster is."""

    keeper: Keeper
    faults: Faults
    store: RequestStore
    status: Callable[[], dict[str, object]]
    world: World | None = None
    resolver: Resolver | None = None
    _pauses: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    def application(self) -> web.Application:
        """The aiohttp application."""
        application = web.Application(middlewares=[_explained], client_max_size=_BATCH_LIMIT)
        application.add_routes(
            [
                web.get("/status", self._status),
                web.get("/requests", self._requests),
                web.post("/requests", self._add_requests),
                web.delete("/requests", self._clear_requests),
                web.get("/resolve", self._resolve),
                web.get("/faults", self._faults),
                web.post("/faults", self._order),
                web.delete("/faults", self._clear_faults),
                web.route("*", f"/{_EMULATOR}/{{path:.*}}", self._to_emulator),
                web.route("*", f"/{_MODEL}/{{namespace}}/{{name}}/{{path:.*}}", self._to_model),
            ]
        )
        return application

    async def _status(self, _request: web.Request) -> web.Response:
        return web.json_response(self.status())

    async def _requests(self, request: web.Request) -> web.Response:
        return web.json_response(self.store.shown(request.query.get("part", "")))

    async def _add_requests(self, request: web.Request) -> web.Response:
        self.store.add(await request.json())
        return web.Response(status=204)

    async def _clear_requests(self, _request: web.Request) -> web.Response:
        self.store.clear()
        return web.Response(status=204)

    async def _resolve(self, request: web.Request) -> web.Response:
        host, port = request.query.get("host", ""), request.query.get("port", "")
        if not host or not port.isdigit():
            raise ValueError(f"/resolve needs host and port, got host={host!r} port={port!r}")
        if self.resolver is None:
            return _error(503, "the cluster is still starting")
        try:
            return web.json_response({"address": "127.0.0.1", "port": self.resolver.resolve(host, int(port))})
        except UnresolvedError as why:
            return _error(404, str(why))

    async def _faults(self, _request: web.Request) -> web.Response:
        return web.json_response(self.faults.shown())

    async def _order(self, request: web.Request) -> web.Response:
        wish = await request.json()
        if not isinstance(wish, dict):
            raise TypeError("a fault is a JSON object")
        part, kind = str(wish.get("part", "")), str(wish.get("kind", ""))
        if kind in PROCESS_KINDS:
            return web.json_response(self._hit(part, kind, pause_seconds(wish)))
        if part == _EMULATOR:
            body = json.dumps({key: value for key, value in wish.items() if key != "part"}).encode()
            return await self._ask_emulator("POST", "faults", body)
        return web.json_response(self.faults.order(wish).shown(), status=201)

    async def _clear_faults(self, _request: web.Request) -> web.Response:
        self.faults.clear()
        if self._emulator() is not None:
            await self._ask_emulator("DELETE", "faults", b"")
        return web.Response(status=204)

    async def _to_emulator(self, request: web.Request) -> web.Response:
        path = request.match_info["path"] + (f"?{request.query_string}" if request.query_string else "")
        return await self._ask_emulator(request.method, path, await request.read())

    async def _to_model(self, request: web.Request) -> web.Response:
        """Pass on to the one model process that is meant: a ledger belongs to a process, not to a workload."""
        namespace, name = request.match_info["namespace"], request.match_info["name"]
        found = self.world.instances_of(_MODEL, namespace, name) if self.world is not None else []
        if not found:
            return _error(404, f"no model runs in {namespace} in a pod or for a workload named {name}")
        if len(found) > 1:
            pods = ", ".join(sorted(instance.pod.split("/")[1] for instance in found))
            return _error(409, f"{namespace}/{name} has {len(found)} pods with a ledger each; name one of {pods}")
        path = request.match_info["path"]
        return await self._ask(found[0], request.method, path, await request.read())

    def _hit(self, part: str, kind: str, seconds: float) -> dict[str, object]:
        pid = self._pid(part)
        if kind == "kill":
            kill(pid)
        else:
            task = asyncio.create_task(pause(pid, seconds))
            self._pauses.add(task)
            task.add_done_callback(self._pauses.discard)
        return {"part": part, "kind": kind, "pid": pid}

    def _pid(self, part: str) -> int:
        found = self.keeper.pid(part)
        instances = self.world.instances if self.world is not None else {}
        for key, instance in instances.items():
            if part in {key, instance.program.part}:
                found = instance.child.pid
        if found is None:
            names = [*self.keeper.names(), *(instance.program.part for instance in instances.values()), *instances]
            raise SandboxError(
                asked="A process of the sandbox was to be hit by a fault.",
                value=f"part {part!r}, which has no running process",
                allowed=", ".join(names) or "nothing runs yet",
                action="name one of these; `python -m sandbox status` lists them",
            )
        return found

    def _emulator(self) -> Instance | None:
        return self.world.instance_of(_EMULATOR) if self.world is not None else None

    async def _ask_emulator(self, method: str, path: str, body: bytes) -> web.Response:
        emulator = self._emulator()
        if emulator is None:
            return _error(503, "the 3scale emulator does not run: no APIManager has started its system-app pod yet")
        return await self._ask(emulator, method, path, body)

    async def _ask(self, instance: Instance, method: str, path: str, body: bytes) -> web.Response:
        """The answer of a process's control port."""
        url = f"http://127.0.0.1:{instance.control_port}/{path}"
        headers = {"Content-Type": "application/json"} if body else {}
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.request(method, url, data=body, headers=headers) as answer,
            ):
                content_type = answer.content_type
                return web.Response(status=answer.status, body=await answer.read(), content_type=content_type)
        except aiohttp.ClientError as lost:
            return _error(503, f"{instance.program.part} ({instance.pod}) does not answer: {lost!r}")


@web.middleware
async def _explained(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a mistake of the caller with 400 and its explanation."""
    try:
        return await handler(request)
    except (SandboxError, ValueError, TypeError) as wrong:
        return _error(400, str(wrong))


def _error(status: int, reason: str) -> web.Response:
    body: dict[str, Any] = {"error": reason}
    return web.json_response(body, status=status)
