"""An engine and a backend of 3scale that do what a test tells them, and remember what they were asked."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qsl, urlsplit

WAIT_SECONDS = 20.0


@dataclass(frozen=True)
class Asked:
    """One request that arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The body's fields."""
        return dict(parse_qsl(self.body.decode()))


@dataclass(frozen=True)
class Answer:
    """What a server answers: whole, or piece by piece as chunks; an event among the pieces is waited for."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    pieces: Sequence[bytes | threading.Event] = ()
    until_close: bool = False
    """Whether the end of the connection is the body's end."""
    dropped: bool = False
    """Whether the connection ends without an answer."""


class Server:
    """One HTTP server on a free loopback port; `answer` tells it what to say to a request."""

    def __init__(self, answer: Callable[[Asked], Answer]) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self.broken = 0
        """Answers whose client had left before their end."""
        self._changed = threading.Condition()

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def note(self, asked: Asked) -> None:
        """Remember a request."""
        with self._changed:
            self.asked.append(asked)
            self._changed.notify_all()

    def note_broken(self) -> None:
        """Remember an answer that did not arrive."""
        with self._changed:
            self.broken += 1
            self._changed.notify_all()

    def wait(self, condition: Callable[[], bool]) -> None:
        """Return when the condition holds; it is looked at again after each request."""
        with self._changed:
            assert self._changed.wait_for(condition, WAIT_SECONDS), [f"{one.method} {one.path}" for one in self.asked]

    def of(self, path: str) -> list[Asked]:
        """The requests with that path."""
        return [one for one in self.asked if one.path == path]


class _Handler(BaseHTTPRequestHandler):
    owner: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_one(self) -> None:
        """Remember the request and answer it."""
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fields = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, url.path, dict(parse_qsl(url.query)), fields, body)
        self.owner.note(asked)
        answer = self.owner.answer(asked)
        try:
            if not answer.dropped:
                self._send_head(answer)
                self._send_body(answer)
        except (BrokenPipeError, ConnectionResetError):
            self.owner.note_broken()
            self.close_connection = True
        self.close_connection |= answer.dropped

    def _send_head(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.until_close:
            self.send_header("Connection", "close")
        elif answer.pieces:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()

    def _send_body(self, answer: Answer) -> None:
        self.wfile.write(answer.body)
        for piece in answer.pieces:
            if isinstance(piece, threading.Event):
                assert piece.wait(WAIT_SECONDS)
            elif piece:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        if answer.pieces:
            self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


METHODS = ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD")


def _handler(owner: Server) -> type[_Handler]:
    """The handler of one server; it has one function for every method."""
    return type("Handler", (_Handler,), {"owner": owner, **{f"do_{name}": _Handler.handle_one for name in METHODS}})


AUTHREP = "/transactions/authrep.xml"
REPORT = "/transactions.xml"
AUTHORIZE = "/transactions/authorize.xml"


class Backend(Server):
    """3scale's backend: lets everybody in and takes every report, but for what `refusals` say of a key."""

    def __init__(self) -> None:
        self.refusals: dict[str, Answer] = {}
        self.plan = "Standard"
        super().__init__(self._answered)

    def _answered(self, asked: Asked) -> Answer:
        key = asked.query.get("user_key", "")
        if asked.path == REPORT:
            return Answer(202)
        if key in self.refusals:
            return self.refusals[key]
        if asked.path == AUTHORIZE:
            return Answer(200, body=f"<status><authorized>true</authorized><plan>{self.plan}</plan></status>".encode())
        return Answer(200)

    def reported(self, key: str) -> dict[str, int]:
        """Metric → sum of what was reported for a key; only reports, not what was authorised."""
        sums: dict[str, int] = {}
        for one in self.of(REPORT):
            fields = one.form
            if fields.get("transactions[0][user_key]") != key:
                continue
            for name, value in fields.items():
                if name.startswith("transactions[0][usage]["):
                    metric = name.removeprefix("transactions[0][usage][").removesuffix("]")
                    sums[metric] = sums.get(metric, 0) + int(value)
        return sums

    def authorised(self, key: str) -> list[Asked]:
        """Calls to authorise and report for a key."""
        return [one for one in self.of(AUTHREP) if one.query.get("user_key") == key]
