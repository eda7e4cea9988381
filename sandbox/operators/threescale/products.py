"""zync's eyes: reads the products of the sandbox's 3scale, so that their Routes follow.

The real zync is told by porta's events. Here the emulator's state is read through the sandbox's control API: requests
to the Admin API would stand in the request log that tests count, and would use up injected faults.
"""

from __future__ import annotations

import http.client
import json
import logging
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sandbox.operators.kinds import API_MANAGER
from sandbox.operators.reconcile import Product, deployment_available

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.operators.store import Store

_LOG = logging.getLogger(__name__)
_SECONDS = 5.0
_STATE = "/threescale/state"


class Unanswered(Exception):  # noqa: N818 - no error: the emulator is not up yet or was restarted
    """There was no usable answer; the next round asks again."""


def products(control_url: str) -> tuple[Product, ...]:
    """Every product of the emulator with its public addresses, by id.

    Raises:
        Unanswered: no answer, or another one than a tenant's state.
    """
    state = _state(control_url)
    try:
        proxies = {proxy["service_id"]: proxy for proxy in state["proxy"]}
        return tuple(_product(service, proxies[service["id"]]) for service in state["service"])
    except (KeyError, TypeError) as missing:
        raise Unanswered(f"GET {_STATE}: no {missing}") from missing


def _product(service: dict[str, Any], proxy: dict[str, Any]) -> Product:
    addresses = {"production": proxy["endpoint"], "staging": proxy["sandbox_endpoint"]}
    return Product(
        id=service["id"],
        system_name=service["system_name"],
        deployment_option=service["deployment_option"],
        endpoints={environment: url for environment, url in addresses.items() if url},
    )


def _state(control_url: str) -> dict[str, Any]:
    control = urlsplit(control_url)
    # No library that reads proxy variables: the control API is on loopback.
    connection = http.client.HTTPConnection(control.hostname or "", control.port, timeout=_SECONDS)
    try:
        connection.request("GET", control.path + _STATE, headers={"Accept": "application/json"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != HTTPStatus.OK:
            raise Unanswered(f"GET {_STATE}: {answer.status}")
        found: dict[str, Any] = json.loads(body)
    except (OSError, http.client.HTTPException, ValueError) as problem:
        raise Unanswered(f"GET {_STATE}: {type(problem).__name__}") from problem
    finally:
        connection.close()
    return found


class ProductWatch:
    """Asks each `interval` seconds while an installation runs, and reports to the loop."""

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
            try:
                self.ask_all()
            except Unanswered as why:
                _LOG.info("products: %s", why)

    def ask_all(self) -> None:
        """One round over all installations.

        Raises:
            Unanswered: what was known stays known.
        """
        namespaces = {manager["metadata"]["namespace"] for manager in self._store.objects(API_MANAGER)}
        for namespace in self._known - namespaces:
            self._report(namespace, None)
        self._known = namespaces
        for namespace in sorted(namespaces):
            # Without zync's worker nobody asks; without system-app nobody answers.
            if all(deployment_available(self._store, namespace, name) for name in ("zync-que", "system-app")):
                self._report(namespace, products(self._control_url))
