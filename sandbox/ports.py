"""Loopback ports: free ones, the same as last time where possible."""

from __future__ import annotations

import json
import random
import socket
from pathlib import Path

from sandbox.errors import SandboxError, port_taken
from sandbox.layout import read_json, write_private

_RANGE_FILE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST = 20_000
_ATTEMPTS = 500


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(taken: frozenset[int] = frozenset()) -> int:
    """A free loopback port that no outgoing connection of the machine can take before the server listens.

    The kernel hands ports of its ephemeral range to any connection; the ports below it are ours to choose.
    """
    highest = int(_RANGE_FILE.read_text(encoding="ascii").split()[0]) if _RANGE_FILE.exists() else 32_768
    if highest - _LOWEST < _ATTEMPTS:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])
    generator = random.SystemRandom()
    for _ in range(_ATTEMPTS):
        port = generator.randrange(_LOWEST, highest)
        if port not in taken and is_free(port):
            return port
    raise SandboxError(
        asked="The sandbox looks for a free loopback port.",
        value=f"{_ATTEMPTS} ports tried between {_LOWEST} and {highest}, all taken",
        allowed="a port nobody listens on",
        action="stop some servers on this machine and start again",
    )


def listen(port: int, asked: str) -> socket.socket:
    """A socket listening on this loopback port (0 = any).

    Raises:
        SandboxError: the port is taken.
    """
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server.bind(("127.0.0.1", port))
    except OSError:
        server.close()
        raise port_taken(asked, port) from None
    server.listen(256)
    server.setblocking(False)
    return server


class PortBook:
    """Names and their ports in this run; kept in a file, so that a second start finds the same addresses."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._before = {name: port for name, port in read_json(path).items() if isinstance(port, int)}
        self._now: dict[str, int] = {}

    def port(self, name: str) -> int:
        """The port of this name: the one of the last run when free, otherwise a new one."""
        if name not in self._now:
            before = self._before.get(name)
            taken = frozenset(self._now.values())
            reusable = before is not None and before not in taken and is_free(before)
            self._now[name] = before if before is not None and reusable else free_port(taken)
            write_private(self._path, json.dumps(self._now, indent=1))
        return self._now[name]

    def renew(self, name: str) -> int:
        """Another port for this name, after a server could not listen on the first."""
        self._before.pop(name, None)
        self._now.pop(name, None)
        return self.port(name)
