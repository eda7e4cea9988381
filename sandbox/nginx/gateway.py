"""The gateway on nginx: a product of 3scale, a chain of policies, and what can be seen of both from outside."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self

from sandbox.nginx import configuration
from sandbox.nginx.server import asked, running

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from sandbox.nginx.installation import Installation
    from sandbox.nginx.service import Service

_SOCKETS = 2


@dataclass
class Gateway:
    """A gateway for one product, from `with` to its end; it leaves nothing."""

    installation: Installation
    service: Service
    policies: Mapping[str, Path] = field(default_factory=dict)
    """Name in a chain → folder with `apicast-policy.json` and `init.lua`."""
    workers: int = 1
    decoder: str = configuration.STOCK
    """One of `configuration.DECODERS`."""
    log_level: str = "warn"

    def __enter__(self) -> Self:
        """Start it and return when it answers.

        Raises:
            SandboxError: it ended, or did not answer in time; with the end of its error log.
        """
        self._running = running(self.installation, _SOCKETS, self._prepared, self.workers)
        self.server = self._running.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it and remove its folder."""
        self._running.__exit__(kind, error, trace)

    @property
    def url(self) -> str:
        """Where the product is served."""
        return self.server.urls[0]

    @property
    def metrics_url(self) -> str:
        """Where the Prometheus page is (`/metrics`); a port of its own, as in APIcast."""
        return self.server.urls[1]

    @property
    def error_log(self) -> Path:
        """What nginx and policies log, while the gateway runs."""
        return self.server.error_log

    def metrics(self) -> str:
        """The Prometheus page."""
        return self._read("/metrics").decode()

    def worker(self) -> dict[str, Any]:
        """`pid`, `lua_bytes` after a collection and open `contexts` of the worker that happens to answer."""
        found: dict[str, Any] = json.loads(self._read("/worker"))
        return found

    def _read(self, path: str) -> bytes:
        status, body = asked(self.metrics_url, path)
        if status != HTTPStatus.OK:
            raise self.server.failure(f"its page {path} answered {status}")
        return body

    def _prepared(self, folder: Path, ports: Sequence[int]) -> str:
        policies = {name: str(path) for name, path in self.policies.items()}
        content = {"service": self.service.promoted(), "policies": policies}
        (folder / "gateway.json").write_text(json.dumps(content), encoding="utf-8")
        settings = configuration.Settings(
            folder=folder,
            gateway_port=ports[0],
            metrics_port=ports[1],
            workers=self.workers,
            decoder=self.decoder,
            log_level=self.log_level,
        )
        return configuration.text(self.installation, settings)
