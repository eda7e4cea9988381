"""A developer's first log-in: the portal, the real realm, and back."""

import html
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.support.deployed import Platform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

READ = {"sub", "email", "email_verified", "org_name", "preferred_username"}
"""The claims 3scale reads; of `username` and `preferred_username` the realm tells the second."""
CLIENT = "3scale"
SECONDS = 30


@dataclass
class Site:
    """The deployed platform as somebody with a browser, and as its two administrators."""

    platform: Platform
    browser: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        settings = {"https": self.platform.endpoints["proxy"]}
        self.browser.trust_env = False
        self.browser.proxies, self.browser.verify = settings, self.platform.endpoints["ca_file"]
        outputs = self.platform.outputs()
        self.portal, self.admin, self.issuer = (
            outputs[name].rstrip("/") for name in ("portal_url", "threescale_admin_url", "identity_issuer_url")
        )
        self.identity, _, self.realm = self.issuer.partition("/realms/")
        found = self.platform.pulumi("config", "--show-secrets", "--json")
        self.secrets = {name: entry["value"] for name, entry in json.loads(found).items()}
        self.keycloak_token = self._keycloak_token()

    def _send(self, method: str, url: str, **options: Any) -> requests.Response:  # noqa: ANN401 - requests' own
        return requests.request(
            method, url, proxies=self.browser.proxies, verify=self.browser.verify, timeout=SECONDS, **options
        )

    def _keycloak_token(self) -> str:
        client = self._provider()["clientId"]
        form = {
            "grant_type": "client_credentials",
            "client_id": client,
            "client_secret": self.secrets["maas:keycloakAdminClientSecret"],
        }
        answer = self._send("POST", f"{self.identity}/realms/master/protocol/openid-connect/token", data=form)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def _provider(self) -> dict[str, Any]:
        resources = self.platform.state()
        return next(one["inputs"] for one in resources if one["type"] == "pulumi:providers:keycloak")

    def keycloak(self, method: str, path: str, **options: Any) -> requests.Response:  # noqa: ANN401 - requests' own
        """One request to the realm's part of Keycloak's Admin API."""
        headers = {"Authorization": f"Bearer {self.keycloak_token}"}
        answer = self._send(method, f"{self.identity}/admin/realms/{self.realm}/{path}", headers=headers, **options)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def threescale(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - any JSON
        """One request to the tenant's Admin API."""
        token = self.secrets.get("maas:threescaleAccessToken") or self.secrets["maas:threescaleSeedToken"]
        answer = self._send(method, f"{self.admin}/admin/api/{path}.json", json=body, auth=("", token))
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None


@pytest.fixture
def site(platform: Platform) -> Iterator[Site]:
    """The portal open to everybody, with a published integration of the realm; afterwards as it was."""
    site = Site(platform)
    code = site.threescale("GET", "provider")["account"].get("site_access_code", "")
    site.threescale("PUT", "provider", {"account": {"site_access_code": ""}})
    made = integrate(site)
    yield site
    site.threescale("PUT", "provider", {"account": {"site_access_code": code}})
    if made:
        site.threescale("PUT", f"authentication_providers/{made}", {"authentication_provider": {"published": False}})


def integrations(site: Site) -> list[dict[str, Any]]:
    listed = site.threescale("GET", "authentication_providers")["authentication_providers"]
    return [one["authentication_provider"] for one in listed]


def integrate(site: Site) -> int | None:
    """Connect the portal with the realm where the program has not done it; the id of what was made or published."""
    found = integrations(site)
    if any(one["published"] for one in found):
        return None
    if found:  # what an earlier test left: 3scale deletes none
        path = f"authentication_providers/{found[0]['id']}"
        site.threescale("PUT", path, {"authentication_provider": {"published": True}})
        return int(found[0]["id"])
    client = site.keycloak("GET", f"clients?clientId={CLIENT}").json()[0]
    callback = urlsplit(next(uri for uri in client["redirectUris"] if "/auth/" in uri))
    fields = {
        "kind": "keycloak",
        "name": "Single sign-on",
        "system_name": callback.path.split("/")[2],
        "client_id": CLIENT,
        "client_secret": client["secret"],
        "site": site.issuer,
        "published": True,
        "automatically_approve_accounts": True,
    }
    made = site.threescale("POST", "authentication_providers", {"authentication_provider": fields})
    return int(made["authentication_provider"]["id"])


@pytest.fixture
def person(site: Site) -> Iterator[dict[str, str]]:
    """A user of the realm with a verified address; gone afterwards, with the account in 3scale."""
    name = f"e2e-{secrets.token_hex(4)}"
    person = {"username": name, "email": f"{name}@example.com", "password": f"Canary-{secrets.token_hex(12)}"}
    user = {
        "username": name,
        "email": person["email"],
        "emailVerified": True,
        "enabled": True,
        "firstName": "Ada",
        "lastName": "Lovelace",
        "credentials": [{"type": "password", "value": person["password"], "temporary": False}],
    }
    made = site.keycloak("POST", "users", json=user).headers["Location"].rpartition("/")[2]
    yield person
    site.keycloak("DELETE", f"users/{made}")
    for account in accounts(site, person["email"]):
        site.threescale("DELETE", f"accounts/{account['id']}")


def accounts(site: Site, org_name: str) -> list[dict[str, Any]]:
    listed = site.threescale("GET", "accounts")["accounts"]
    return [one["account"] for one in listed if one["account"]["org_name"] == org_name]


def log_in(site: Site, person: dict[str, str]) -> requests.Response:
    """The page that somebody sees who follows the portal's link and fills in the realm's form."""
    page = site.browser.get(f"{site.portal}/login", timeout=SECONDS)
    link = re.search(r"class='auth-provider-keycloak' href='([^']+)'", page.text)
    assert link, page.text
    shown = site.browser.get(html.unescape(link[1]), timeout=SECONDS)
    form = re.search(r'<form[^>]*id="kc-form-login"[^>]*action="([^"]+)"', shown.text, re.DOTALL)
    assert form, shown.text[:600]
    fields = {"username": person["username"], "password": person["password"], "credentialId": ""}
    return site.browser.post(html.unescape(form[1]), data=fields, timeout=SECONDS)


@pytest.mark.row("S-178", "S-180", "S-196")
def test_a_first_log_in_makes_an_approved_account_named_by_the_claim(site: Site, person: dict[str, str]) -> None:
    landed = log_in(site, person)
    assert landed.status_code == 200, landed.text
    assert landed.url == f"{site.portal}/"
    assert f"Signed in as {person['username']} of {person['email']}" in landed.text
    back = landed.history[-1].request.url or ""
    assert set(parse_qs(urlsplit(back).query)) == {"code"}
    (account,) = accounts(site, person["email"])
    assert account["state"] == "approved"
    users = site.threescale("GET", f"accounts/{account['id']}/users")["users"]
    assert [(one["user"]["username"], one["user"]["state"], one["user"]["role"]) for one in users] == [
        (person["username"], "active", "admin")
    ]
    again = site.browser.get(f"{site.portal}/logout", timeout=SECONDS)
    assert "Signed in" not in again.text
    # The realm still knows the browser, so the link leads straight back, to the same account.
    link = re.search(
        r"class='auth-provider-keycloak' href='([^']+)'", site.browser.get(f"{site.portal}/login", timeout=SECONDS).text
    )
    assert link
    assert person["username"] in site.browser.get(html.unescape(link[1]), timeout=SECONDS).text
    assert len(accounts(site, person["email"])) == 1


@pytest.mark.row("S-094", "S-197")
def test_userinfo_tells_exactly_the_claims_that_3scale_reads(site: Site, person: dict[str, str]) -> None:
    client = site.keycloak("GET", f"clients?clientId={CLIENT}").json()[0]
    callback = f"{site.portal}/auth/{integrations(site)[0]['system_name']}/callback"
    query = {"client_id": CLIENT, "redirect_uri": callback, "response_type": "code", "scope": "openid"}
    endpoint = f"{site.issuer}/protocol/openid-connect"
    shown = site.browser.get(f"{endpoint}/auth", params=query, timeout=SECONDS)
    form = re.search(r'<form[^>]*id="kc-form-login"[^>]*action="([^"]+)"', shown.text, re.DOTALL)
    assert form, shown.text[:600]
    fields = {"username": person["username"], "password": person["password"], "credentialId": ""}
    sent = site.browser.post(html.unescape(form[1]), data=fields, timeout=SECONDS, allow_redirects=False)
    code = parse_qs(urlsplit(sent.headers["Location"]).query)["code"][0]
    exchange = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": CLIENT,
        "client_secret": client["secret"],
        "redirect_uri": callback,
    }
    token = site.browser.post(f"{endpoint}/token", data=exchange, timeout=SECONDS).json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    claims = site.browser.get(f"{endpoint}/userinfo", headers=headers, timeout=SECONDS).json()
    assert set(claims) == READ
    assert claims["email_verified"] is True
    assert (claims["org_name"], claims["preferred_username"]) == (person["email"], person["username"])


