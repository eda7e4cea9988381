"""The router on a real port, with real TLS, in front of a real server; only the cluster is missing."""

from __future__ import annotations

import asyncio
import io
import ssl
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web

from sandbox.faults import Faults
from sandbox.kube.client import KubeClient
from sandbox.kube.pki import Authority
from sandbox.node.addresses import Addresses
from sandbox.request_store import RequestStore
from sandbox.router.admission import Admission
from sandbox.router.door import Door, is_loopback, split_target
from sandbox.router.forward import Forwarder
from sandbox.router.routes import RouteTable
from sandbox.services import Resolver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

_HOST = "m.apps.maas.test"
_SECONDS = 20.0
_OUTSIDE = "huggingface.co"


@dataclass
class _World:
    """A router in front of one application."""

    proxy: str
    backend: int
    faults: Faults
    store: RequestStore
    session: aiohttp.ClientSession
    released: asyncio.Event = field(default_factory=asyncio.Event)
    calls: list[str] = field(default_factory=list)

    def get(self, path: str, **options: Any) -> Any:  # noqa: ANN401 - aiohttp's own options and context
        """A request through the proxy, over TLS unless the URL says otherwise."""
        url = path if path.startswith("http") else f"https://{_HOST}{path}"
        return self.session.request(options.pop("method", "GET"), url, proxy=self.proxy, **options)


async def _cut(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "100"})
    await response.prepare(request)
    await response.write(b"half")
    assert request.transport is not None
    request.transport.abort()
    return response


def _application(calls: list[str], released: asyncio.Event) -> web.Application:
    async def echo(request: web.Request) -> web.Response:
        calls.append(request.path)
        headers = [*request.headers.items()]
        body = (await request.read()).decode()
        answer = web.json_response({"headers": headers, "body": body, "raw": request.raw_path, "host": request.host})
        answer.headers.add("Set-Cookie", "a=1")
        answer.headers.add("Set-Cookie", "b=2")
        return answer

    async def events(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"data: first\n\n")
        await released.wait()
        await response.write(b"data: second\n\n")
        return response

    async def silent(_request: web.Request) -> web.Response:
        await released.wait()
        return web.Response()

    application = web.Application(client_max_size=2**26)
    application.router.add_get("/events", events)
    application.router.add_get("/cut", _cut)
    application.router.add_get("/silent", silent)
    application.router.add_route("*", "/{path:.*}", echo)
    return application


def _route(name: str, host: str, service: str, **tls: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "ns", "uid": name, "creationTimestamp": "2026-01-01T00:00:00Z"}
    annotations = {"haproxy.router.openshift.io/timeout": "300ms"}
    spec = {"host": host, "to": {"kind": "Service", "name": service}} | ({"tls": tls} if tls else {})
    return {"metadata": metadata | {"annotations": annotations}, "spec": spec}


def _admission() -> Admission:
    admission = Admission(KubeClient.__new__(KubeClient), "apps.maas.test")
    admission.table = RouteTable(
        [
            _route("m", _HOST, "m", termination="edge", insecureEdgeTerminationPolicy="Redirect"),
            _route("allow", "allow.apps.maas.test", "m", termination="edge", insecureEdgeTerminationPolicy="Allow"),
            _route("strict", "strict.apps.maas.test", "m", termination="edge"),
            _route("plain", "plain.apps.maas.test", "m"),
            _route("none", "none.apps.maas.test", "gone", termination="edge"),
            _route("pretended", "pretended.apps.maas.test", "pretended", termination="edge"),
        ]
    )
    return admission


def _resolver(port: int) -> Resolver:
    addresses = Addresses()
    addresses.listen("10.128.0.2", 8080, port)
    resolver = Resolver(KubeClient.__new__(KubeClient), addresses)
    for name, address in (("m", "10.128.0.2"), ("pretended", "10.128.0.3")):
        metadata = {"name": name, "namespace": "ns", "labels": {"kubernetes.io/service-name": name}}
        resolver.services.objects[f"ns/{name}"] = {"metadata": metadata, "spec": {"ports": []}}
        resolver.slices.objects[f"ns/{name}"] = {
            "metadata": metadata,
            "ports": [{"name": "http", "port": 8080}],
            "endpoints": [{"addresses": [address], "conditions": {"ready": True}}],
        }
    return resolver


