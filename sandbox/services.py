"""Names of Services and the loopback ports behind them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.kube.mirror import Mirror

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.kube.client import Json, KubeClient
    from sandbox.node.addresses import Addresses

_SERVICE_LABEL = "kubernetes.io/service-name"
_HOPS = 3


class UnresolvedError(Exception):
    """Nothing answers behind a name; the text says why."""


@dataclass(frozen=True)
class Endpoint:
    """A ready pod behind a Service: its address, its host name in a StatefulSet, and the ports (by name)."""

    address: str
    hostname: str
    ports: dict[str, int]


class Resolver:
    """Finds the loopback port behind a Service, from the API server's own Services and EndpointSlices."""

    def __init__(self, client: KubeClient, addresses: Addresses) -> None:
        self.services = Mirror(client, "/api/v1/services")
        self.slices = Mirror(client, "/apis/discovery.k8s.io/v1/endpointslices", self._changed)
        self._addresses = addresses
        self._index: dict[str, list[Endpoint]] | None = None
        self._turn: Iterator[int] = itertools.count()

    def resolve(self, host: str, port: int) -> int:
        """The loopback port for `<service>.<namespace>.svc[.cluster.local]` (or a pod's address) and a port.

        Raises:
            UnresolvedError: no such Service, port or ready pod, or only pretended pods.
        """
        if (direct := self._addresses.loopback(host, port)) is not None:
            return direct
        for _ in range(_HOPS):
            pod, namespace, name = split_host(host)
            service = self.services.objects.get(f"{namespace}/{name}")
            if service is None:
                raise UnresolvedError(f"there is no Service {namespace}/{name}")
            if service["spec"].get("type") != "ExternalName":
                return self._behind(service, f"{namespace}/{name}", port, pod)
            host = service["spec"]["externalName"]
        raise UnresolvedError(f"{host}: more than {_HOPS} ExternalName Services in a row")

    def target(self, namespace: str, name: str, target_port: str | int | None) -> int:
        """The loopback port for a Route's Service: by the endpoints' port name or number, the first when None.

        Raises:
            UnresolvedError: nothing answers behind the Service.
        """
        key = f"{namespace}/{name}"
        if key not in self.services.objects:
            raise UnresolvedError(f"there is no Service {key}")

        def chosen(endpoint: Endpoint) -> int | None:
            if target_port is None:
                return next(iter(endpoint.ports.values()), None)
            by_name = endpoint.ports.get(str(target_port))
            return by_name or next((p for p in endpoint.ports.values() if str(p) == str(target_port)), None)

        return self._one_of(key, chosen, f"target port {target_port}")

    def _behind(self, service: Json, key: str, port: int, pod: str) -> int:
        headless = service["spec"].get("clusterIP") in {None, "", "None"}
        known = {found["port"]: found.get("name", "") for found in service["spec"].get("ports") or []}
        if not headless and port not in known:
            raise UnresolvedError(f"Service {key} has no port {port}, only {sorted(known)}")

        def chosen(endpoint: Endpoint) -> int | None:
            if pod and endpoint.hostname != pod:
                return None
            # A headless name is the pod's own address: the port is the container's.
            return port if headless else endpoint.ports.get(known[port])

        return self._one_of(key, chosen, f"port {port}")

    def _one_of(self, key: str, chosen: Callable[[Endpoint], int | None], what: str) -> int:
        endpoints = self._endpoints(key)
        if not endpoints:
            raise UnresolvedError(f"Service {key} has no ready endpoint")
        targets = [(endpoint.address, number) for endpoint in endpoints if (number := chosen(endpoint))]
        if not targets:
            raise UnresolvedError(f"no endpoint of Service {key} has {what}")
        listening = [found for target in targets if (found := self._addresses.loopback(*target)) is not None]
        if not listening:
            raise UnresolvedError(
                f"no process listens behind Service {key}, {what}: the pods do not open it or are pretended"
            )
        return listening[next(self._turn) % len(listening)]

    def _endpoints(self, key: str) -> list[Endpoint]:
        if self._index is None:
            self._index = {}
            for item in self.slices.objects.values():
                service = (item["metadata"].get("labels") or {}).get(_SERVICE_LABEL)
                listed = self._index.setdefault(f"{item['metadata']['namespace']}/{service}", [])
                listed.extend(ready_endpoints(item))
        return self._index.get(key, [])

    def _changed(self, _key: str) -> None:
        self._index = None


def split_host(host: str) -> tuple[str, str, str]:
    """Pod (or nothing), namespace and Service of a cluster-internal name.

    Raises:
        UnresolvedError: the name is not one of a Service.
    """
    labels = host.rstrip(".").removesuffix(".cluster.local").removesuffix(".svc").split(".")
    match labels:
        case [name, namespace]:
            return "", namespace, name
        case [pod, name, namespace]:
            return pod, namespace, name
    raise UnresolvedError(f"{host} is not the name of a Service (<service>.<namespace>.svc)")


def ready_endpoints(item: Json) -> list[Endpoint]:
    """The ready endpoints of an EndpointSlice."""
    ports = {port.get("name") or "": int(port["port"]) for port in item.get("ports") or [] if port.get("port")}
    return [
        Endpoint(address, found.get("hostname", ""), ports)
        for found in item.get("endpoints") or []
        if (found.get("conditions") or {}).get("ready", True)
        for address in found["addresses"]
    ]
