"""The engine, the gateway and what they need, each started for one run."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

import metering_suite
from bench.gateway.runs import POLICY, chain_item
from components.config.token_metrics import USUAL
from metering_suite.backend.server import RecordingBackend
from metering_suite.counts import summed
from sandbox.gateway.alone import gateway, part, product
from sandbox.nginx.service import APICAST

HOST = "streams.apps.bench.test"
MODEL = "streams"


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Addresses, and what the backend was told."""

    engine_url: str
    ledger_url: str
    gateway_url: str
    backend: RecordingBackend

    async def generated(self) -> dict[str, int]:
        """Tokens that the engine's ledger has, by name, of answers that were handed over whole."""
        async with aiohttp.ClientSession() as session, session.get(self.ledger_url) as answer:
            totals: dict[str, int] = (await answer.json())["totals"]
        return {name: totals[name] for name in USUAL}

    def counted(self) -> dict[str, int]:
        """Tokens that were reported to the backend, by name, over all keys."""
        found = summed(self.backend.records.usage.values())
        return {name: value for name, value in found.items() if name in USUAL}


@asynccontextmanager
async def parts() -> AsyncIterator[Parts]:
    """Everything, until the block is left.

    Raises:
        SandboxError: a part did not start.
    """
    async with metering_suite.parts() as here:
        told = {"SANDBOX_ARGS": json.dumps(["--served-model-name", MODEL])}
        async with part("sandbox.model", told) as engine:
            url, policy = f"http://127.0.0.1:{engine['port']}", chain_item()
            served = product(host=HOST, upstream=url, backend=here.backend_url, chain=[policy, APICAST])
            async with gateway(served, {f"{policy['name']}/{policy['version']}": POLICY}) as gateway_url:
                yield Parts(
                    engine_url=url,
                    ledger_url=f"http://127.0.0.1:{engine['control_port']}/_ledger",
                    gateway_url=gateway_url,
                    backend=here.backend,
                )
