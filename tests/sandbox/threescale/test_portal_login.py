"""Log-in by an integration: whose it is, what a first one makes, and what can go wrong on the way."""

from __future__ import annotations

import asyncio
import threading
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from aiohttp.test_utils import TestClient, TestServer

from sandbox.kube.pki import Authority
from sandbox.request_log import RequestLog
from sandbox.threescale.server import Server
from tests.sandbox.threescale.browser import PORTAL, Browser, Realm, authorization, realm_running
from tests.support.tenant import fresh

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.tenant import Answer, Api, Json

CLAIMS = {
    "sub": "8a1f",
    "preferred_username": "ada",
    "email": "ada@example.com",
    "email_verified": True,
    "org_name": "Analytical Engines",
}
CALLBACK = "/auth/keycloak/callback"


@pytest.fixture
def realm() -> Iterator[Realm]:
    with realm_running() as running:
        yield running


@pytest.fixture
def browser(api: Api, realm: Realm) -> Browser:
    opened(api, realm)
    return Browser(api)


def opened(api: Api, realm: Realm, **fields: Json) -> None:
    """Open the portal and connect it with the realm."""
    api.put("/provider", site_access_code="")
    integration = {"kind": "keycloak", "name": "SSO", "system_name": "keycloak", "published": True}
    client, secret = realm.client
    known = {"client_id": client, "client_secret": secret, "site": realm.url}
    api.made("/authentication_providers", **{**integration, **known, **fields})


def signing_in(browser: Browser, realm: Realm, **claims: Any) -> Answer:  # noqa: ANN401  # any claim
    """What the call-back answers to somebody of whom the realm tells this."""
    code = f"code-{len(realm.token_calls)}"
    realm.codes[code] = CLAIMS | claims
    return browser.get(f"{CALLBACK}?code={code}")


def who(browser: Browser) -> str:
    """Who the home page says is signed in."""
    text = unescape(browser.get("/").text)
    return text.partition("Signed in as ")[2].partition("</p>")[0]


def account(api: Api, username: str = "ada") -> tuple[Json, Json]:
    """The account of a user, and its first user."""
    found = api.get("/accounts/find", f"username={username}")["account"]
    return found, api.get(f"/accounts/{found['id']}/users")["users"][0]["user"]


def test_a_first_log_in_makes_account_and_user_as_the_realm_names_them(
    api: Api, browser: Browser, realm: Realm
) -> None:
    answer = signing_in(browser, realm)
    assert (answer.status, answer.headers["Location"]) == (302, "/")
    assert who(browser) == "ada of Analytical Engines"
    made, user = account(api)
    assert (made["state"], made["org_name"]) == ("approved", "Analytical Engines")
    assert (user["state"], user["role"], user["email"]) == ("active", "admin", "ada@example.com")
    assert "<li>API</li>" in browser.get("/admin").text  # its default service plan subscribes new accounts


def test_the_code_is_exchanged_with_the_clients_secret_in_the_body(browser: Browser, realm: Realm) -> None:
    signing_in(browser, realm)
    assert realm.token_calls == [
        {
            "grant_type": "authorization_code",
            "code": "code-0",
            "client_id": "3scale",
            "client_secret": "canary-client-secret",
            "redirect_uri": f"https://{PORTAL}{CALLBACK}",
        }
    ]


def test_a_known_identifier_is_the_same_user_whatever_else_changed(api: Api, browser: Browser, realm: Realm) -> None:
    signing_in(browser, realm)
    browser.get("/logout")
    changed = {"preferred_username": "countess", "email": "other@example.com", "email_verified": False}
    signing_in(browser, realm, **changed, org_name="Other")
    assert who(browser) == "ada of Analytical Engines"
    assert len(api.get("/accounts")["accounts"]) == 2


def test_a_verified_address_links_an_existing_user(api: Api, browser: Browser, realm: Realm) -> None:
    made = api.made("/signup", org_name="Old", username="augusta", email="ada@example.com", password="canary-pw")
    signing_in(browser, realm)
    assert who(browser) == "augusta of Old"
    browser.get("/logout")
    signing_in(browser, realm, email="moved@example.com")
    assert who(browser) == "augusta of Old"
    assert [row["account"]["id"] for row in api.get("/accounts")["accounts"]][1:] == [made["id"]]


