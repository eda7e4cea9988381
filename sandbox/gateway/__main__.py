"""`python -m sandbox.gateway`: the gateway on a loopback port; the first line on stdout names it."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys

from aiohttp import web

from sandbox.gateway.backend import Backend
from sandbox.gateway.configuration import Configuration
from sandbox.gateway.server import Gateway
from sandbox.gateway.transport import Surroundings, Transport
from sandbox.request_log import RequestLog

# What the operator sets: production reads at start and every five minutes, staging for every request.
_CACHE_SECONDS = {"production": 300.0, "staging": 0.0}


async def _listening(application: web.Application, port: int) -> tuple[web.AppRunner, int]:
    # A client that leaves must not end the request: its tokens are still to be reported.
    runner = web.AppRunner(application, access_log=None, handler_cancellation=False, shutdown_timeout=2.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner, int(runner.addresses[0][1])


async def serve(environment: dict[str, str]) -> None:
    """Serve until SIGTERM or SIGINT."""
    deployment = environment.get("THREESCALE_DEPLOYMENT_ENV") or "production"
    cache = environment.get("APICAST_CONFIGURATION_CACHE") or _CACHE_SECONDS.get(deployment, 0.0)
    log = RequestLog(environment.get("SANDBOX_CONTROL_URL"), f"gateway-{deployment}")
    transport = Transport(Surroundings.of(environment))
    endpoint = environment["THREESCALE_PORTAL_ENDPOINT"]
    configuration = Configuration(transport, endpoint, deployment, float(cache))
    backend = Backend(transport, environment.get("BACKEND_ENDPOINT_OVERRIDE", ""))
    gateway = Gateway(configuration, backend, transport, log)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    main, port = await _listening(gateway.application(), int(environment.get("SANDBOX_PORT_8080") or 0))
    side, management = await _listening(gateway.management(), int(environment.get("SANDBOX_PORT_8090") or 0))
    await configuration.load()
    sys.stdout.write(json.dumps({"port": port, "management_port": management}) + "\n")
    sys.stdout.flush()
    await stop.wait()
    for runner in (main, side):
        await runner.cleanup()
    await transport.close()
    log.close()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s [%(levelname)s] %(name)s: %(message)s")
    if not os.environ.get("THREESCALE_PORTAL_ENDPOINT"):
        sys.exit(
            "The gateway was started without THREESCALE_PORTAL_ENDPOINT. It has to be the URL of the Admin API with"
            " a token in it, http://token@host:port. Set it and start again."
        )
    asyncio.run(serve(dict(os.environ)))
