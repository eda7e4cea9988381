"""The simulated 3scale without a socket, with a clock the test moves."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from sandbox.threescale.app import Emulator, Request, Response
from sandbox.threescale.fixture import seed
from sandbox.threescale.store import Store
from sandbox.threescale.tenant import Options, Tenant

Json = Any
"""What a body holds: any JSON value."""

TOKEN = "canary-admin-token"
START = 1_760_000_000.0


@dataclass
class Answer:
    """A response with its body read."""

    status: int
    text: str
    content_type: str
    headers: dict[str, str]

    @property
    def json(self) -> Json:
        return json.loads(self.text)


@dataclass
class Api:
    """Calls one emulator; the token goes as Basic password unless the test says otherwise."""

    emulator: Emulator
    time: list[float] = field(default_factory=lambda: [START])

    def wait(self, seconds: float) -> None:
        self.time[0] += seconds

    def call(
        self,
        method: str,
        path: str,
        data: Json = None,
        *,
        form: dict[str, Any] | None = None,
        query: str = "",
        basic: str | None = f":{TOKEN}",
        host: str = "maas-admin.apps.maas.test",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        sent = dict(headers or {})
        body = b""
        if basic is not None:
            sent["authorization"] = f"Basic {b64encode(basic.encode()).decode()}"
        if data is not None:
            body, sent["content-type"] = json.dumps(data).encode(), "application/json"
        if form is not None:
            body, sent["content-type"] = urlencode(form).encode(), "application/x-www-form-urlencoded"
        response: Response = self.emulator.answer(Request(method, host, path, query, sent, body))
        return Answer(response.status, response.body.decode(), response.content_type, dict(response.headers))

    def get(self, path: str, query: str = "") -> Json:
        answer = self.call("GET", f"/admin/api{path}.json", query=query)
        assert answer.status == 200, answer.text
        return answer.json

    def made(self, path: str, /, **fields: Json) -> Json:
        """What a POST answers, unwrapped."""
        answer = self.call("POST", f"/admin/api{path}.json", fields)
        assert answer.status == 201, answer.text
        return next(iter(answer.json.values()))

    def put(self, path: str, /, **fields: Json) -> Json:
        answer = self.call("PUT", f"/admin/api{path}.json", fields)
        assert answer.status == 200, answer.text
        return next(iter(answer.json.values()))

    def refused(self, method: str, path: str, status: int, /, **fields: Json) -> Json:
        answer = self.call(method, f"/admin/api{path}.json", fields or None)
        assert answer.status == status, answer.text
        return answer.json if answer.text.startswith(("{", "[")) else answer.text

    def deleted(self, path: str) -> None:
        answer = self.call("DELETE", f"/admin/api{path}.json")
        assert (answer.status, answer.text) == (200, "")

    def product(self, system_name: str = "tiny", *, backend: bool = True, path: str = "/") -> dict[str, Any]:
        """A product, with a backend of the same name behind it, its token there already."""
        product: dict[str, Any] = self.made("/services", name=system_name, system_name=system_name)
        if backend:
            endpoint = f"https://{system_name}.models.svc:8443"
            made = self.made("/backend_apis", name=system_name, system_name=system_name, private_endpoint=endpoint)
            self.made(f"/services/{product['id']}/backend_usages", backend_api_id=made["id"], path=path)
            product["backend"] = made["id"]
        self.wait(1)
        rules = self.get(f"/services/{product['id']}/proxy/mapping_rules")["mapping_rules"]
        product["rule"] = rules[0]["mapping_rule"]["id"]
        product["hits"] = rules[0]["mapping_rule"]["metric_id"]
        return product

    def method(self, product: dict[str, Any], system_name: str) -> Json:
        path = f"/services/{product['id']}/metrics/{product['hits']}/methods"
        return self.made(path, friendly_name=system_name, system_name=system_name)

    def deployed(self, product: dict[str, Any]) -> int:
        """The staging version after a deploy."""
        self.made(f"/services/{product['id']}/proxy/deploy")
        latest = self.get(f"/services/{product['id']}/proxy/configs/sandbox/latest")
        return int(latest["proxy_config"]["version"])

    def promoted(self, product: dict[str, Any]) -> Json:
        version = self.deployed(product)
        return self.made(f"/services/{product['id']}/proxy/configs/sandbox/{version}/promote", to="production")


def fresh(**options: Json) -> Api:
    """A new tenant with these options."""
    time = [START]
    tenant = Tenant(Options(access_token=TOKEN, **options), Store(None), lambda: time[0])
    seed(tenant)
    return Api(Emulator(tenant), time)
