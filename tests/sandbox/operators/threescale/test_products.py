from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, ClassVar

import pytest

from sandbox.operators.kinds import API_MANAGER
from sandbox.operators.store import Store
from sandbox.operators.threescale.products import ProductWatch, Unanswered, products
from tests.sandbox.operators.picture import named, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.operators.reconcile import Product


class Handler(BaseHTTPRequestHandler):
    """A control API with an emulator behind it."""

    state: ClassVar[object] = {}
    status: ClassVar[int] = 200

    def do_GET(self) -> None:
        assert self.path == "/threescale/state"
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(json.dumps(self.state).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        del format, args


@pytest.fixture
def control_url() -> Iterator[str]:
    Handler.state = {
        "service": [{"id": 7, "system_name": "m", "deployment_option": "hosted", "state": "incomplete"}],
        "proxy": [{"service_id": 7, "endpoint": "https://p:443", "sandbox_endpoint": "https://s:443"}],
    }
    Handler.status = 200
    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_products_come_with_their_addresses(control_url: str) -> None:
    [found] = products(control_url)
    assert (found.id, found.system_name, found.deployment_option) == (7, "m", "hosted")
    assert found.endpoints == {"production": "https://p:443", "staging": "https://s:443"}


def test_a_product_without_addresses_has_none(control_url: str) -> None:
    Handler.state = {
        "service": [{"id": 7, "system_name": "m", "deployment_option": "self_managed"}],
        "proxy": [{"service_id": 7, "endpoint": "", "sandbox_endpoint": None}],
    }
    assert products(control_url)[0].endpoints == {}


@pytest.mark.parametrize(("status", "state"), [(502, {}), (200, {"service": []}), (200, [])])
def test_anything_but_a_tenants_state_is_no_answer(control_url: str, status: int, state: object) -> None:
    Handler.status, Handler.state = status, state
    with pytest.raises(Unanswered):
        products(control_url)


def test_a_control_api_that_is_away_is_no_answer() -> None:
    with pytest.raises(Unanswered):
        products("http://127.0.0.1:9")


def test_the_watch_reports_what_it_finds_and_what_is_gone(control_url: str) -> None:
    manager = named(API_MANAGER, "apimanager", "3scale", spec={})
    store = Store([manager, running("zync-que", "3scale"), running("system-app", "3scale")])
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
