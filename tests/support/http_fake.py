"""A loopback HTTP server that answers from a table and remembers what was asked."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, Any]
"""Status and body: bytes as they are, anything else as JSON."""


@dataclass
class Fake:
    """What the server answers and was asked."""

    answer: Callable[[str, str, bytes], Answer]
    """(method, path with query, body) → answer."""
    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Method and path with query, in order."""
    headers: list[dict[str, str]] = field(default_factory=list)


def _handler(fake: Fake) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fake.asked.append((self.command, self.path))
            fake.headers.append(dict(self.headers))
            status, value = fake.answer(self.command, self.path, body)
            data = value if isinstance(value, bytes) else json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = _respond  # noqa: N815 (http.server's names)

        def log_message(self, *_arguments: object) -> None:
            """Keep the test's output clean."""

    return Handler


@contextmanager
def serving(answer: Callable[[str, str, bytes], Answer]) -> Iterator[Fake]:
    """Serve `answer` on a free loopback port until the block ends."""
    fake = Fake(answer)
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake)) as server:
        fake.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield fake
        finally:
            server.shutdown()
            thread.join()