def test_an_address_that_is_not_verified_links_nobody(api: Api, browser: Browser, realm: Realm) -> None:
    api.made("/signup", org_name="Old", username="augusta", email="ada@example.com", password="canary-pw")
    answer = signing_in(browser, realm, email_verified=False)
    assert answer.headers["Location"] == "/signup"
    assert who(browser) == ""


@pytest.mark.row("S-197")
def test_the_name_of_an_organisation_joins_nobody_to_it(api: Api, browser: Browser, realm: Realm) -> None:
    signing_in(browser, realm)
    signing_in(Browser(api), realm, sub="b2", preferred_username="babbage", email="babbage@example.com")
    assert account(api)[0]["id"] != account(api, "babbage")[0]["id"]


def test_the_claim_username_comes_before_preferred_username(api: Api, browser: Browser, realm: Realm) -> None:
    signing_in(browser, realm, username="lovelace")
    assert account(api, "lovelace")[1]["username"] == "lovelace"


@pytest.mark.parametrize(
    ("verified", "always", "approval", "states", "signed_in"),
    [
        (True, False, False, ("approved", "active"), True),
        (True, True, True, ("approved", "active"), True),
        (True, False, True, ("pending", "active"), False),
        (False, False, False, ("created", "pending"), False),
        (False, True, False, ("approved", "pending"), False),
        (False, False, True, ("pending", "pending"), False),
        (None, True, True, ("approved", "pending"), False),
        ("false", False, False, ("approved", "active"), True),  # a text is true in Ruby, whatever it says
    ],
)
def test_address_integration_and_plan_decide_who_gets_in(  # a row of the table
    api: Api,
    realm: Realm,
    *,
    verified: bool | str | None,
    always: bool,
    approval: bool,
    states: tuple[str, str],
    signed_in: bool,
) -> None:
    opened(api, realm, automatically_approve_accounts=always)
    api.put("/settings", account_approval_required=approval)
    browser = Browser(api)
    answer = signing_in(browser, realm, email_verified=verified)
    made, user = account(api)
    assert (made["state"], user["state"]) == states
    assert bool(who(browser)) == signed_in
    assert ("has not been approved" in answer.text) != signed_in


def test_who_waits_gets_in_once_an_administrator_has_decided(api: Api, browser: Browser, realm: Realm) -> None:
    api.put("/settings", account_approval_required=True)
    signing_in(browser, realm)
    api.put(f"/accounts/{account(api)[0]['id']}/approve")
    signing_in(browser, realm)
    assert who(browser) == "ada of Analytical Engines"


def test_a_suspended_user_is_refused(api: Api, browser: Browser, realm: Realm) -> None:
    signing_in(browser, realm)
    made, user = account(api)
    api.put(f"/accounts/{made['id']}/users/{user['id']}/suspend")
    other = Browser(api)
    assert "not active" in signing_in(other, realm).text
    assert who(other) == ""


def test_a_deleted_user_is_a_new_one(api: Api, browser: Browser, realm: Realm) -> None:
    signing_in(browser, realm)
    old = account(api)[0]["id"]
    api.deleted(f"/accounts/{old}")
    signing_in(browser, realm)
    assert account(api)[0]["id"] != old


@pytest.mark.parametrize(
    "claims",
    [
        {"org_name": None},
        {"org_name": " - "},
        {"org_name": "x" * 256},
        {"preferred_username": "kube:admin"},
        {"preferred_username": "x" * 41},
        {"preferred_username": "john"},
        {"email": None},
    ],
)
def test_what_makes_no_account_leads_to_the_form(
    api: Api, browser: Browser, realm: Realm, claims: dict[str, str | None]
) -> None:
    answer = signing_in(browser, realm, **claims)
    assert answer.headers["Location"] == "/signup"
    assert len(api.get("/accounts")["accounts"]) == 1


def complete(browser: Browser, **changed: str) -> Answer:
    fields = {"org_name": "By Hand", "user][username": "ada", "user][email": "ada@example.com"} | changed
    return browser.post("/signup", **{f"account[{name}]": value for name, value in fields.items()})


