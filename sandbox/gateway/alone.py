"""One gateway process that serves one product, between an engine and a backend, without cluster and 3scale."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.errors import SandboxError
from sandbox.gateway.assembly import listening
from sandbox.gateway.chains import MOUNTED_AT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path

_CONFIGURATIONS = "/admin/api/account/proxy_configs/production.json"
_REFUSALS = {"auth_failed": 403, "auth_missing": 403, "no_match": 404, "limits_exceeded": 429}
_START_SECONDS = 30.0
"""How long a part may take to tell its ports; it takes one or two."""
_END_SECONDS = 20.0
"""How long it may take to end; reports that are on their way are sent first."""


def product(*, host: str, upstream: str, backend: str, chain: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A product's promoted configuration that lets every path pass, with keys as bearer tokens."""
    refusals: dict[str, Any] = {}
    for name, status in _REFUSALS.items():
        refusals |= {f"error_{name}": name, f"error_status_{name}": status, f"error_headers_{name}": "text/plain"}
    every = {"http_method": "ANY", "pattern": "/", "metric_system_name": "hits", "delta": 1, "last": False}
    proxy = {
        **refusals,
        "hosts": [host],
        "api_backend": upstream,
        "backend": {"endpoint": backend, "host": backend.partition("//")[2]},
        "credentials_location": "authorization",
        "auth_user_key": "user_key",
        "authentication_method": "1",
        "secret_token": "shared",
        "proxy_rules": [every],
        "policy_chain": [dict(link) for link in chain],
    }
    credentials = {"backend_authentication_type": "service_token", "backend_authentication_value": "service-token"}
    return {"id": 7, "system_name": "alone", "backend_version": "1", **credentials, "proxy": proxy}


@contextlib.asynccontextmanager
async def gateway(served: Mapping[str, Any], policies: Mapping[str, Path]) -> AsyncIterator[str]:
    """The URL of a gateway that serves this product with these custom policies, by `<name>/<version>`.

    Raises:
        SandboxError: it did not start.
    """
    async with _portal(served) as portal:
        told = {
            "THREESCALE_PORTAL_ENDPOINT": portal,
            "SANDBOX_MOUNTS": json.dumps({f"{MOUNTED_AT}/{name}": str(folder) for name, folder in policies.items()}),
        }
        async with part("sandbox.gateway", told) as ports:
            yield f"http://127.0.0.1:{ports['port']}"


@contextlib.asynccontextmanager
async def part(module: str, told: Mapping[str, str]) -> AsyncIterator[dict[str, int]]:
    """A part of the sandbox as a process until the block is left; what it says of its ports.

    Raises:
        SandboxError: it did not start.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, env={**os.environ, **told}, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None  # noqa: S101  # it was asked for
        ports: dict[str, int] = json.loads(await _first_line(process.stdout, module))
        yield ports
    finally:
        await _ended(process)


async def _first_line(output: asyncio.StreamReader, module: str) -> bytes:
    line = b""
    with contextlib.suppress(TimeoutError):
        line = await asyncio.wait_for(output.readline(), _START_SECONDS)
    if not line:
        raise SandboxError(
            asked=f"{module} was started.",
            value=f"it ended before it told its ports, or did not within {_START_SECONDS:.0f} s",
            allowed="a part that starts",
            action="mend what its own message above names",
        )
    return line


async def _ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _END_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


@contextlib.asynccontextmanager
async def _portal(served: Mapping[str, Any]) -> AsyncIterator[str]:
    """The URL from which the gateway reads its configuration."""

    async def configurations(_: web.Request) -> web.Response:
        told = {"version": 1, "environment": "production", "content": served}
        return web.json_response({"proxy_configs": [{"proxy_config": told}]})

    application = web.Application()
    application.router.add_get(_CONFIGURATIONS, configurations)
    runner, port = await listening(application, 0)
    try:
        yield f"http://token@127.0.0.1:{port}"
    finally:
        await runner.cleanup()
