"""zync's eyes: asks the 3scale of each installation for its products, so that their Routes follow."""

from __future__ import annotations

import base64
import http.client
import json
import logging
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from sandbox.operators.kinds import API_MANAGER, SECRET
from sandbox.operators.reconcile import Product, deployment_available
from sandbox.operators.threescale.credentials import SEED, decoded

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.operators.store import Store

_LOG = logging.getLogger(__name__)
_PAGE = 500
_SECONDS = 5.0
# Requests of this name are the sandbox's own: the emulator neither logs them nor spends faults on them.
_AGENT = "zync"


class Unanswered(Exception):  # noqa: N818 - no error: the portal is not up yet or was restarted
    """The portal gave no usable answer; the next round asks again."""


class Portal:
    """The Admin API of one installation, found through the sandbox's control API."""

    def __init__(self, control_url: str, namespace: str, token: str) -> None:
        self._control = control_url
        self._host = f"system-provider.{namespace}.svc"
        self._token = token

    def products(self) -> tuple[Product, ...]:
        """Every product with its public addresses.

        Raises:
            Unanswered: no or another answer.
        """
        address = self._address()
        services = self._services(address)
        return tuple(self._product(address, service["service"]) for service in services)

    def _address(self) -> tuple[str, int]:
        control = urlsplit(self._control)
        query = urlencode({"host": self._host, "port": 3000})
        answer = _get(control.hostname or "", control.port or 80, f"{control.path}/resolve?{query}", {})
        return str(answer["address"]), int(answer["port"])

    def _services(self, address: tuple[str, int]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        page = 1
        while True:
            answer = self._ask(address, f"/admin/api/services.json?per_page={_PAGE}&page={page}")
            found += answer["services"]
            if len(answer["services"]) < _PAGE:
                return found
            page += 1

    def _product(self, address: tuple[str, int], service: dict[str, Any]) -> Product:
        proxy = self._ask(address, f"/admin/api/services/{service['id']}/proxy.json")["proxy"]
        endpoints = {"production": proxy.get("endpoint"), "staging": proxy.get("sandbox_endpoint")}
        return Product(
            id=service["id"],
            system_name=service["system_name"],
            deployment_option=service["deployment_option"],
            endpoints={environment: url for environment, url in endpoints.items() if url},
        )

    def _ask(self, address: tuple[str, int], path: str) -> dict[str, Any]:
        basic = base64.b64encode(f":{self._token}".encode()).decode()
        return _get(*address, path, {"Authorization": f"Basic {basic}"})


class ProductWatch:
    """Asks every installation in turn, each `interval` seconds, and reports to the loop."""

    def __init__(
        self,
        store: Store,
        control_url: str,
        report: Callable[[str, tuple[Product, ...] | None], None],
        interval: float = 1.0,
    ) -> None:
        self._store = store
        self._control_url = control_url
        self._report = report
        self._interval = interval
        self._known: set[str] = set()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="products", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def stop(self) -> None:
        """Ask no more."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(self._interval):
            self.ask_all()

    def ask_all(self) -> None:
        """One round over all installations."""
        namespaces = {manager["metadata"]["namespace"] for manager in self._store.objects(API_MANAGER)}
        for namespace in self._known - namespaces:
            self._report(namespace, None)
        self._known = namespaces
        for namespace in sorted(namespaces):
            # Without zync's worker nobody asks; without system-app nobody answers.
            if all(deployment_available(self._store, namespace, name) for name in ("zync-que", "system-app")):
                self._ask(namespace)

    def _ask(self, namespace: str) -> None:
        seed = decoded(self._store.get(SECRET, namespace, SEED))
        try:
            products = Portal(self._control_url, namespace, seed.get("ADMIN_ACCESS_TOKEN", "")).products()
        except Unanswered as why:
            _LOG.info("products of namespace %s: %s", namespace, why)
            return
        self._report(namespace, products)


def _get(host: str, port: int, path: str, headers: dict[str, str]) -> dict[str, Any]:
    # No library that reads proxy variables: everything asked here is on loopback.
    connection = http.client.HTTPConnection(host, port, timeout=_SECONDS)
    shown = path.partition("?")[0]
    try:
        connection.request("GET", path, headers={"Accept": "application/json", "User-Agent": _AGENT, **headers})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != HTTPStatus.OK:
            raise Unanswered(f"GET {shown}: {answer.status}")
        found: dict[str, Any] = json.loads(body)
    except (OSError, http.client.HTTPException, ValueError) as problem:
        raise Unanswered(f"GET {shown}: {type(problem).__name__}") from problem
    finally:
        connection.close()
    return found
