"""A part that is a process of its own: a port to serve and one to be controlled by, both named on stdout."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from dataclasses import dataclass

from aiohttp import web


@dataclass(frozen=True, kw_only=True)
class Listener:
    """An application and the loopback port it is to have; 0 for a free one.

    With `cancel` a client that gives up ends its handler.
    """

    application: web.Application
    port: int
    cancel: bool = False

    async def start(self) -> tuple[web.AppRunner, int]:
        """The running server and its port."""
        runner = web.AppRunner(
            self.application, access_log=None, handler_cancellation=self.cancel, shutdown_timeout=1.0
        )
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        return runner, int(runner.addresses[0][1])


async def serve(main: Listener, control: Listener) -> None:
    """Serve both until SIGTERM or SIGINT; stdout begins with `{"port": …, "control_port": …}`."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    running = [await main.start(), await control.start()]
    sys.stdout.write(json.dumps({"port": running[0][1], "control_port": running[1][1]}) + "\n")
    sys.stdout.flush()
    await stop.wait()
    for runner, _ in running:
        await runner.cleanup()
