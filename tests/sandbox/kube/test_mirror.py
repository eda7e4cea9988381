"""The mirror against an API server that is restarted, forgets revisions and cuts connections."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web

from sandbox.kube.client import KubeClient
from sandbox.kube.mirror import Mirror, key_of
from tests.sandbox.eventually import run, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def _pod(name: str, version: int, uid: str = "") -> dict[str, Any]:
    metadata = {"name": name, "namespace": "ns", "resourceVersion": str(version), "uid": uid or f"uid-{name}"}
    return {"metadata": metadata}


class _ApiServer:
    """Answers lists from `items`; each watch gets the next script of events, then stays open or ends."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.version = 1
        self.scripts: list[list[dict[str, Any] | str]] = []
        self.lists = 0
        self.watched_from: list[str] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if "watch" not in request.query:
            self.lists += 1
            metadata = {"resourceVersion": str(self.version)}
            return web.json_response({"kind": "PodList", "metadata": metadata, "items": self.items})
        self.watched_from.append(request.query["resourceVersion"])
        script = self.scripts.pop(0) if self.scripts else ["stay"]
        if script == ["410"]:
            return web.json_response({"reason": "Expired", "message": "too old", "code": 410}, status=410)
        response = web.StreamResponse()
        await response.prepare(request)
        for step in script:
            if step == "stay":
                await asyncio.Event().wait()
            elif step == "cut":
                assert request.transport is not None
                request.transport.abort()
            else:
                await response.write(json.dumps(step).encode() + b"\n")
        return response


@asynccontextmanager
async def _following(server: _ApiServer) -> AsyncIterator[tuple[Mirror, list[str]]]:
    application = web.Application()
    application.router.add_get("/api/v1/pods", server.answer)
    runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    client = KubeClient.__new__(KubeClient)
    client._server = f"http://{host}:{port}"
    client._session = aiohttp.ClientSession()
    changed: list[str] = []
    mirror = Mirror(client, "/api/v1/pods", changed.append)
    task = asyncio.create_task(mirror.run())
    try:
        yield mirror, changed
    finally:
        task.cancel()
        await asyncio.wait({task})
        await client.close()
        await runner.cleanup()


def test_a_list_and_its_changes_are_followed() -> None:
    async def scenario() -> None:
        server = _ApiServer()
        server.items = [_pod("a", 1)]
        server.scripts = [
            [
                {"type": "ADDED", "object": _pod("b", 2)},
                {"type": "MODIFIED", "object": _pod("a", 3)},
                {"type": "DELETED", "object": _pod("b", 4)},
                "stay",
            ]
        ]
        async with _following(server) as (mirror, changed):
            await until(lambda: len(changed) == 4)
            assert changed == ["ns/a", "ns/b", "ns/a", "ns/b"]
            assert list(mirror.objects) == ["ns/a"]
            assert mirror.objects["ns/a"]["metadata"]["resourceVersion"] == "3"

    run(scenario)


def test_a_watch_that_ends_is_taken_up_where_it_stopped() -> None:
    async def scenario() -> None:
        server = _ApiServer()
        server.scripts = [
            [{"type": "ADDED", "object": _pod("a", 7)}, {"type": "BOOKMARK", "object": _pod("", 9)}],
            ["stay"],
        ]
        async with _following(server) as (mirror, _):
            await until(lambda: len(server.watched_from) == 2)
            assert server.watched_from == ["1", "9"]
            assert server.lists == 1
            assert "ns/a" in mirror.objects

    run(scenario)


def test_a_forgotten_revision_reads_the_list_anew() -> None:
    async def scenario() -> None:
        for refusal in (["410"], [{"type": "ERROR", "object": {"code": 410, "reason": "Expired"}}]):
            server = _ApiServer()
            server.scripts = [list(refusal), ["stay"]]
            async with _following(server):
                await until(lambda s=server: len(s.watched_from) == 2)  # type: ignore[misc]  # binds the loop's value
                assert server.lists == 2

    run(scenario)


def test_what_vanished_during_an_outage_is_reported() -> None:
    async def scenario() -> None:
        server = _ApiServer()
        server.items = [_pod("a", 1), _pod("b", 1)]
        server.scripts = [["cut"], ["stay"]]
        async with _following(server) as (mirror, changed):
            await until(lambda: len(changed) == 2)
            server.items, server.version = [_pod("b", 1), _pod("c", 8)], 9
            await until(lambda: len(changed) == 4)
            assert sorted(changed[2:]) == ["ns/a", "ns/c"]
            assert sorted(mirror.objects) == ["ns/b", "ns/c"]

    run(scenario)


def test_an_object_made_anew_during_an_outage_is_reported() -> None:
    async def scenario() -> None:
        server = _ApiServer()
        server.items = [_pod("a", 5, uid="old")]
        server.scripts = [["cut"], ["stay"]]
        async with _following(server) as (mirror, changed):
            await until(lambda: len(changed) == 1)
            server.items = [_pod("a", 5, uid="new")]
            await until(lambda: len(changed) == 2)
            assert mirror.objects["ns/a"]["metadata"]["uid"] == "new"

    run(scenario)


def test_keys_of_namespaced_and_cluster_objects_differ() -> None:
    assert key_of({"metadata": {"name": "n", "namespace": "s"}}) == "s/n"
    assert key_of({"metadata": {"name": "n"}}) == "n"
