"""Addresses of pods: names inside the sandbox that stand for loopback ports."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

# OpenShift's default pod network; nothing on the machine has an address in it.
POD_NETWORK = ipaddress.ip_network("10.128.0.0/14")


@dataclass
class Addresses:
    """Pod addresses in use, and which loopback port listens for an address and a container port."""

    _used: set[str] = field(default_factory=set)
    _ports: dict[tuple[str, int], int] = field(default_factory=dict)
    _next: int = 2

    def allocate(self, wanted: str = "") -> str:
        """A free pod address; the wanted one when it is free."""
        if wanted and wanted not in self._used and ipaddress.ip_address(wanted) in POD_NETWORK:
            self._used.add(wanted)
            return wanted
        while True:
            address = str(POD_NETWORK[self._next % (POD_NETWORK.num_addresses - 2) + 1])
            self._next += 1
            if address not in self._used:
                self._used.add(address)
                return address

    def release(self, address: str) -> None:
        """Give an address back, and everything that listened on it."""
        self._used.discard(address)
        for known in [key for key in self._ports if key[0] == address]:
            del self._ports[known]

    def listen(self, address: str, container_port: int, loopback_port: int) -> None:
        """Note that a process listens on this loopback port for this address and container port."""
        self._ports[address, container_port] = loopback_port

    def loopback(self, address: str, container_port: int) -> int | None:
        """The loopback port that stands for an address and container port; None when no process listens."""
        return self._ports.get((address, container_port))
