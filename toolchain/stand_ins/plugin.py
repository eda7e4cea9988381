"""What every stand-in plugin does the same way: start, say its port, refuse by name, end quietly.

Pulumi's engine starts a plugin with its own address as the last plain argument, reads one line with a port number from
the plugin's standard output, and ends it with SIGINT to its process group (sdk/v3, go/common/resource/plugin).
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import grpc

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

MESSAGE_BYTES = 400 * 1024 * 1024
"""Largest message in bytes: the limit that Pulumi's own plugins set (sdk/v3, rpcutil)."""

PARENT_CHECK_SECONDS = 1.0
"""How often a plugin looks whether the process that started it is still there."""

Servicer = TypeVar("Servicer", bound=type[Any])


def engine_address(arguments: list[str]) -> str:
    """The engine's address: the last argument that is not a flag; "" when the plugin was started by hand."""
    plain = [argument for argument in arguments if not argument.startswith("-")]
    return plain[-1] if plain else ""


def refuse(context: grpc.ServicerContext, stand_in: str, call: str, instead: str = "") -> NoReturn:
    """End the call with UNIMPLEMENTED and a sentence that names the stand-in and the call.

    `instead` says what to do; by default to use the official plugin.
    """
    remedy = instead or f"Use the official {stand_in} plugin for programs that need it."
    context.abort(grpc.StatusCode.UNIMPLEMENTED, f"{call}: not implemented by the {stand_in} stand-in plugin. {remedy}")
    raise AssertionError("abort returned")  # pragma: no cover - abort always raises


def refusing_the_rest(stand_in: str) -> Callable[[Servicer], Servicer]:
    """A class decorator: every RPC of the generated base class that the class leaves out refuses by its name."""

    def decorate(servicer: Servicer) -> Servicer:
        for name in dir(servicer.__mro__[1]):
            if name[0].isupper() and name not in vars(servicer):
                setattr(servicer, name, _refusal(stand_in, name))
        return servicer

    return decorate


def _refusal(stand_in: str, call: str) -> Callable[[object, object, grpc.ServicerContext], NoReturn]:
    """A servicer method that refuses `call`."""

    def method(_self: object, _request: object, context: grpc.ServicerContext) -> NoReturn:
        refuse(context, stand_in, call)

    return method


def started(register: Callable[[grpc.Server], None], workers: int = 64) -> tuple[grpc.Server, int]:
    """A running server on a free loopback port, and that port; `register` adds the servicers.

    `workers` bounds how many calls run at once; the engine itself has no more than `--parallel` of them open.
    """
    server = grpc.server(
        ThreadPoolExecutor(max_workers=workers),
        options=[
            ("grpc.max_receive_message_length", MESSAGE_BYTES),
            ("grpc.max_send_message_length", MESSAGE_BYTES),
            ("grpc.so_reuseport", 0),
        ],
    )
    register(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def serve(
    register: Callable[[grpc.Server], None], *, workers: int = 64, at_end: Callable[[], None] | None = None
) -> None:
    """Run the plugin until SIGINT, SIGTERM or the death of the process that started it; then end with status 0.

    `at_end` runs before the end, for what must not outlive the plugin. An engine that is killed cannot end its
    plugins, hence the look at the parent.
    """
    parent = os.getppid()
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    server, port = started(register, workers)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    while not stop.wait(PARENT_CHECK_SECONDS) and os.getppid() == parent:
        pass
    if at_end is not None:
        at_end()
    server.stop(grace=0.2).wait()
    sys.stdout.flush()
    sys.stderr.flush()
    # A call that still waits for a server would keep its worker thread, and with it the process, alive.
    os._exit(0)
