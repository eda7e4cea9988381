"""`python -m sandbox.gateway`: the gateway on loopback ports; the first line on stdout names them."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys

from sandbox.gateway.assembly import assembled, listening
from sandbox.gateway.transport import Surroundings, Transport
from sandbox.request_log import RequestLog

# What the operator sets: production reads at start and every five minutes, staging for every request.
_CACHE_SECONDS = {"production": 300.0, "staging": 0.0}
_PORTS = {"port": "SANDBOX_PORT_8080", "management_port": "SANDBOX_PORT_8090", "metrics_port": "SANDBOX_PORT_9421"}


async def serve(environment: dict[str, str]) -> None:
    """Serve until SIGTERM or SIGINT."""
    deployment = environment.get("THREESCALE_DEPLOYMENT_ENV") or "production"
    cache = environment.get("APICAST_CONFIGURATION_CACHE") or _CACHE_SECONDS.get(deployment, 0.0)
    log = RequestLog(environment.get("SANDBOX_CONTROL_URL"), f"gateway-{deployment}")
    transport = Transport(Surroundings.of(environment))
    gateway = assembled(transport, log, environment, deployment, float(cache))
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    applications = (gateway.application(), gateway.management(), gateway.metrics())
    runners, told = [], {}
    for application, (name, variable) in zip(applications, _PORTS.items(), strict=True):
        runner, told[name] = await listening(application, int(environment.get(variable) or 0))
        runners.append(runner)
    await gateway.load()
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    await stop.wait()
    for runner in runners:
        await runner.cleanup()
    await gateway.finish()
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
