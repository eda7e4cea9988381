"""One container: pulled, configured, run as a local process or pretended, probed, started again when it ends."""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from sandbox.node.environment import ConfigError, Environment, arguments
from sandbox.node.events import now
from sandbox.node.images import Program, program_for, pull_refusal
from sandbox.node.mounts import mounted
from sandbox.node.probes import container_ports, is_ready
from sandbox.node.status import ContainerState, terminated, waiting
from sandbox.node.workloads import disk
from sandbox.node.world import Instance, World
from sandbox.ports import free_port
from sandbox.process import Child, Command

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from sandbox.kube.client import Json
    from sandbox.node.mounts import Mounts

_STEADY_SECONDS = 60.0
_MESSAGE_CHARACTERS = 2048
"""How much of a log becomes a message (Kubernetes, "Determine the Reason for Pod Failure")."""


class ContainerRunner:
    """Runs one container of a pod; `changed` is called whenever its state did."""

    def __init__(self, world: World, pod: Json, spec: Json, changed: Callable[[], None]) -> None:
        self.state = ContainerState(spec["name"], spec["image"])
        self._world = world
        self._pod = pod
        self._spec = spec
        self._changed = changed
        self._child: Child | None = None
        self._log: Path | None = None
        self._policy = pod["spec"].get("restartPolicy", "Always")
        self._key = f"{pod['metadata']['namespace']}/{pod['metadata']['name']}/{spec['name']}"
        self._pause = world.pace.back_off_first

    async def run(self) -> None:
        """Run until the container has ended for good."""
        while True:
            variables = await self._prepare()
            started, began = now(), asyncio.get_running_loop().time()
            code = await self._live(variables)
            if asyncio.get_running_loop().time() - began > _STEADY_SECONDS:
                self._pause = self._world.pace.back_off_first
            ended = terminated(code, started, now(), self.state.identity, self._last_words(code))
            if self._policy == "Never" or (self._policy == "OnFailure" and code == 0):
                self._show(ended)
                return
            await self._back_off(ended)

    def _last_words(self, code: int) -> str:
        """The end of the log of a container that failed and whose log is to stand in for its message."""
        if code == 0 or self._log is None or self._spec.get("terminationMessagePolicy") != "FallbackToLogsOnError":
            return ""
        return self._log.read_text(encoding="utf-8", errors="replace")[-_MESSAGE_CHARACTERS:]

    async def stop(self) -> None:
        """End the process, if there is one."""
        if self._child is not None:
            seconds = self._pod["spec"].get("terminationGracePeriodSeconds", 30)
            await self._child.stop(min(float(seconds), self._world.pace.grace))
        self._forget()

    async def _prepare(self) -> dict[str, str]:
        await self._pull()
        environment = Environment(self._pod, self._read)
        while True:
            try:
                await environment.check_volumes()
                return await environment.resolve(self._spec)
            except ConfigError as wrong:
                mount = str(wrong).startswith("MountVolume")
                self._show(waiting("ContainerCreating" if mount else "CreateContainerConfigError", str(wrong)))
                await self._warn("FailedMount" if mount else "Failed", str(wrong) if mount else f"Error: {wrong}")
            await asyncio.sleep(self._world.pace.retry)

    async def _pull(self) -> None:
        reason = "ErrImagePull"
        while refusal := self._pull_refusal():
            message = f'Back-off pulling image "{self.state.image}": ErrImagePull: {refusal}'
            self._show(waiting(reason, refusal if reason == "ErrImagePull" else message))
            await self._warn("Failed", f'Failed to pull image "{self.state.image}": {refusal}')
            await asyncio.sleep(self._world.pace.retry)
            reason = "ImagePullBackOff"

    def _pull_refusal(self) -> str | None:
        told = self._world.faults.standing("node", "image_missing", **self._facts())
        return f"reading manifest in {self.state.image}: manifest unknown" if told else pull_refusal(self.state.image)

    async def _live(self, variables: dict[str, str]) -> int:
        program = program_for(self.state.image, self.state.name)
        if program is not None and not program.own and self._policy != "Always":
            program = None
        self.state.identity = f"cri-o://{uuid.uuid4().hex}"
        if program is None:
            return await self._pretend()
        return await self._process(program, variables)

    async def _pretend(self) -> int:
        """Nothing runs: ready after a while; a pod that is to end ends well, or as a fault says."""
        self._show({"running": {"startedAt": now()}})
        await asyncio.sleep(self._world.pace.start)
        fault = self._world.faults.take("node", frozenset({"exit_code"}), **self._facts())
        if fault is not None:
            return fault.code
        if self._policy != "Always":
            return 0
        while True:
            self._ready(ready=self._world.faults.standing("node", "unready", **self._facts()) is None)
            await asyncio.sleep(self._world.pace.probe_running)

    async def _process(self, program: Program, variables: dict[str, str]) -> int:
        workload, folder = await disk(self._world, self._pod, self.state.name)
        if program.alone:
            place = f"{self._pod['metadata']['namespace']}/{workload}/{self.state.name}"
            leader = self._world.leaders.setdefault(place, self._key)
            if leader != self._key:
                return await self._follow(place, leader)
        numbers = dict.fromkeys((*container_ports(self._spec).values(), *program.ports))
        ports = {number: free_port() for number in numbers}
        control_port = free_port() if program.control else None
        mounts = await mounted(self._pod, self._spec, folder / "root", self._read)
        own = {f"SANDBOX_PORT_{number}": str(port) for number, port in ports.items()} | {"SANDBOX_DIR": str(folder)}
        own["SANDBOX_MOUNTS"] = json.dumps({path: str(place) for path, place in mounts.folders.items()})
        if control_port is not None:
            own["CONTROL_PORT"] = str(control_port)
        command = self._command(program, mounts, variables, own)
        named = replace(command, log=f"{program.part}-{self._pod['metadata']['namespace']}-{workload}")
        self._child = await Child.start(named, self._world.layout)
        self._log = self._child.log
        for number, port in ports.items():
            self._world.addresses.listen(self._pod["status"]["podIP"], number, port)
        self._world.instances[self._key] = Instance(
            program=program,
            child=self._child,
            pod=self._key,
            workload=workload,
            ports=ports,
            control_port=control_port,
        )
        self._show({"running": {"startedAt": now()}})
        return await self._watch(self._child, ports)

    def _command(self, program: Program, mounts: Mounts, variables: dict[str, str], own: dict[str, str]) -> Command:
        """The process; one that runs the container's own command sees its files where they really are."""
        words = arguments(self._spec, variables)
        own |= {"SANDBOX_ARGS": json.dumps(words)}
        if not program.own:
            everything = variables | self._world.environment | own
            return Command(name=self._key, argv=program.argv, environment=everything)
        outside = {name: mounts.outside(value) for name, value in variables.items()}
        everything = outside | to_the_network(self._world.environment) | own
        return Command(name=self._key, argv=own_command(words, mounts), environment=everything)

    async def _follow(self, place: str, leader: str) -> int:
        """Answer through the process of another pod of the workload for as long as that one has it."""
        self._show({"running": {"startedAt": now()}})
        while self._world.leaders.get(place) == leader:
            found = self._world.instances.get(leader)
            for number, port in found.ports.items() if found is not None else ():
                self._world.addresses.listen(self._pod["status"]["podIP"], number, port)
            self._ready(ready=found is not None and await is_ready(self._spec, found.ports))
            await asyncio.sleep(self._world.pace.probe)
        return 0

    async def _watch(self, child: Child, ports: dict[int, int]) -> int:
        ended = asyncio.create_task(child.wait())
        failures, limit = 0, int((self._spec.get("readinessProbe") or {}).get("failureThreshold", 3))
        try:
            while not ended.done():
                told = self._world.faults.standing("node", "unready", **self._facts())
                ready = told is None and await is_ready(self._spec, ports)
                failures = 0 if ready else failures + 1
                if ready or failures >= limit or told:
                    self._ready(ready=ready and not ended.done())
                pause = self._world.pace.probe_running if self.state.ready else self._world.pace.probe
                await asyncio.wait({ended}, timeout=pause)
            return ended.result()
        finally:
            if not ended.done():
                ended.cancel()
            else:
                self._forget()

    async def _back_off(self, ended: Json) -> None:
        self.state.last = ended
        self.state.restarts += 1
        self._show(waiting("CrashLoopBackOff", f"back-off {self._pause:.1f}s restarting failed container"))
        await self._warn("BackOff", f"Back-off restarting failed container {self.state.name} in pod {self._key}")
        await asyncio.sleep(self._pause)
        self._pause = min(self._pause * 2, self._world.pace.back_off_longest)

    def _forget(self) -> None:
        self._child = None
        self._world.instances.pop(self._key, None)
        for place in [place for place, leader in self._world.leaders.items() if leader == self._key]:
            del self._world.leaders[place]

    def _show(self, state: Json) -> None:
        self.state.state = state
        if "running" not in state:
            self.state.ready = False
        self._changed()

    def _ready(self, *, ready: bool) -> None:
        if self.state.ready != ready:
            self.state.ready = ready
            self._changed()

    def _facts(self) -> dict[str, str]:
        metadata = self._pod["metadata"]
        return {"image": self.state.image, "namespace": metadata["namespace"], "pod": metadata["name"]}

    async def _read(self, collection: str, name: str) -> Json | None:
        return await self._world.read(self._pod["metadata"]["namespace"], collection, name)

    async def _warn(self, reason: str, message: str) -> None:
        await self._world.patiently(lambda: self._world.events.warn(self._pod, reason, message))


def own_command(words: Sequence[str], mounts: Mounts) -> tuple[str, ...]:
    """A container's own command with this machine's Python and the places of its volumes."""
    return (sys.executable, *(mounts.outside(word) for word in words[1:]))


def to_the_network(environment: Mapping[str, str]) -> dict[str, str]:
    """What leads a process of a pod to Services and to the outside: the router's proxy, and whom to trust there."""
    found = {"SSL_CERT_FILE": environment.get("SANDBOX_CA_FILE", ""), "NO_PROXY": "127.0.0.1,localhost"}
    found |= dict.fromkeys(
        ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), environment.get("SANDBOX_PROXY", "")
    )
    return {name: value for name, value in found.items() if value}
