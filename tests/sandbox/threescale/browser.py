"""Somebody at the developer portal, with a cookie jar, and the realm that somebody signs in at."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    from tests.support.tenant import Answer, Api

PORTAL = "maas.apps.maas.test"


@dataclass
class Browser:
    """Keeps cookies, follows no redirect by itself."""

    api: Api
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, address: str) -> Answer:
        return self._call("GET", address)

    def post(self, address: str, **form: str) -> Answer:
        return self._call("POST", address, form)

    def landed(self, answer: Answer) -> Answer:
        """The page behind the redirects of an answer."""
        while answer.status == 302:
            answer = self.get(answer.headers["Location"])
        return answer

    def _call(self, method: str, address: str, form: dict[str, str] | None = None) -> Answer:
        path, _, query = address.partition("?")
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.api.call(
            method, path, form=form, query=query, basic=None, host=PORTAL, headers={"cookie": cookies}
        )
        if set_cookie := answer.headers.get("Set-Cookie"):
            name, _, value = set_cookie.partition(";")[0].partition("=")
            self.cookies |= {name: value}
        return answer


@dataclass
class Realm:
    """A scripted OpenID provider: code → claims of the user; each code is good once."""

    url: str = ""
    client: tuple[str, str] = ("3scale", "canary-client-secret")
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    redirect_uris: list[str] = field(default_factory=list)
    token_calls: list[dict[str, str]] = field(default_factory=list)
    userinfo_status: int = 200
    hold: threading.Event | None = None
    """Answer only when this is set."""

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.token_calls.append(form)
        if (form.get("client_id"), form.get("client_secret")) != self.client:
            return 401, {"error": "unauthorized_client"}
        if form["redirect_uri"] not in self.redirect_uris:
            return 400, {"error": "invalid_grant", "error_description": "Incorrect redirect_uri"}
        claims = self.codes.pop(form.get("code", ""), None)
        if claims is None:
            return 400, {"error": "invalid_grant", "error_description": "Code not valid"}
        return 200, {"access_token": json.dumps(claims), "id_token": "canary-id-token", "token_type": "Bearer"}


def _handler(realm: Realm) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            told = realm.token({name: values[0] for name, values in sent.items()})
            if realm.hold:
                realm.hold.wait(5)
            self.reply(*told)

        def do_GET(self) -> None:
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            self.reply(realm.userinfo_status, json.loads(token))

        def reply(self, status: int, body: dict[str, Any]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    return Handler


@contextmanager
def realm_running(context: ssl.SSLContext | None = None) -> Iterator[Realm]:
    """A realm on loopback until the block ends; with TLS where a context is given."""
    realm = Realm(redirect_uris=[f"https://{PORTAL}/auth/keycloak/callback"])
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(realm)) as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        realm.url = f"{'https' if context else 'http'}://127.0.0.1:{server.server_address[1]}/realms/maas"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield realm
        finally:
            server.shutdown()
            thread.join()


def authorization(address: str) -> dict[str, str]:
    """The parameters of a link to the realm."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
