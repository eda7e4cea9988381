"""Readiness of a local process: its readiness probe, or a connection to its first port."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.kube.client import Json

_LOWEST_GOOD, _LOWEST_BAD = 200, 400


def container_ports(container: Json) -> dict[str, int]:
    """TCP ports a container declares, by name (the number as text where it has none)."""
    found = {}
    for port in container.get("ports") or []:
        if port.get("protocol", "TCP") == "TCP":
            found[port.get("name") or str(port["containerPort"])] = int(port["containerPort"])
    return found


async def is_ready(container: Json, listening: Mapping[int, int]) -> bool:
    """Whether the process answers; `listening` maps container ports to loopback ports."""
    probe = container.get("readinessProbe") or {}
    seconds = float(probe.get("timeoutSeconds", 1)) + 1.0
    action = probe.get("httpGet") or probe.get("tcpSocket") or {}
    wanted = action.get("port", next(iter(listening), None))
    number = container_ports(container).get(wanted, None) if isinstance(wanted, str) else wanted
    port = listening.get(number) if number is not None else None
    if port is None:
        # Nothing to ask: a process without ports is ready when it runs.
        return True
    if "httpGet" in probe and probe["httpGet"].get("scheme", "HTTP") == "HTTP":
        return await _answers(f"http://127.0.0.1:{port}{probe['httpGet'].get('path', '/')}", probe, seconds)
    return await _accepts(port, seconds)


async def _answers(url: str, probe: Json, seconds: float) -> bool:
    headers = {header["name"]: header["value"] for header in probe["httpGet"].get("httpHeaders") or []}
    timeout = aiohttp.ClientTimeout(total=seconds)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, headers=headers, allow_redirects=False) as answer,
        ):
            return _LOWEST_GOOD <= answer.status < _LOWEST_BAD
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False


async def _accepts(port: int, seconds: float) -> bool:
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), seconds)
    except (TimeoutError, OSError):
        return False
    writer.close()
    return True
