"""`python -m sandbox.model [engine]`: one served model on loopback ports; the first line on stdout names them."""

from __future__ import annotations

import asyncio
import os
import sys

from sandbox import two_ports
from sandbox.model.arguments import from_environment
from sandbox.model.other_servers import SERVERS
from sandbox.request_log import RequestLog
from sandbox.two_ports import Listener


async def serve(environment: dict[str, str], engine: str = "vllm") -> None:
    """Serve until SIGTERM or SIGINT."""
    arguments = from_environment(environment.get("SANDBOX_ARGS"), environment.get("VLLM_API_KEY"))
    log = RequestLog(environment.get("SANDBOX_CONTROL_URL"), "model")
    server = SERVERS[engine](arguments, log, float(environment.get("TOKEN_SECONDS") or 0))
    await two_ports.serve(
        Listener(application=server.application(), port=int(environment.get("SANDBOX_PORT_8080") or 0)),
        Listener(application=server.control(), port=int(environment.get("CONTROL_PORT") or 0)),
    )
    log.close()


if __name__ == "__main__":
    asyncio.run(serve(dict(os.environ), *sys.argv[1:2]))
