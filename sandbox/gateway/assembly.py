"""The parts of a gateway put together, as the environment of its pod says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
from aiohttp import web
from multidict import CIMultiDict

from sandbox.apicast.exchange import HttpAnswer, HttpCall
from sandbox.apicast.runtime import Runtime
from sandbox.gateway.backend import Backend
from sandbox.gateway.chains import Chains, mounts
from sandbox.gateway.configuration import Configuration
from sandbox.gateway.server import Gateway
from sandbox.gateway.transport import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.gateway.policies.mounted import Ask
    from sandbox.gateway.transport import Transport
    from sandbox.request_log import RequestLog

_TIMEOUT = aiohttp.ClientTimeout(total=10)


def assembled(
    transport: Transport, log: RequestLog, environment: Mapping[str, str], deployment: str, cache_seconds: float
) -> Gateway:
    """A gateway that has not read its configuration yet."""
    runtime = Runtime(environment=environment, log_level=environment.get("APICAST_LOG_LEVEL") or "warn")
    endpoint = environment["THREESCALE_PORTAL_ENDPOINT"]
    configuration = Configuration(transport, endpoint, deployment, cache_seconds)
    backend = Backend(transport, runtime, environment)
    chains = Chains(runtime, asking(transport), mounts(environment))
    return Gateway(configuration, backend, transport, chains, log)


def asking(transport: Transport) -> Ask:
    """Makes the HTTP calls of Lua policies; one that fails, however it does, is answered with an error, as in nginx."""

    async def asked(call: HttpCall) -> HttpAnswer:
        headers = CIMultiDict(call.headers)
        try:
            async with await transport.send(
                call.method, call.url, headers=headers, body=call.body, timeout=_TIMEOUT
            ) as response:
                return HttpAnswer(response.status, await response.read(), list(response.headers.items()))
        except (UnreachableError, aiohttp.ClientError, TimeoutError) as error:
            return HttpAnswer(error=str(error) or "timeout")
        except Exception as error:  # noqa: BLE001 - a URL, a name or an answer that nobody foresaw: the policy is told
            return HttpAnswer(error=f"{type(error).__name__}: {error}")

    return asked


async def listening(application: web.Application, port: int) -> tuple[web.AppRunner, int]:
    """The application on a loopback port (0 = a free one), and the port."""
    # A client that leaves ends its request at once, as in nginx; what comes after the answer is done all the same.
    runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=2.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner, int(runner.addresses[0][1])