@pytest.mark.row("S-089", "S-090")
def test_nobody_gets_a_token_or_comes_back_in_another_way(site: Site, person: dict[str, str]) -> None:
    client = site.keycloak("GET", f"clients?clientId={CLIENT}").json()[0]
    endpoint = f"{site.issuer}/protocol/openid-connect"
    query = {"client_id": CLIENT, "response_type": "code", "scope": "openid"}
    for elsewhere in ("https://evil.example/", f"{site.portal}/", f"{site.portal}/auth/other/callback"):
        refused = site.browser.get(f"{endpoint}/auth", params={**query, "redirect_uri": elsewhere}, timeout=SECONDS)
        assert refused.status_code == 400, elsewhere
    secret = {"client_id": CLIENT, "client_secret": client["secret"]}
    for grant in ("password", "client_credentials"):
        form = {**secret, "grant_type": grant, "username": person["username"], "password": person["password"]}
        assert site.browser.post(f"{endpoint}/token", data=form, timeout=SECONDS).status_code in (400, 401), grant


def test_who_has_no_verified_address_waits(site: Site, person: dict[str, str]) -> None:
    user = site.keycloak("GET", f"users?username={person['username']}&exact=true").json()[0]
    site.keycloak("PUT", f"users/{user['id']}", json=user | {"emailVerified": False})
    landed = log_in(site, person)
    assert "not active or has not been approved" in landed.text
    assert "Signed in" not in site.browser.get(f"{site.portal}/", timeout=SECONDS).text


def test_a_wrong_password_stays_at_the_realm(site: Site, person: dict[str, str]) -> None:
    landed = log_in(site, person | {"password": "wrong"})
    assert landed.url.startswith(site.identity)
    assert accounts(site, person["email"]) == []
