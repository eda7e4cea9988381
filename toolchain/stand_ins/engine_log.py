"""Messages for the user: sent to the engine, which shows them beside the resource, or for the whole run."""

from __future__ import annotations

import socket
import sys
import threading

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

SEND_SECONDS = 5.0
"""How long one message may take; the engine is on the same machine."""

_LONGEST_NAME = 100
"""Bytes of a claim's name; the kernel takes 107."""


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

    def once(self, message: str) -> None:
        """Show a line that stays, unless a running process of the same engine has shown it."""
        if self._claimed(message):
            self._send("", message, engine_pb2.INFO, ephemeral=False)

    def _claimed(self, message: str) -> bool:
        """Whether this process is the first of its engine to say so: every provider instance is a process.

        The claim is a name in the kernel's abstract namespace (unix(7)): it is nobody's file and ends with the process.
        """
        with self._lock:
            address = self._address
            if not address:
                return True
            claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            try:
                claim.bind(f"\0maas {address} {message}".encode()[:_LONGEST_NAME])
            except OSError:
                claim.close()
                return False
            claim.detach()
            return True

    def _send(self, urn: str, message: str, severity: engine_pb2.LogSeverity.ValueType, *, ephemeral: bool) -> None:
        with self._lock:
            if self._stub is None and self._address:
                self._stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(self._address))
            stub = self._stub
        if stub is None:
            about = f"{urn}: " if urn else ""
            sys.stderr.write(f"{about}{message}\n" if message else "")
            return
        request = engine_pb2.LogRequest(severity=severity, message=message, urn=urn, ephemeral=ephemeral)
        try:
            stub.Log(request, timeout=SEND_SECONDS)
        except grpc.RpcError as error:  # the operation goes on; the engine may already have hung up
            sys.stderr.write(f"the engine at {self._address} took no message: {error}\n")
