"""Routes: which one a request belongs to, which are admitted, and how long they may take. Pure.

Facts: https://docs.openshift.com/container-platform/4.20/networking/routes/ (claims, annotations, termination).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.kube.client import Json

TIMEOUT_ANNOTATION = "haproxy.router.openshift.io/timeout"
DEFAULT_TIMEOUT_SECONDS = 30.0
_TIMEOUT = re.compile(r"(\d+)(us|ms|s|m|h|d)?")
_UNITS = {"us": 1e-6, "ms": 1e-3, None: 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_LABEL_LIMIT = 63


@dataclass(frozen=True)
class Target:
    """What the router needs of an admitted Route.

    Attributes:
        host: Without port, in lower case.
        path: Prefix the request's path must have; empty for every path.
        namespace: The Route's namespace.
        service: The Service it leads to.
        port: Name or number of the endpoints' port; None for the first.
        termination: `edge`, `reencrypt`, `passthrough`, or empty for plain HTTP.
        insecure: What happens to plain HTTP: `None`, `Allow` or `Redirect`.
        timeout: Seconds the server behind may stay silent.
    """

    host: str
    path: str
    namespace: str
    service: str
    port: str | int | None
    termination: str
    insecure: str
    timeout: float


class RouteTable:
    """The admitted Routes."""

    def __init__(self, routes: Iterable[Json] = ()) -> None:
        self._by_host: dict[str, list[Target]] = {}
        for route, refusal in claims(routes):
            if refusal is None:
                target = target_of(route)
                self._by_host.setdefault(target.host, []).append(target)
        for targets in self._by_host.values():
            targets.sort(key=lambda target: len(target.path), reverse=True)

    def match(self, host: str, path: str) -> Target | None:
        """The Route for a request: the host's, with the longest matching path."""
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() and ":" in host else host
        for target in self._by_host.get(name.lower().rstrip("."), ()):
            if path_matches(target.path, path):
                return target
        return None

    def knows(self, host: str) -> bool:
        """Whether some Route has this host."""
        return host.lower().rstrip(".") in self._by_host


def path_matches(prefix: str, path: str) -> bool:
    """Whether a Route's path covers a request's: whole segments only."""
    if prefix in {"", "/"}:
        return True
    return path == prefix or path.startswith(prefix if prefix.endswith("/") else prefix + "/")


def target_of(route: Json) -> Target:
    """The router's view of a Route."""
    metadata, spec = route["metadata"], route["spec"]
    tls = spec.get("tls") or {}
    annotations = metadata.get("annotations") or {}
    return Target(
        host=spec.get("host", "").lower(),
        path=spec.get("path", ""),
        namespace=metadata["namespace"],
        service=spec["to"]["name"],
        port=(spec.get("port") or {}).get("targetPort"),
        termination=tls.get("termination", ""),
        insecure=tls.get("insecureEdgeTerminationPolicy") or "None",
        timeout=timeout_seconds(annotations.get(TIMEOUT_ANNOTATION, "")),
    )


def timeout_seconds(text: str) -> float:
    """Seconds of a timeout annotation (`5m`, `500ms`); the default for one the router would ignore."""
    found = _TIMEOUT.fullmatch(text.strip())
    return int(found[1]) * _UNITS[found[2]] if found else DEFAULT_TIMEOUT_SECONDS


def claims(routes: Iterable[Json]) -> list[tuple[Json, tuple[str, str] | None]]:
    """Each Route that has a host, and why the router refuses it (reason, message) or None; the oldest claim wins."""
    ordered = sorted(
        (route for route in routes if route["spec"].get("host")),
        key=lambda route: (route["metadata"]["creationTimestamp"], str(route["metadata"]["uid"])),
    )
    holders: dict[tuple[str, str], Json] = {}
    namespaces: dict[str, str] = {}
    found: list[tuple[Json, tuple[str, str] | None]] = []
    for route in ordered:
        host, path = route["spec"]["host"].lower(), route["spec"].get("path", "")
        namespace = route["metadata"]["namespace"]
        refusal = _invalid(host)
        if refusal is None and namespaces.setdefault(host, namespace) != namespace:
            refusal = ("HostAlreadyClaimed", f"a route in another namespace holds {host}")
        if refusal is None and (holder := holders.setdefault((host, path), route)) is not route:
            message = f"route {holder['metadata']['name']} already exposes {host}{path} and is older"
            refusal = ("HostAlreadyClaimed", message)
        found.append((route, refusal))
    return found


def default_host(route: Json, domain: str) -> str:
    """The host OpenShift gives a Route that names none."""
    return f"{route['metadata']['name']}-{route['metadata']['namespace']}.{domain}"


def ingress_status(route: Json, refusal: tuple[str, str] | None, domain: str, moment: str) -> Json:
    """The router's entry in a Route's status."""
    condition = {"type": "Admitted", "status": "True" if refusal is None else "False", "lastTransitionTime": moment}
    if refusal is not None:
        condition |= {"reason": refusal[0], "message": refusal[1]}
    return {
        "host": route["spec"]["host"],
        "routerName": "default",
        "routerCanonicalHostname": f"router-default.{domain}",
        "wildcardPolicy": route["spec"].get("wildcardPolicy", "None"),
        "conditions": [condition],
    }


def _invalid(host: str) -> tuple[str, str] | None:
    for label in host.split("."):
        if not label or len(label) > _LABEL_LIMIT:
            message = f'spec.host: Invalid value: "{host}": host must conform to DNS 1123 naming conventions'
            return "ExtendedValidationFailed", f"{message}: must be no more than {_LABEL_LIMIT} characters"
    return None
