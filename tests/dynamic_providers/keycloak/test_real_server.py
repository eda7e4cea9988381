"""A real Keycloak hands its administration over, and tells the portal exactly what it reads."""

import html
import re
import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from components.maas_realm.contract import DEFAULT_SCOPES
from dynamic_providers.keycloak.admin_api import Credentials, Server
from dynamic_providers.keycloak.permanent_client import PermanentClientProvider
from tests.toolchain.stand_ins.keycloak import keycloak_server

pytestmark = pytest.mark.slow

CALLBACK = "https://maas.apps.maas.test/auth/keycloak/callback"
READ = {"sub", "email", "email_verified", "org_name", "preferred_username"}
"""What porta reads of userinfo; of `username` and `preferred_username` one is enough."""


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[keycloak_server.Server]:
    with keycloak_server.running(tmp_path_factory.mktemp("keycloak")) as found:
        yield found


@pytest.fixture(scope="module")
def own(started: keycloak_server.Server) -> Credentials:
    """The administrator that stays, in a server whose first one is gone."""
    provider = PermanentClientProvider()
    provider.settings = {
        "url": started.url,
        "bootstrapClientId": started.client_id,
        "bootstrapClientSecret": started.client_secret,
    }
    wanted = {"client_id": "maas-permanent", "client_secret": secrets.token_hex(32)}
    provider.create(wanted)
    return Credentials(wanted["client_id"], wanted["client_secret"])


class Admin:
    """The Admin API as the permanent client."""

    def __init__(self, url: str, who: Credentials) -> None:
        form = {"grant_type": "client_credentials", "client_id": who.client_id, "client_secret": who.secret}
        answer = requests.post(f"{url}/realms/master/protocol/openid-connect/token", data=form, timeout=30)
        self.url, self.headers = url, {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def send(self, method: str, path: str, json: Any = None) -> requests.Response:  # noqa: ANN401 - JSON
        answer = requests.request(method, f"{self.url}/admin/{path}", json=json, headers=self.headers, timeout=60)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer


@pytest.mark.row("S-088")
def test_the_first_administrator_is_gone_and_the_one_that_stays_can_do_everything(
    started: keycloak_server.Server, own: Credentials
) -> None:
    server = Server(started.url)
    assert server.signed_in(Credentials(started.client_id, started.client_secret)) is None
    found = server.signed_in(own)
    assert found is not None
    assert found.may_administer()
    provider = PermanentClientProvider()
    provider.settings = {"url": started.url, "bootstrapClientId": started.client_id, "bootstrapClientSecret": "x"}
    known = {"client_id": own.client_id, "client_secret": own.secret}
    assert provider.read(own.client_id, known).id == own.client_id
    newer = {**known, "client_secret": secrets.token_hex(32)}
    provider.update(own.client_id, known, newer)
    assert server.signed_in(own) is None
    provider.update(own.client_id, newer, known)
    assert server.signed_in(own) is not None


def mapper(name: str, kind: str, source: str, claim: str, type_: str) -> dict[str, Any]:
    config = {"user.attribute": source, "claim.name": claim, "jsonType.label": type_, "id.token.claim": "true"}
    return {
        "name": name,
        "protocol": "openid-connect",
        "protocolMapper": kind,
        "config": {**config, "access.token.claim": "false", "userinfo.token.claim": "true"},
    }


@pytest.fixture
def client(started: keycloak_server.Server, own: Credentials) -> Iterator[dict[str, str]]:
    """The portal's client with the component's own scopes and mappers, and a person."""
    admin, realm = Admin(started.url, own), f"r{secrets.token_hex(4)}"
    admin.send("POST", "realms", {"realm": realm, "enabled": True, "sslRequired": "external"})
    # The rights on a new realm come with the next token.
    admin = Admin(started.url, own)
    body = {
        "clientId": "3scale",
        "redirectUris": [f"{CALLBACK}/*"],
        "standardFlowEnabled": True,
        "fullScopeAllowed": False,
        "defaultClientScopes": list(DEFAULT_SCOPES),
        "protocolMappers": [
            mapper("email verified", "oidc-usermodel-property-mapper", "emailVerified", "email_verified", "boolean"),
            mapper("username", "oidc-usermodel-property-mapper", "username", "preferred_username", "String"),
            mapper("org_name", "oidc-usermodel-attribute-mapper", "email", "org_name", "String"),
        ],
    }
    made = admin.send("POST", f"realms/{realm}/clients", body).headers["Location"].rpartition("/")[2]
    secret = admin.send("GET", f"realms/{realm}/clients/{made}/client-secret").json()["value"]
    person = {"username": "ada", "email": "ada@example.com", "emailVerified": True, "enabled": True}
    password = [{"type": "password", "value": "Canary-password", "temporary": False}]
    names = {"firstName": "Ada", "lastName": "Lovelace"}
    admin.send("POST", f"realms/{realm}/users", {**person, **names, "credentials": password})
    yield {"endpoint": f"{started.url}/realms/{realm}/protocol/openid-connect", "secret": str(secret)}
    admin.send("DELETE", f"realms/{realm}")


@pytest.mark.row("S-094")
def test_userinfo_has_exactly_the_claims_that_porta_reads(client: dict[str, str]) -> None:
    browser, endpoint = requests.Session(), client["endpoint"]
    query = {"client_id": "3scale", "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid"}
    shown = browser.get(f"{endpoint}/auth", params=query, timeout=30)
    form = re.search(r'<form[^>]*id="kc-form-login"[^>]*action="([^"]+)"', shown.text, re.DOTALL)
    assert form, shown.text[:600]
    for cookie in browser.cookies:
        cookie.secure = False
    fields = {"username": "ada", "password": "Canary-password", "credentialId": ""}
    sent = browser.post(html.unescape(form[1]), data=fields, timeout=30, allow_redirects=False)
    code = parse_qs(urlsplit(sent.headers["Location"]).query)["code"][0]
    exchange = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    of_client = {"client_id": "3scale", "client_secret": client["secret"]}
    token = requests.post(f"{endpoint}/token", data={**exchange, **of_client}, timeout=30).json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    claims = requests.get(f"{endpoint}/userinfo", headers=headers, timeout=30).json()

    assert set(claims) == READ
    assert claims["email_verified"] is True
    assert (claims["org_name"], claims["preferred_username"]) == ("ada@example.com", "ada")
