"""`python -m sandbox.model`: one served model on loopback ports; the first line on stdout names them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys

from aiohttp import web

from sandbox.model.arguments import from_environment
from sandbox.model.server import ModelServer
from sandbox.request_log import RequestLog


async def _listening(application: web.Application, port: int) -> tuple[web.AppRunner, int]:
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner, int(runner.addresses[0][1])


async def serve(environment: dict[str, str]) -> None:
    """Serve until SIGTERM or SIGINT."""
    arguments = from_environment(environment.get("SANDBOX_ARGS"))
    log = RequestLog(environment.get("SANDBOX_CONTROL_URL"), "model")
    server = ModelServer(arguments, log, float(environment.get("TOKEN_SECONDS") or 0))
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    main, port = await _listening(server.application(), int(environment.get("SANDBOX_PORT_8080") or 0))
    control, control_port = await _listening(server.control(), int(environment.get("CONTROL_PORT") or 0))
    sys.stdout.write(json.dumps({"port": port, "control_port": control_port}) + "\n")
    sys.stdout.flush()
    await stop.wait()
    for runner in (main, control):
        await runner.cleanup()
    log.close()


if __name__ == "__main__":
    asyncio.run(serve(dict(os.environ)))
