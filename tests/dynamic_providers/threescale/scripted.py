"""A loopback server that answers what a test scripts, down to the bytes."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from dynamic_providers.threescale.client import AdminApi
from dynamic_providers.threescale.transport import Patience

TOKEN = "canary-0815-token"
EAGER = Patience(connect_seconds=1, read_seconds=0.5, retries=2, backoff_seconds=0.001)


@dataclass
class Reply:
    status: int = 200
    body: Any = field(default_factory=dict)
    """Bytes as they are, anything else as JSON."""
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    """Break the connection off in the middle of the body."""
    reset: bool = False
    """Break the connection off without an answer."""
    hold: threading.Event | None = None
    """Answer only when this is set."""


@dataclass
class Scripted:
    reply: Callable[[str, str], Reply]
    """(method, path with query) → reply."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    connections: set[tuple[str, int]] = field(default_factory=set)
    url: str = ""

    def api(self, **more: Any) -> AdminApi:  # noqa: ANN401 - options of the client
        """Return an impatient client of this server."""
        return AdminApi(self.url, TOKEN, **({"patience": EAGER} | more))


def _handler(server: Scripted) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            server.asked.append((self.command, self.path))
            server.headers.append(dict(self.headers))
            server.connections.add(self.client_address)
            reply = server.reply(self.command, self.path)
            if reply.hold:
                reply.hold.wait(5)
            if reply.reset:
                self.close_connection = True
                return
            data = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response_only(reply.status)
            usual = {"Content-Type": "application/json", "Date": self.date_time_string()}
            for name, value in (usual | reply.headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: len(data) // 2] if reply.cut else data)
            self.close_connection = self.close_connection or reply.cut

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    return Handler


@contextmanager
def scripted(reply: Callable[[str, str], Reply], context: ssl.SSLContext | None = None) -> Iterator[Scripted]:
    """Serve `reply` until the block ends; with TLS where a context is given."""
    server = Scripted(reply)
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(server)) as running:
        if context:
            running.socket = context.wrap_socket(running.socket, server_side=True)
        server.url = f"{'https' if context else 'http'}://127.0.0.1:{running.server_address[1]}"
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            running.shutdown()
            thread.join()


def in_turn(*replies: Reply) -> Callable[[str, str], Reply]:
    """Return the replies one after the other; the last one again and again."""
    left = list(replies)
    return lambda _method, _path: left.pop(0) if len(left) > 1 else left[0]