def test_the_form_completes_a_log_in_without_a_password(api: Api, browser: Browser, realm: Realm) -> None:
    form = browser.landed(signing_in(browser, realm, org_name=None))
    assert "value='ada'" in form.text
    assert "value='ada@example.com'" in form.text
    assert "can't be blank" in unescape(complete(browser, org_name="").text)
    assert complete(browser).headers["Location"] == "/"
    assert who(browser) == "ada of By Hand"
    browser.get("/logout")
    signing_in(browser, realm, org_name=None)
    assert who(browser) == "ada of By Hand"


def test_another_address_in_the_form_is_not_a_verified_one(api: Api, browser: Browser, realm: Realm) -> None:
    signing_in(browser, realm, org_name=None)
    assert complete(browser, **{"user][email": "other@example.com"}).headers["Location"] == "/signup/success"
    assert account(api)[1]["state"] == "pending"


def test_always_approve_holds_for_the_form_too(api: Api, realm: Realm) -> None:
    opened(api, realm, automatically_approve_accounts=True)
    api.put("/settings", account_approval_required=True)
    browser = Browser(api)
    signing_in(browser, realm, org_name=None)
    complete(browser)
    assert who(browser) == "ada of By Hand"


def test_where_nobody_signs_up_a_realm_still_makes_accounts_but_the_form_does_not(
    api: Api, browser: Browser, realm: Realm
) -> None:
    api.put("/settings", signups_enabled=False)
    signing_in(browser, realm)
    assert who(browser) == "ada of Analytical Engines"
    other = Browser(api)
    answer = signing_in(other, realm, sub="b2", preferred_username="babbage", email="b@example.com", org_name=None)
    assert other.landed(answer).text == "Signup disabled"


def test_somebody_without_an_identifier_is_signed_in_and_not_remembered(
    api: Api, browser: Browser, realm: Realm
) -> None:
    signing_in(browser, realm, sub=None)
    assert who(browser) == "ada of Analytical Engines"
    assert api.emulator.tenant.store.rows("sso_authorization") == []


@pytest.mark.parametrize("query", ["code=never-given", "code=code-0", "code=", "code=code-0&state=foreign"])
def test_a_code_that_is_wrong_used_or_carried_elsewhere_lets_nobody_in(
    api: Api, browser: Browser, realm: Realm, query: str
) -> None:
    signing_in(browser, realm)
    if "state" in query:
        # porta sends no state, so one that somebody adds is taken for a part of the redirect URI, which then differs
        realm.codes["code-0"] = CLAIMS
    other = Browser(api)
    answer = other.get(f"{CALLBACK}?{query}")
    assert "<h1>Log in</h1>" in answer.text
    assert ("incorrect or has expired" in answer.text) == (query != "code=")
    assert who(other) == ""


def test_an_error_of_the_realm_ends_at_the_log_in_page(browser: Browser, realm: Realm) -> None:
    answer = browser.get(f"{CALLBACK}?error=access_denied&error_description=%3Cb%3EDenied")
    assert "<h1>Log in</h1>" in answer.text
    assert "<b>" not in answer.text
    assert who(browser) == ""
    assert realm.token_calls == []


def test_a_wrong_client_secret_lets_nobody_in_and_is_not_shown(browser: Browser, realm: Realm) -> None:
    realm.client = ("3scale", "canary-another-secret")
    answer = signing_in(browser, realm)
    assert "incorrect or has expired" in answer.text
    assert "canary" not in answer.text


@pytest.mark.parametrize("status", [401, 403, 500])
def test_a_profile_that_is_refused_lets_nobody_in(browser: Browser, realm: Realm, status: int) -> None:
    realm.userinfo_status = status
    assert "incorrect or has expired" in signing_in(browser, realm).text


def test_a_realm_that_is_away_is_said_to_be(api: Api, browser: Browser, realm: Realm) -> None:
    number = api.get("/authentication_providers")["authentication_providers"][0]["authentication_provider"]["id"]
    api.put(f"/authentication_providers/{number}", site="http://127.0.0.1:1/realms/maas")
    assert "cannot be reached" in signing_in(browser, realm).text


