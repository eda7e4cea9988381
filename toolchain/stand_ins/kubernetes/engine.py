"""Messages for the user: sent to the engine, which shows them beside the resource."""

from __future__ import annotations

import sys
import threading

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

SEND_SECONDS = 5.0
"""How long one message may take; the engine is on the same machine."""


class EngineLog:
    """Sends messages to the engine; without an engine they go to standard error."""

    def __init__(self, address: str = "") -> None:
        self._address = address
        self._stub: engine_pb2_grpc.EngineStub | None = None
        self._lock = threading.Lock()

    def attach(self, address: str) -> None:
        """Send to another engine from now on."""
        with self._lock:
            self._address, self._stub = address, None

    def warning(self, urn: str, message: str) -> None:
        """Show a warning that stays."""
        self._send(urn, message, engine_pb2.WARNING, ephemeral=False)

    def tell(self, urn: str, message: str) -> None:
        """Show a line of progress that the next one replaces."""
        self._send(urn, message, engine_pb2.INFO, ephemeral=True)

    def _send(self, urn: str, message: str, severity: engine_pb2.LogSeverity.ValueType, *, ephemeral: bool) -> None:
        with self._lock:
            if self._stub is None and self._address:
                self._stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(self._address))
            stub = self._stub
        if stub is None:
            sys.stderr.write(f"{urn}: {message}\n" if message else "")
            return
        request = engine_pb2.LogRequest(severity=severity, message=message, urn=urn, ephemeral=ephemeral)
        try:
            stub.Log(request, timeout=SEND_SECONDS)
        except grpc.RpcError as error:  # the operation goes on; the engine may already have hung up
            sys.stderr.write(f"the engine at {self._address} took no message: {error}\n")