@asynccontextmanager
async def _routed(folder: Path) -> AsyncIterator[_World]:
    calls: list[str] = []
    released = asyncio.Event()
    runner = web.AppRunner(_application(calls, released), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    backend = runner.addresses[0][1]
    faults, store = Faults(), RequestStore(folder / "audit")
    forwarder = Forwarder(_admission(), _resolver(backend), faults, store, {_OUTSIDE: backend})
    authority = Authority(folder, "router-ca")
    context = authority.issue("router", "r", hosts=("*.apps.maas.test", _OUTSIDE)).server_context()
    door = Door.to(
        forwarder,
        context,
        lambda host: host.endswith(".apps.maas.test") or host == _OUTSIDE,
        lambda host, port: backend if (host, port) == ("store.ns.svc", 9000) else 0,
    )
    server = await asyncio.get_running_loop().create_server(door.connection, "127.0.0.1", 0)
    client_context = ssl.create_default_context(cadata=authority.pem)
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=client_context))
    try:
        proxy = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield _World(proxy, backend, faults, store, session, released, calls)
    finally:
        released.set()
        await session.close()
        server.close()
        await door.close()
        await forwarder.close()
        await runner.cleanup()


def _run(folder: Path, scenario: Callable[[_World], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with _routed(folder) as world:
            await asyncio.wait_for(scenario(world), _SECONDS)
        # TLS connections end in the loop's next rounds.
        await asyncio.sleep(0)

    asyncio.run(bounded())


def test_a_request_arrives_with_its_host_path_and_origin(tmp_path: Path) -> None:
    async def scenario(world: _World) -> None:
        async with world.get("/v1/a%2Fb?x=%20y", method="POST", data=b"body") as answer:
            found = await answer.json()
            headers = dict(found["headers"])
            assert answer.status == 200
            assert found["raw"] == "/v1/a%2Fb?x=%20y"
            assert found["body"] == "body"
            assert found["host"] == _HOST
            assert headers["X-Forwarded-Proto"] == "https"
            assert headers["X-Forwarded-Host"] == _HOST
            assert headers["X-Forwarded-Port"] == "443"
            assert headers["X-Forwarded-For"] == "127.0.0.1"
            assert answer.headers.getall("Set-Cookie") == ["a=1", "b=2"]

    _run(tmp_path, scenario)


def test_a_large_body_passes_both_ways(tmp_path: Path) -> None:
    async def scenario(world: _World) -> None:
        body = b"x" * 3_000_000
        async with world.get("/upload", method="PUT", data=io.BytesIO(body), expect100=True) as answer:
            assert (await answer.json())["body"] == body.decode()

    _run(tmp_path, scenario)


def test_events_are_handed_on_as_they_come(tmp_path: Path) -> None:
    async def scenario(world: _World) -> None:
        async with world.get("/events") as answer:
            assert await answer.content.readuntil(b"\n\n") == b"data: first\n\n"
            world.released.set()
            assert await answer.content.read() == b"data: second\n\n"

    _run(tmp_path, scenario)


def test_plain_http_is_redirected_allowed_or_refused_as_the_route_says(tmp_path: Path) -> None:
    async def scenario(world: _World) -> None:
        for url, status in (
            (f"http://{_HOST}/a?b=c", 302),
            ("http://allow.apps.maas.test/", 200),
            ("http://plain.apps.maas.test/", 200),
            ("http://strict.apps.maas.test/", 503),
            ("https://plain.apps.maas.test/", 503),
        ):
            async with world.get(url, allow_redirects=False) as answer:
                assert answer.status == status, url
                if status == 302:
                    assert answer.headers["Location"] == f"https://{_HOST}/a?b=c"

    _run(tmp_path, scenario)


@pytest.mark.parametrize("host", ["unknown", "none", "pretended"])
def test_nothing_behind_a_host_is_the_routers_503(tmp_path: Path, host: str) -> None:
    async def scenario(world: _World) -> None:
        async with world.get(f"https://{host}.apps.maas.test/") as answer:
            assert answer.status == 503
            assert "Application is not available" in await answer.text()

    _run(tmp_path, scenario)


def test_a_silent_server_is_a_504_after_the_routes_own_time(tmp_path: Path) -> None:
    async def scenario(world: _World) -> None:
        async with world.get("/silent") as answer:
            assert answer.status == 504

    _run(tmp_path, scenario)


def test_a_broken_answer_breaks_the_clients_connection(tmp_path: Path) -> None:
    async def scenario(world: _World) -> None:
        with pytest.raises(aiohttp.ClientError):
            async with world.get("/cut") as answer:
                await answer.read()

    _run(tmp_path, scenario)


def test_nothing_leads_out_of_the_machine(tmp_path: Path) -> None:
    async def scenario(world: _World) -> None:
        for target in ("https://example.com/", "https://10.0.0.1/", "https://m.apps.maas.test.example.com/"):
            with pytest.raises(aiohttp.ClientHttpProxyError) as refusal:
                await world.get(target)
            assert refusal.value.status == 403

    _run(tmp_path, scenario)


def test_a_tunnel_to_loopback_is_passed_through(tmp_path: Path) -> None:
    async def scenario(world: _World) -> None:
        host, _, port = world.proxy.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"CONNECT localhost:{world.backend} HTTP/1.1\r\n\r\n".encode())
        assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
        writer.write(b"GET /tunnel HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b'"raw": "/tunnel"' in await reader.read()
        writer.close()
        await writer.wait_closed()

    _run(tmp_path, scenario)


def test_faults_answer_delay_or_lose(tmp_path: Path) -> None:
    async def scenario(world: _World) -> None:
        world.faults.order({"part": "router", "kind": "status", "status": 500, "path": "/x", "host": _HOST})
        async with world.get("/x") as answer:
            assert answer.status == 500
        async with world.get("/x") as answer:
            assert answer.status == 200
        world.calls.clear()
        for kind, reached in (("reset_before", []), ("reset_after", ["/y"])):
            world.calls.clear()
            world.faults.order({"part": "router", "kind": kind, "path": "/y"})
            with pytest.raises(aiohttp.ClientError):
                await world.get("/y", method="POST")
            assert world.calls == reached, kind

    _run(tmp_path, scenario)


def test_every_request_is_in_the_log_without_its_query(tmp_path: Path) -> None:
    async def scenario(world: _World) -> None:
        async with world.get("/v1/models?user_key=canary") as answer:
            await answer.read()
        (entry,) = world.store.shown("router")
        assert (entry["method"], entry["path"], entry["status"], entry["host"]) == ("GET", "/v1/models", 200, _HOST)

    _run(tmp_path, scenario)


def test_targets_and_loopback_names_are_read() -> None:
    assert split_target("h.x:443") == ("h.x", 443)
    assert split_target("[::1]:8443") == ("::1", 8443)
    assert split_target("nonsense")[1] == 0
    assert is_loopback("127.0.0.9")
    assert is_loopback("::1")
    assert is_loopback("localhost")
    assert not is_loopback("127.0.0.1.example.com")


def test_a_host_of_the_world_outside_is_answered_by_its_stand_in_over_tls(tmp_path: Path) -> None:
    async def scenario(world: _World) -> None:
        async with world.get(f"https://{_OUTSIDE}/api/models/a/b") as answer:
            seen = await answer.json()
            assert (seen["raw"], seen["host"]) == ("/api/models/a/b", _OUTSIDE)
            assert ["X-Forwarded-Proto", "https"] in seen["headers"]

    _run(tmp_path, scenario)


@pytest.mark.parametrize(("target", "status"), [("store.ns.svc:9000", 200), ("store.ns.svc:9001", 403)])
def test_a_service_is_reached_on_the_ports_it_has_and_on_no_other(tmp_path: Path, target: str, status: int) -> None:
    async def scenario(world: _World) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(world.proxy.rpartition(":")[2]))
        writer.write(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        line = await reader.readline()
        assert int(line.split()[1]) == status
        if status == 200:
            await reader.readuntil(b"\r\n")
            writer.write(b"GET /inside HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert b"/inside" in await reader.read()
        writer.close()
        await writer.wait_closed()

    _run(tmp_path, scenario)
