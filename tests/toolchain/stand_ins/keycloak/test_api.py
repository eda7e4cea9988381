"""The admin API's client: one login, renewed tokens, refusals, certificates, no secret in any text."""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from toolchain.stand_ins.keycloak.api import AdminApi
from toolchain.stand_ins.keycloak.errors import ApiError, KeycloakError, LoginError
from toolchain.stand_ins.keycloak.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

CANARY = "canary-secret"


class Server(ThreadingHTTPServer):
    """Gives tokens and answers with them; `refused` tokens get 401, `status` is the answer to anything else."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.calls: Counter[str] = Counter()
        self.forms: list[str] = []
        self.refused: set[str] = set()
        self.status = 200
        self.body = b"{}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_args: object) -> None:
        """Nothing: the test counts the calls itself."""

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.path.endswith("/token"):
            self.server.forms.append(sent)
            self.answer("token", 200, json.dumps({"access_token": f"t{self.server.calls['token']}"}).encode())
        else:
            self.answer("post", self.server.status, self.server.body)

    def do_GET(self) -> None:
        token = self.headers["Authorization"].removeprefix("Bearer ")
        name = "serverinfo" if self.path.endswith("/serverinfo") else "get"
        self.answer(name, 401 if token in self.server.refused else self.server.status, self.server.body)

    def answer(self, name: str, status: int, body: bytes) -> None:
        self.server.calls[name] += 1
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def keycloak() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def api(url: str, **more: str) -> AdminApi:
    given = Settings(url=url, admin_url=url, realm="master", client_id="c", client_secret=CANARY)
    return AdminApi(replace(given, **more))  # type: ignore[arg-type]  # only texts are given


def test_concurrent_first_requests_log_in_once(keycloak: Server) -> None:
    admin = api(keycloak.url)
    threads = [threading.Thread(target=admin.get, args=("realms", str(at))) for at in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert keycloak.calls == {"token": 1, "serverinfo": 1, "get": 12}


def test_an_expired_token_is_renewed_and_the_request_repeated_once(keycloak: Server) -> None:
    admin = api(keycloak.url)
    admin.login()
    keycloak.refused = {"t0"}
    assert admin.get("realms", "maas") == {}
    assert keycloak.calls == {"token": 2, "serverinfo": 1, "get": 2}


def test_a_server_that_refuses_every_token_is_an_error(keycloak: Server) -> None:
    admin = api(keycloak.url)
    admin.login()
    keycloak.refused = {f"t{at}" for at in range(10)}
    with pytest.raises(ApiError, match="401 Unauthorized"):
        admin.get("realms", "maas")
    assert keycloak.calls["get"] == 2


def test_a_password_wins_over_a_client_secret(keycloak: Server) -> None:
    api(keycloak.url, username="admin", password="p").login()
    api(keycloak.url).login()
    assert "grant_type=password" in keycloak.forms[0]
    assert "grant_type=client_credentials" in keycloak.forms[1]


def test_a_refusal_quotes_method_path_and_body(keycloak: Server) -> None:
    keycloak.status, keycloak.body = 409, b'{"errorMessage":"Realm maas already exists"}'
    admin = api(keycloak.url, access_token="given")
    with pytest.raises(ApiError) as error:
        admin.post("realms", body={"password": CANARY})
    assert str(error.value) == (
        "error sending POST request to /admin/realms: 409 Conflict. "
        'Response body: {"errorMessage":"Realm maas already exists"}'
    )


def test_an_unreachable_server_is_a_login_error_without_secrets() -> None:
    with pytest.raises(LoginError) as error:
        api("http://127.0.0.1:1").get("realms")
    assert str(error.value).startswith(
        'failed to perform initial login to Keycloak: Post "http://127.0.0.1:1/realms/master/'
    )
    assert "connection refused" in str(error.value)
    assert CANARY not in str(error.value)


def test_parts_of_a_path_are_escaped(keycloak: Server) -> None:
    keycloak.status, keycloak.body = 404, b""
    with pytest.raises(ApiError, match=r"/admin/realms/a%2Fb%20c: 404 Not Found"):
        api(keycloak.url, access_token="t").get("realms", "a/b c")


def test_a_text_that_is_no_certificate_fails_at_the_first_request_only() -> None:
    admin = api("https://127.0.0.1:1", root_ca="garbage")
    with pytest.raises(KeycloakError, match="rootCaCertificate: no certificate can be read"):
        admin.get("realms")
