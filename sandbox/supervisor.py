"""The process that holds a sandbox together: `python -m sandbox.supervisor`, started by `python -m sandbox start`.

It starts the servers, hosts control API, router and node, starts crashed processes again, and ends everything in order
when it is asked to end.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import json
import logging
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.cluster import Cluster
from sandbox.control import Control
from sandbox.endpoints import Addresses, write_endpoints
from sandbox.errors import SandboxError
from sandbox.faults import Faults
from sandbox.hub.server import HubServer
from sandbox.keeper import Keeper, part
from sandbox.kube.pki import Authority
from sandbox.kube.seeds import Installed
from sandbox.layout import Layout
from sandbox.manifest import load_tools
from sandbox.node.events import Events
from sandbox.node.node import SimulatedNode
from sandbox.node.world import Pace, World
from sandbox.ports import PortBook, is_free, listen
from sandbox.process import Command, Ledger, marked, memory, python_module
from sandbox.request_store import RequestStore
from sandbox.router.admission import Admission
from sandbox.router.door import Door
from sandbox.router.forward import Forwarder
from sandbox.services import Resolver, UnresolvedError
from sandbox.settings import Settings, add_settings, settings_from

if TYPE_CHECKING:
    import socket

_log = logging.getLogger(__name__)
_OPERATORS = "operators"
HUB_HOST = "huggingface.co"
"""The model hub that Jobs ask; its stand-in answers in its place."""


class Progress:
    """Tells `start` what has been reached, and when."""

    def __init__(self, layout: Layout) -> None:
        self._path = layout.progress
        self._path.write_text("", encoding="utf-8")
        self._began = time.monotonic()

    def say(self, what: str, **more: object) -> None:
        """Add a line."""
        line = {"elapsed": round(time.monotonic() - self._began, 1), "what": what} | more
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line) + "\n")
        _log.info("%s", what)


@dataclass
class Supervisor:
    """One run of a sandbox."""

    settings: Settings
    layout: Layout
    progress: Progress
    _tasks: list[asyncio.Task[None]] = field(default_factory=list, init=False)
    _ready: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._tools = load_tools()
        self._book = PortBook(self.layout.ports)
        self._keeper = Keeper(self.layout)
        self._faults = Faults()
        self._store = RequestStore(self.layout.audit)
        self._control = Control(self._keeper, self._faults, self._store, self.status)
        self._cluster = Cluster(self.layout, self._tools, self._keeper, self._book, self.progress.say)
        self._router_ca = Authority(self.layout.pki, "router-ca")

    async def run(self) -> None:
        """Start everything, serve until asked to end, end everything.

        Raises:
            SandboxError: something did not start; what had been started is ended.
        """
        ending = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, ending.set)
        control_socket = self._socket("control", self.settings.control_port)
        router_socket = self._socket("router", 0)
        runner = web.AppRunner(self._control.application(), access_log=None)
        await runner.setup()
        await web.SockSite(runner, control_socket).start()
        try:
            starting = asyncio.create_task(self._start(control_socket, router_socket))
            asked = asyncio.create_task(ending.wait())
            await asyncio.wait({starting, asked}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                await self._until(asked)
            else:
                starting.cancel()
                await asyncio.wait({starting})
        finally:
            await self._stop()
            await runner.cleanup()

    def status(self) -> dict[str, object]:
        """What `GET /status` answers; memory in bytes, of every process of the sandbox."""
        parts = [part("supervisor (node, router, control)", os.getpid(), 0), *self._keeper.shown()]
        instances = self._control.world.instances if self._control.world is not None else {}
        for key, instance in sorted(instances.items()):
            parts.append(part(f"{instance.program.part} ({key})", instance.child.pid, 0))
        total = memory(os.getpid()) + sum(memory(pid) for pid in marked(self.layout.root))
        return {"ready": self._ready, "domain": self.settings.domain, "parts": parts, "memory": total}

    async def _start(self, control_socket: socket.socket, router_socket: socket.socket) -> None:
        addresses = Addresses(
            domain=self.settings.domain,
            control_port=control_socket.getsockname()[1],
            proxy_port=router_socket.getsockname()[1],
        )
        self.progress.say(f"control API on {addresses.control}")
        await self._cluster.start()
        installed = Installed(
            domain=addresses.domain, infrastructure=self.settings.infrastructure, zones=self.settings.zones
        )
        await self._cluster.furnish(installed, self._router_ca.pem)
        write_endpoints(self.layout, addresses, self._tools, self._router_ca.pem)
        await self._inside(addresses, router_socket)
        if self.settings.operators:
            await self._keeper.keep(self._operators(addresses))
            self.progress.say("operators started")
        self._ready = True
        self.progress.say("ready", ready=True)

    async def _inside(self, addresses: Addresses, router_socket: socket.socket) -> None:
        """Start the parts that live in this process: node, resolver, router."""
        client = self._cluster.client
        world = World(
            client=client,
            layout=self.layout,
            faults=self._faults,
            events=Events(client, "sandbox-node"),
            environment=self._surroundings(addresses),
            pace=Pace(start=self.settings.pod_delay),
        )
        resolver = Resolver(client, world.addresses)
        admission = Admission(client, addresses.domain)
        node = SimulatedNode(world)
        self._control.world, self._control.resolver = world, resolver
        for name, work in (
            ("services", resolver.services.run()),
            ("endpoint slices", resolver.slices.run()),
            ("routes", admission.run()),
            ("node", node.run()),
        ):
            self._tasks.append(asyncio.create_task(work, name=name))
        outside = {HUB_HOST: await self._hub()}
        await self._open_door(Forwarder(admission, resolver, self._faults, self._store, outside), router_socket)
        for mirror in (resolver.services, resolver.slices, admission.routes, node.pods):
            await mirror.synced.wait()
        self.progress.say(f"node and router ready, proxy on {addresses.proxy}")

    async def _open_door(self, forwarder: Forwarder, router_socket: socket.socket) -> None:
        domain = self.settings.domain
        names = (f"*.{domain}", domain, *forwarder.outside, *self.settings.hosts)
        pair = self._router_ca.issue("router", f"*.{domain}", hosts=names)

        def is_ours(host: str) -> bool:
            return host.endswith(f".{domain}") or host in names or forwarder.admission.table.knows(host)

        def inside(host: str, port: int) -> int:
            try:
                return forwarder.resolver.resolve(host, port)
            except UnresolvedError:
                return 0

        door = Door.to(forwarder, pair.server_context(), is_ours, inside)
        server = await asyncio.get_running_loop().create_server(door.connection, sock=router_socket)

        async def serve() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                server.close()
                await door.close()
                await forwarder.close()

        self._tasks.append(asyncio.create_task(serve(), name="router"))

    async def _hub(self) -> int:
        """Start the model hub's stand-in; its loopback port."""
        runner = web.AppRunner(HubServer().application(), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()

        async def serve() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                await runner.cleanup()

        self._tasks.append(asyncio.create_task(serve(), name="hub"))
        return int(runner.addresses[0][1])

    def _surroundings(self, addresses: Addresses) -> dict[str, str]:
        """What every process of the sandbox is told."""
        return {
            "SANDBOX_CONTROL_URL": addresses.control,
            "SANDBOX_DOMAIN": addresses.domain,
            "SANDBOX_CA_FILE": str(self.layout.ca),
            "SANDBOX_PROXY": addresses.proxy,
            "SANDBOX_HOSTS": ",".join(self.settings.hosts),
        }

    def _operators(self, addresses: Addresses) -> Command:
        environment = self._surroundings(addresses) | {
            "KUBECONFIG": str(self.layout.pki / "operators.kubeconfig"),
            "SANDBOX_DIR": str(self.layout.data / _OPERATORS),
            "SANDBOX_CRDS": os.pathsep.join(str(folder) for folder in self._cluster.crd_folders()),
        }
        (self.layout.data / _OPERATORS).mkdir(mode=0o700, exist_ok=True)
        return Command(name=_OPERATORS, argv=python_module("sandbox.operators"), environment=environment)

    def _socket(self, name: str, wanted: int) -> socket.socket:
        port = wanted or self._book.port(name)
        if not wanted and not is_free(port):
            port = self._book.renew(name)
        return listen(port, f"The sandbox's {name} is to listen on port {port}.")

    async def _until(self, asked: asyncio.Task[bool]) -> None:
        """Serve until asked to end; a part of this process that fails ends the run with its error."""
        done, _ = await asyncio.wait({asked, *self._tasks}, return_when=asyncio.FIRST_COMPLETED)
        for task in done - {asked}:
            await task

    async def _stop(self) -> None:
        self._ready = False
        self.layout.endpoints.unlink(missing_ok=True)
        await self._keeper.drop(_OPERATORS, 3.0)
        for task in reversed(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._cluster.stop()


def main() -> int:
    """Run a sandbox until it is asked to end; 1 when it did not start."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.supervisor", description="Holds a sandbox together.")
    add_settings(parser)
    settings = settings_from(parser.parse_args())
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    layout = Layout.at(settings.root)
    layout.create()
    os.chdir(layout.root)
    with (layout.root / "lock").open("w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 1  # another supervisor is this folder's; `start` waits for that one
        ledger, progress = Ledger(layout), Progress(layout)
        ledger.write("supervisor", os.getpid())
        try:
            asyncio.run(Supervisor(settings, layout, progress).run())
        except SandboxError as wrong:
            progress.say("failed", error=str(wrong))
            return 1
        except Exception as wrong:
            progress.say("failed", error=f"{wrong!r}; see {layout.logs / 'supervisor.log'}")
            raise
        finally:
            ledger.remove("supervisor")
    return 0


if __name__ == "__main__":
    sys.exit(main())
