"""The whole conformance suite against the sandbox's gateway, which runs the policy's own sources in LuaJIT."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

import metering_suite
from components.model_api.definition import api_definition
from tests.components.config.test_validation import MODEL, settings
from tests.sandbox.gateway.world import HOST, MOUNTED_AT, TOKEN_POLICY

REFUSALS = {"auth_failed": 403, "auth_missing": 403, "no_match": 404, "limits_exceeded": 429}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


def promoted(upstream: str, backend: str) -> dict[str, Any]:
    """A promoted configuration that lets every path pass."""
    refusals: dict[str, Any] = {}
    for name, status in REFUSALS.items():
        refusals |= {f"error_{name}": name, f"error_status_{name}": status, f"error_headers_{name}": "text/plain"}
    rules = [
        {"http_method": method, "pattern": "/", "metric_system_name": "hits", "delta": 1, "last": False}
        for method in METHODS
    ]
    proxy = {
        **refusals,
        "hosts": [HOST],
        "api_backend": upstream,
        "backend": {"endpoint": backend, "host": HOST},
        "credentials_location": "authorization",
        "auth_user_key": "user_key",
        "authentication_method": "1",
        "secret_token": "shared",
        "proxy_rules": rules,
        # What the program promotes for the dev stack's model: cors, time limits, caching, tokens, apicast.
        "policy_chain": [dict(link) for link in api_definition(settings(), MODEL).policies],
    }
    service = {"id": 7, "system_name": "tiny", "backend_version": "1"}
    credentials = {"backend_authentication_type": "service_token", "backend_authentication_value": "canary-token"}
    content = {**service, **credentials, "proxy": proxy}
    return {"proxy_configs": [{"proxy_config": {"version": 1, "environment": "production", "content": content}}]}


@asynccontextmanager
async def gateway(upstream: str, backend: str) -> AsyncIterator[str]:
    """The URL of a gateway process between this engine and this backend."""

    async def configurations(_: web.Request) -> web.Response:
        return web.json_response(promoted(upstream, backend))

    portal = web.Application()
    portal.router.add_get("/admin/api/account/proxy_configs/production.json", configurations)
    async with TestServer(portal) as server:
        told = {
            "THREESCALE_PORTAL_ENDPOINT": f"http://canary-token@127.0.0.1:{server.port}",
            "BACKEND_ENDPOINT_OVERRIDE": backend,
            "SANDBOX_MOUNTS": json.dumps({f"{MOUNTED_AT}/llm-metrics/0.2": str(TOKEN_POLICY)}),
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sandbox.gateway", env={**os.environ, **told}, stdout=asyncio.subprocess.PIPE
        )
        try:
            assert process.stdout is not None
            port = json.loads(await process.stdout.readline())["port"]
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            await process.wait()


async def report() -> metering_suite.Report:
    async with (
        metering_suite.parts(engine_port=0, backend_port=0) as here,
        gateway(here.engine_url, here.backend_url) as url,
    ):
        return await here.run(metering_suite.Gateway(url=url, host=HOST, key_in="authorization"), workers=4)


def failing(found: metering_suite.Report) -> list[str]:
    return [
        f"{one.shape} {one.mode} {one.temperature}: {', '.join(one.verdicts)}; {'; '.join(one.notes)}"
        for one in found.results
        if one.failing
    ]


@pytest.mark.slow
@pytest.mark.row("S-206")
@pytest.mark.timeout(300)
def test_no_token_is_lost_and_no_byte_changed() -> None:
    found = asyncio.run(report())
    assert failing(found) == []
    assert found.passed
    assert len(found.results) > 2 * 2 * 60
