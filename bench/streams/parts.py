"""The engine, the gateway and what they need, each started for one run."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

import metering_suite
from bench.engine import BenchError
from bench.gateway.runs import POLICY, chain_item

HOST = "streams.apps.bench.test"
MODEL = "streams"
APICAST = {"name": "apicast", "version": "builtin", "configuration": {}}
_CONFIGURATIONS = "/admin/api/account/proxy_configs/production.json"
_REFUSALS = {"auth_failed": 403, "auth_missing": 403, "no_match": 404, "limits_exceeded": 429}


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Addresses, and what the backend was told."""

    engine_url: str
    ledger_url: str
    gateway_url: str
    backend: Any
    """The suite's recording backend."""

    async def generated(self) -> dict[str, int]:
        """Tokens that the engine's ledger has, by name, of answers that were handed over whole."""
        async with aiohttp.ClientSession() as session, session.get(self.ledger_url) as answer:
            totals: dict[str, int] = (await answer.json())["totals"]
        return {name: totals[name] for name in ("prompt_tokens", "completion_tokens", "total_tokens")}

    def counted(self) -> dict[str, int]:
        """Tokens that were reported to the backend, by name, over all keys."""
        found: dict[str, int] = {}
        for usage in self.backend.records.usage.values():
            for name, value in usage.items():
                if name.endswith("_tokens"):
                    found[name] = found.get(name, 0) + value
        return found


@asynccontextmanager
async def parts() -> AsyncIterator[Parts]:
    """Everything, until the block is left.

    Raises:
        BenchError: a part did not start.
    """
    async with metering_suite.parts(engine_port=0, backend_port=0) as here:
        told = {"SANDBOX_ARGS": json.dumps(["--served-model-name", MODEL])}
        async with _process("sandbox.model", told) as engine:
            url = f"http://127.0.0.1:{engine['port']}"
            async with _portal(url, here.backend_url) as portal:
                folder = f"/opt/app-root/src/policies/llm-metrics/{chain_item()['version']}"
                told = {
                    "THREESCALE_PORTAL_ENDPOINT": portal,
                    "BACKEND_ENDPOINT_OVERRIDE": here.backend_url,
                    "SANDBOX_MOUNTS": json.dumps({folder: str(POLICY)}),
                }
                async with _process("sandbox.gateway", told) as gateway:
                    yield Parts(
                        engine_url=url,
                        ledger_url=f"http://127.0.0.1:{engine['control_port']}/_ledger",
                        gateway_url=f"http://127.0.0.1:{gateway['port']}",
                        backend=here.backend,
                    )


@asynccontextmanager
async def _process(module: str, told: dict[str, str]) -> AsyncIterator[dict[str, int]]:
    """What a part says of its ports."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, env={**os.environ, **told}, stdout=pipe
    )
    try:
        assert process.stdout is not None  # noqa: S101  # it was asked for
        line = await process.stdout.readline()
        if not line:
            raise BenchError(f"{module} did not start; its own message stands above")
        yield json.loads(line)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@asynccontextmanager
async def _portal(engine: str, backend: str) -> AsyncIterator[str]:
    """The URL from which the gateway reads its configuration."""

    async def configurations(_: web.Request) -> web.Response:
        return web.json_response({"proxy_configs": [{"proxy_config": {"content": _content(engine, backend)}}]})

    application = web.Application()
    application.router.add_get(_CONFIGURATIONS, configurations)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://token@127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _content(engine: str, backend: str) -> dict[str, Any]:
    refusals: dict[str, Any] = {}
    for name, status in _REFUSALS.items():
        refusals |= {f"error_{name}": name, f"error_status_{name}": status, f"error_headers_{name}": "text/plain"}
    proxy = {
        **refusals,
        "hosts": [HOST],
        "api_backend": engine,
        "backend": {"endpoint": backend},
        "credentials_location": "authorization",
        "authentication_method": "1",
        "secret_token": "shared",
        "proxy_rules": [{"http_method": "POST", "pattern": "/v1/", "metric_system_name": "hits", "delta": 1}],
        "policy_chain": [chain_item(), APICAST],
    }
    service = {"id": 1, "system_name": MODEL, "backend_authentication_type": "service_token"}
    return {**service, "backend_authentication_value": "token", "proxy": proxy}
