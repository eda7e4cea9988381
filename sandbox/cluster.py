"""Brings up the control plane and everything of the cluster that lives in the supervisor's own process."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.errors import SandboxError
from sandbox.kube import control_plane
from sandbox.kube.client import KubeClient
from sandbox.kube.crds import PRELOADED_GROUPS, find_crds, load_crds
from sandbox.kube.seeds import plant
from sandbox.layout import PROJECT
from sandbox.ownership import clean_command
from sandbox.process import tail

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox.keeper import Keeper
    from sandbox.kube.control_plane import Identities
    from sandbox.kube.seeds import Installed
    from sandbox.layout import Layout
    from sandbox.manifest import Tools
    from sandbox.ports import PortBook

OWN_CRDS = PROJECT / "sandbox" / "crds"
_SERVERS = ("etcd", "kube-apiserver", "kube-controller-manager")
_READY_SECONDS = 90.0
_POLL_SECONDS = 0.1
_ATTEMPTS = 3
_GRACE = {"etcd": 5.0, "kube-apiserver": 2.0, "kube-controller-manager": 1.0}


@dataclass
class Cluster:
    """etcd, kube-apiserver and kube-controller-manager; `say` is told about progress."""

    layout: Layout
    tools: Tools
    keeper: Keeper
    book: PortBook
    say: Callable[[str], None]
    _client: KubeClient | None = field(default=None, init=False)

    @property
    def client(self) -> KubeClient:
        """The client of the sandbox's own parts; there once `start` is done."""
        if self._client is None:
            raise RuntimeError("the cluster has not been started")
        return self._client

    def crd_folders(self) -> list[Path]:
        """Where custom resource definitions are found, the authentic ones first."""
        return [folder for folder in (self.tools.crds, OWN_CRDS) if folder is not None and folder.is_dir()]

    async def start(self) -> None:
        """Start the servers; other ports are tried when one was taken in the meantime.

        Raises:
            SandboxError: a server ends or is not ready in time.
        """
        who = control_plane.identities(self.layout)
        for attempt in range(_ATTEMPTS):
            ports = self._ports(renew=attempt > 0)
            control_plane.write_kubeconfigs(self.layout, who, ports.api)
            self._client = KubeClient(f"https://127.0.0.1:{ports.api}", who.authority.pem, who.node)
            if await self._started(ports, who, last=attempt == _ATTEMPTS - 1):
                return
            await self.stop()

    async def furnish(self, installed: Installed, router_ca: str) -> None:
        """Create what a cluster has from the beginning."""
        definitions = find_crds(self.crd_folders(), PRELOADED_GROUPS)
        created = await load_crds(self.client, definitions)
        self.say(f"custom resource definitions served: {len(definitions)}, new: {len(created)}")
        await plant(self.client, installed, router_ca)
        self.say("cluster objects in place")

    async def stop(self) -> None:
        """End the servers, the database last."""
        if self._client is not None:
            await self._client.close()
        for name in reversed(_SERVERS):
            await self.keeper.drop(name, _GRACE[name])

    def _ports(self, *, renew: bool) -> control_plane.Ports:
        take = self.book.renew if renew else self.book.port
        return control_plane.Ports(etcd=take("etcd"), etcd_peer=take("etcd-peer"), api=take("kube-apiserver"))

    async def _started(self, ports: control_plane.Ports, who: Identities, *, last: bool) -> bool:
        commands = (
            control_plane.etcd(self.tools, self.layout, ports),
            control_plane.api_server(self.tools, self.layout, ports, who),
            control_plane.controller_manager(self.tools, self.layout, who),
        )
        kept = [await self.keeper.keep(command) for command in commands]
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _READY_SECONDS
        while not await self.client.ready():
            # The controller manager gives up while the API server starts on a slow machine; its keeper tries again.
            ended = next((server for server in kept[:2] if server.exits), None)
            if (ended is not None and last) or loop.time() > deadline:
                name = ended.command.name if ended is not None else "kube-apiserver"
                raise self._not_ready(name, ended=ended is not None)
            if ended is not None:
                self.say(f"{ended.command.name} ended at once; trying other ports")
                return False
            await asyncio.sleep(_POLL_SECONDS)
        self.say("Kubernetes API ready")
        return True

    def _not_ready(self, name: str, *, ended: bool) -> SandboxError:
        log = self.layout.logs / f"{name}.log"
        found = "it ended right after its start" if ended else f"not ready after {_READY_SECONDS:.0f} s"
        return SandboxError(
            asked=f"The sandbox started {name} and waited until the API server says /readyz.",
            value=f"{found}; the end of {log}:\n{tail(log)}",
            allowed="a server that becomes ready",
            action=f"read {log}; `{clean_command(self.layout)}` and a new start throw the cluster's state away",
        )