def test_a_certificate_is_trusted_by_its_authority_or_by_nobody(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "authority")
    pair = authority.issue("realm", "127.0.0.1", hosts=("127.0.0.1",))
    with realm_running(pair.server_context()) as realm:
        trusting, strange, careless = fresh(ca_file=str(authority.pair.certificate)), fresh(), fresh()
        opened(trusting, realm)
        opened(strange, realm)
        opened(careless, realm, skip_ssl_certificate_verification=True)
        assert signing_in(Browser(trusting), realm).status == 302
        assert "is not trusted" in signing_in(Browser(strange), realm).text
        assert signing_in(Browser(careless), realm).status == 302


def test_a_realm_of_the_tenants_own_domain_is_reached_by_the_proxy(realm: Realm) -> None:
    api = fresh(proxy=realm.url.removesuffix("/realms/maas"))
    realm.url = "http://sso.apps.maas.test/realms/maas"
    opened(api, realm)
    browser = Browser(api)
    signing_in(browser, realm)
    assert who(browser) == "ada of Analytical Engines"


@pytest.mark.row("S-182")
def test_an_integration_that_is_not_published_has_no_link_and_still_answers(
    api: Api, browser: Browser, realm: Realm
) -> None:
    number = api.get("/authentication_providers")["authentication_providers"][0]["authentication_provider"]["id"]
    api.put(f"/authentication_providers/{number}", published=False)
    assert "auth-provider" not in browser.get("/login").text
    assert browser.get("/auth/keycloak").status == 404
    signing_in(browser, realm)
    assert who(browser) == "ada of Analytical Engines"


def test_an_integration_that_does_not_exist_lets_nobody_in(browser: Browser, realm: Realm) -> None:
    assert "<h1>Log in</h1>" in browser.get("/auth/other/callback?code=1").text
    assert browser.get("/auth/other/elsewhere").status == 404
    assert realm.token_calls == []


def test_an_integration_of_another_kind_is_said_to_be_missing_here(api: Api, browser: Browser) -> None:
    fields = {"kind": "github", "client_id": "x", "client_secret": "canary", "system_name": "github"}
    api.made("/authentication_providers", **fields, site="https://github.example")
    assert browser.get("/auth/github/callback?code=1").status == 501


def test_the_pages_own_parameters_travel_to_the_realm_and_back(browser: Browser, realm: Realm) -> None:
    target = browser.get("/auth/keycloak?plan_id=42&return_to=/admin").headers["Location"]
    redirect_uri = authorization(target)["redirect_uri"]
    realm.redirect_uris = [redirect_uri]
    realm.codes["c"] = CLAIMS
    browser.get("/login?return_to=/admin")
    back = redirect_uri.removeprefix(f"https://{PORTAL}")
    issuer = quote(realm.url, safe="")
    assert browser.get(f"{back}&code=c&iss={issuer}").headers["Location"] == "/admin"


def test_before_2_15_the_issuer_stays_in_the_redirect_uri(realm: Realm) -> None:
    api = fresh(release="2.14")
    opened(api, realm)
    realm.codes["c"] = CLAIMS
    answer = Browser(api).get(f"{CALLBACK}?code=c&iss=x")
    assert "incorrect or has expired" in answer.text
    assert realm.token_calls[0]["redirect_uri"].endswith("callback?iss=x")


def test_behind_an_access_code_no_code_is_exchanged(api: Api, realm: Realm) -> None:
    opened(api, realm)
    api.put("/provider", site_access_code="sesame")
    assert "Access code" in signing_in(Browser(api), realm).text
    assert realm.token_calls == []


def test_others_are_answered_while_a_realm_takes_its_time(api: Api, realm: Realm) -> None:
    opened(api, realm)
    realm.hold, realm.codes["c"] = threading.Event(), CLAIMS

    async def run(held: threading.Event) -> None:
        server = Server(api.emulator, RequestLog(None, "threescale"))
        async with TestClient(TestServer(server.application())) as client:
            headers = {"Host": PORTAL}
            waiting = asyncio.create_task(client.get(f"{CALLBACK}?code=c", headers=headers, allow_redirects=False))
            while not realm.token_calls:
                assert (await client.get("/", headers=headers)).status == 200
            assert not waiting.done()
            held.set()
            answer = await waiting
            assert (answer.status, answer.headers["Location"]) == (302, "/")

    asyncio.run(run(realm.hold))
