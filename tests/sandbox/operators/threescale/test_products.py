from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.operators.kinds import API_MANAGER, SECRET
from sandbox.operators.store import Store
from sandbox.operators.threescale.products import Portal, ProductWatch, Unanswered
from tests.sandbox.operators.picture import named, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.operators.reconcile import Product

TOKEN = "seed-token"


class Handler(BaseHTTPRequestHandler):
    """Control API and portal in one: it resolves to itself."""

    services: ClassVar[list[dict[str, object]]] = []
    agents: ClassVar[set[str | None]] = set()

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/resolve":
            assert parse_qs(parts.query) == {"host": ["system-provider.3scale.svc"], "port": ["3000"]}
            self._send(200, {"address": "127.0.0.1", "port": self.connection.getsockname()[1]})
            return
        self.agents.add(self.headers.get("User-Agent"))
        basic = base64.b64encode(f":{TOKEN}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {basic}":
            self._send(403, {"error": "Access denied"})
        elif parts.path == "/admin/api/services.json":
            page = int(parse_qs(parts.query)["page"][0])
            self._send(200, {"services": self.services[(page - 1) * 500 : page * 500]})
        else:
            number = parts.path.split("/")[4]
            self._send(200, {"proxy": {"endpoint": f"https://p{number}", "sandbox_endpoint": f"https://s{number}"}})

    def _send(self, status: int, body: object) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        del format, args


@pytest.fixture
def control_url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def service(number: int) -> dict[str, object]:
    return {"service": {"id": number, "system_name": f"m{number}", "deployment_option": "hosted"}}


def test_products_come_with_their_addresses(control_url: str) -> None:
    Handler.services = [service(7)]
    [found] = Portal(control_url, "3scale", TOKEN).products()
    assert (found.id, found.system_name, found.deployment_option) == (7, "m7", "hosted")
    assert found.endpoints == {"production": "https://p7", "staging": "https://s7"}
    assert Handler.agents == {"zync"}


def test_the_list_is_read_to_its_last_page(control_url: str) -> None:
    Handler.services = [service(number) for number in range(501)]
    portal = Portal(control_url, "3scale", TOKEN)
    assert len(portal._services(portal._address())) == 501


def test_a_refused_token_is_no_answer(control_url: str) -> None:
    with pytest.raises(Unanswered, match="403"):
        Portal(control_url, "3scale", "wrong").products()


def test_a_portal_that_is_away_is_no_answer() -> None:
    with pytest.raises(Unanswered):
        Portal("http://127.0.0.1:9", "3scale", TOKEN).products()


def test_the_watch_reports_what_it_finds_and_what_is_gone(control_url: str) -> None:
    Handler.services = [service(7)]
    seed = named(
        SECRET, "system-seed", "3scale", data={"ADMIN_ACCESS_TOKEN": base64.b64encode(TOKEN.encode()).decode()}
    )
    manager = named(API_MANAGER, "apimanager", "3scale", spec={})
    store = Store([seed, manager, running("zync-que", "3scale"), running("system-app", "3scale")])
    reports: list[tuple[str, tuple[Product, ...] | None]] = []
    watch = ProductWatch(store, control_url, lambda namespace, found: reports.append((namespace, found)))
    watch.ask_all()
    assert reports[0][0] == "3scale"
    assert [product.id for product in reports[0][1] or ()] == [7]
    store.remove(API_MANAGER, manager)
    watch.ask_all()
    assert reports[1:] == [("3scale", None)]


def test_nobody_is_asked_before_zync_runs(control_url: str) -> None:
    manager = named(API_MANAGER, "apimanager", "3scale", spec={})
    store = Store([manager, running("zync-que", "3scale", ready=False), running("system-app", "3scale")])
    ProductWatch(store, control_url, lambda *_: pytest.fail("asked")).ask_all()
