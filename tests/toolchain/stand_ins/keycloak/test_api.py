"""The admin API's client: one login, renewed tokens, refusals, certificates, no secret in any text."""

from __future__ import annotations

import json
import ssl
import threading
from collections import Counter
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from tests.toolchain.stand_ins.keycloak.authority import issued
from tests.toolchain.stand_ins.keycloak.tunnels import tunnel
from toolchain.stand_ins.keycloak.api import AdminApi
from toolchain.stand_ins.keycloak.errors import ApiError, KeycloakError, LoginError
from toolchain.stand_ins.keycloak.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CANARY = "canary-secret"


class Server(ThreadingHTTPServer):
    """Gives tokens and answers with them; `refused` tokens get 401, `status` is the answer to anything else."""

    request_queue_size = 64

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
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def api(url: str, **more: str) -> AdminApi:
    given = Settings(url=url, admin_url=url, realm="master", client_id="c", client_secret=CANARY)
    return AdminApi(replace(given, **more))  # type: ignore[arg-type]  # only texts are given


def unverified(url: str) -> AdminApi:
    given = Settings(url=url, admin_url=url, realm="master", client_id="c", client_secret=CANARY, verify=False)
    return AdminApi(given)


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


def test_a_page_instead_of_json_is_explained(keycloak: Server) -> None:
    keycloak.body = b"<html>"
    with pytest.raises(KeycloakError, match=r"wanted JSON, answered was .* Check `url` and `basePath`"):
        api(keycloak.url, access_token="t").get("realms")


def test_a_redirect_is_no_success(keycloak: Server) -> None:
    keycloak.status = 302
    with pytest.raises(ApiError, match="302 Found"):
        api(keycloak.url, access_token="t").get("realms")


def test_proxies_of_the_environment_are_used(keycloak: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", keycloak.url)
    monkeypatch.setenv("NO_PROXY", "")
    assert api("http://sso.apps.maas.test").get("realms", "maas") == {}
    assert keycloak.calls == {"token": 1, "serverinfo": 1, "get": 1}


@pytest.fixture
def secure(keycloak: Server, tmp_path: Path) -> tuple[str, str]:
    """The server behind TLS: its address, and the PEM text of the authority that signed its certificate."""
    authority, chain = issued(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    keycloak.socket = context.wrap_socket(keycloak.socket, server_side=True)
    return f"https://127.0.0.1:{keycloak.server_address[1]}", authority


def test_the_given_authority_is_trusted(secure: tuple[str, str]) -> None:
    url, authority = secure
    assert api(url, root_ca=authority).get("realms") == {}


def test_another_authority_is_not_trusted(
    secure: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(secure[1])
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(LoginError, match="tls: failed to verify certificate"):
        api(secure[0], root_ca=issued(other)[0]).get("realms")
    assert api(secure[0]).get("realms") == {}


def test_an_unknown_authority_is_refused_unless_verification_is_off(
    secure: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(LoginError, match="tls: failed to verify certificate"):
        api(secure[0]).get("realms")
    assert unverified(secure[0]).get("realms") == {}


def test_a_tunnel_through_a_proxy_ends_at_the_given_authority(
    secure: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tunnel() as (proxy, targets):
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        monkeypatch.setenv("NO_PROXY", "")
        assert api(secure[0], root_ca=secure[1]).get("realms") == {}
        with pytest.raises(LoginError, match="tls: failed to verify certificate"):
            api(secure[0], root_ca=issued(tmp_path)[0]).get("realms")
    assert set(targets) == {secure[0].removeprefix("https://")}
