"""A started sandbox as tests see it: its API server, its control API, its router."""

from __future__ import annotations

import http.client
import json
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.layout import Layout

_SECONDS = 30.0


@dataclass(frozen=True)
class Answer:
    """What a server said."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:  # noqa: ANN401 - JSON of any shape
        """The body as JSON."""
        return json.loads(self.body)


class RunningSandbox:
    """A started sandbox and the three ways to talk to it: API server, control API, router."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.endpoints = json.loads(layout.endpoints.read_text(encoding="utf-8"))

    def kube(
        self,
        method: str,
        path: str,
        body: object = None,
        content_type: str = "application/json",
        certificate: str = "admin",
    ) -> Answer:
        """A request to the API server as the administrator, or with another certificate of the sandbox's folder."""
        server = urlsplit(json.loads(self.layout.kubeconfig.read_text())["clusters"][0]["cluster"]["server"])
        context = ssl.create_default_context(cafile=str(self.layout.pki / "kubernetes-ca.crt"))
        context.load_cert_chain(self.layout.pki / f"{certificate}.crt", self.layout.pki / f"{certificate}.key")
        connection = http.client.HTTPSConnection(server.hostname or "", server.port, context=context, timeout=_SECONDS)
        return _asked(connection, method, path, body, {"Content-Type": content_type})

    def control(self, method: str, path: str, body: object = None) -> Answer:
        """A request to the control API."""
        address = urlsplit(self.endpoints["control_url"])
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=_SECONDS)
        return _asked(connection, method, path, body, {"Content-Type": "application/json"})

    def routed(self, host: str, path: str, port: int = 443) -> Answer:
        """A request through the router, over TLS as a client with the published authority sends it."""
        proxy = urlsplit(self.endpoints["proxy"])
        context = ssl.create_default_context(cafile=self.endpoints["ca_file"])
        connection = http.client.HTTPSConnection(proxy.hostname or "", proxy.port, context=context, timeout=_SECONDS)
        connection.set_tunnel(host, port)
        return _asked(connection, "GET", path, None, {})

    def create(self, path: str, kind: str, name: str, api_version: str = "v1", **content: object) -> None:
        """Create an object in a collection."""
        body: dict[str, object] = {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}} | content
        answer = self.kube("POST", path, body)
        assert answer.status == 201, answer.body

    def until(self, path: str, holds: Callable[[Any], object], seconds: float = _SECONDS) -> Any:  # noqa: ANN401 - JSON
        """The object at a path as soon as the condition holds; None stands for no object."""
        deadline = time.monotonic() + seconds
        while True:
            answer = self.kube("GET", path)
            found = answer.json() if answer.status == 200 else None
            if holds(found):
                return found
            assert time.monotonic() < deadline, f"{path}: {json.dumps(found, indent=1)}"
            time.sleep(0.05)

    def until_control(self, path: str, holds: Callable[[Any], object]) -> None:
        """Wait until the control API's answer fulfils the condition."""
        deadline = time.monotonic() + _SECONDS
        while not holds(found := self.control("GET", path).json()):
            assert time.monotonic() < deadline, json.dumps(found, indent=1)
            time.sleep(0.05)

    def until_reachable(self, path: str) -> None:
        """Wait until the API server answers 200 again."""
        deadline = time.monotonic() + _SECONDS
        while not self._answers(path):
            assert time.monotonic() < deadline, f"{path}: no answer"
            time.sleep(0.05)

    def _answers(self, path: str) -> bool:
        try:
            return self.kube("GET", path).status == http.HTTPStatus.OK
        except OSError:
            return False


def _asked(
    connection: http.client.HTTPConnection, method: str, path: str, body: object, headers: dict[str, str]
) -> Answer:
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()
