"""A small web server of a test's own: files from a dictionary, and a log of what was asked."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Site:
    """What a server offers (`files`, path to content), and what it was asked for (`asked`) by whom (`credentials`)."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.asked: list[str] = []
        self.credentials: set[str] = set()
        self.url = ""
        self.answering = threading.Event()
        self.answering.set()


@contextmanager
def serving(files: dict[str, bytes]) -> Iterator[Site]:
    """Serve on a free port of the loopback. While `answering` is cleared, requests wait."""
    site = Site(files)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            if token := self.headers.get("Authorization", "").removeprefix("Basic "):
                site.credentials.add(base64.b64decode(token).decode())
            site.answering.wait(30)
            content = site.files.get(self.path)
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        site.answering.set()
        server.shutdown()
        thread.join()
        server.server_close()
