"""An address over TLS that answers 200 to everything."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.support.authorities import none_of_the_machine
from tests.toolchain.stand_ins.keycloak.authority import issued


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def tls_door(folder: Path) -> Iterator[tuple[str, str]]:
    """Its address, and the authority that signs its certificate; nobody of this machine does."""
    authority, chain = issued(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server, none_of_the_machine():
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"https://127.0.0.1:{server.server_address[1]}/", authority
        finally:
            server.shutdown()
            thread.join()
