"""The pages that need no realm: access code, sign-up, passwords, sessions."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.sandbox.threescale.browser import Browser, authorization
from tests.support.tenant import TOKEN, fresh

if TYPE_CHECKING:
    from tests.support.tenant import Api

JOHN = {
    "account[org_name]": "Team John",
    "account[user][username]": "johnny",
    "account[user][email]": "johnny@example.com",
    "account[user][password]": "canary-open-sesame",
}
SIGN_IN = {"username": "johnny", "password": "canary-open-sesame"}


@pytest.fixture
def browser(api: Api) -> Browser:
    api.put("/provider", site_access_code="")
    return Browser(api)


def admitted(api: Api) -> None:
    """Sign John up and let him in, as an administrator does."""
    Browser(api).post("/signup", **JOHN)
    account = api.get("/accounts/find", "username=johnny")["account"]["id"]
    user = api.get(f"/accounts/{account}/users")["users"][0]["user"]["id"]
    api.put(f"/accounts/{account}/users/{user}/activate")
    api.put(f"/accounts/{account}/approve")


def test_the_portal_lists_the_products_and_the_integrations(browser: Browser) -> None:
    home = browser.get("/")
    assert home.status == 200
    assert "api-maas-apicast-production.apps.maas.test" in home.text
    assert "No integration" in browser.get("/login").text
    assert browser.get("/elsewhere").status == 404
    assert browser.post("/elsewhere").status == 501


def test_a_published_integration_leads_to_its_realm(api: Api, browser: Browser) -> None:
    fields = {"kind": "keycloak", "client_id": "3scale", "client_secret": "canary", "system_name": "keycloak"}
    made = api.made("/authentication_providers", **fields, site="https://sso.test/realms/maas", published=True)
    answer = browser.get("/auth/keycloak?plan=1")
    target = urlsplit(answer.headers["Location"])
    assert (answer.status, target.path) == (302, "/realms/maas/protocol/openid-connect/auth")
    assert authorization(answer.headers["Location"]) == {
        "client_id": "3scale",
        "redirect_uri": "https://maas.apps.maas.test/auth/keycloak/callback?plan=1",
        "response_type": "code",
        "scope": "openid",
    }
    link = re.search("class='auth-provider-keycloak' href='([^']+)'", browser.get("/login?plan=1").text)
    assert link
    assert unescape(link[1]) == answer.headers["Location"]
    api.put(f"/authentication_providers/{made['id']}", published=False)
    assert browser.get("/auth/keycloak").status == 404
    assert "auth-provider" not in browser.get("/login").text


def test_the_admin_host_says_what_it_is(api: Api) -> None:
    assert "Simulated 3scale 2.15" in api.call("GET", "/p/login", basic=None).text


def test_a_new_portal_asks_for_its_access_code_on_every_page(api: Api) -> None:
    browser, code = Browser(api), api.get("/provider")["account"]["site_access_code"]
    for address in ("/", "/login", "/signup", "/auth/keycloak/callback?code=1"):
        assert "Access code" in browser.get(address).text
    assert "Access code" in browser.post("/access_code", access_code="wrong", return_to="/login").text
    assert "Access code" in browser.get("/").text
    let_in = browser.post("/access_code", access_code=code, return_to="/login")
    assert (let_in.status, let_in.headers["Location"]) == (302, "/login")
    assert "Log in" in browser.landed(let_in).text
    assert browser.get("/").status == 200


def test_an_access_code_that_is_cleared_opens_the_portal(api: Api, browser: Browser) -> None:
    assert "Developer portal" in Browser(api).get("/").text
    assert browser.get("/access_code?return_to=//evil.example/x").headers["Location"] == "/x"
    api.put("/provider", site_access_code="sesame")
    assert "Access code" in browser.get("/").text
    assert "Developer portal" in browser.landed(browser.get("/access_code?access_code=sesame")).text


def test_who_signs_up_waits_for_activation_and_approval(api: Api, browser: Browser) -> None:
    assert browser.landed(browser.post("/signup", **JOHN)).text.count("Thank you") == 2
    account = api.get("/accounts/find", "username=johnny")["account"]
    user = api.get(f"/accounts/{account['id']}/users")["users"][0]["user"]
    assert (account["state"], user["state"], user["role"]) == ("created", "pending", "admin")
    assert "not active or has not been approved" in browser.post("/session", **SIGN_IN).text
    api.put(f"/accounts/{account['id']}/users/{user['id']}/activate")
    api.put(f"/accounts/{account['id']}/approve")
    assert "Signed in as johnny of Team John" in browser.landed(browser.post("/session", **SIGN_IN)).text


@pytest.mark.row("S-166")
def test_signing_up_subscribes_to_the_products_with_a_default_service_plan(api: Api, browser: Browser) -> None:
    admitted(api)
    browser.post("/session", **SIGN_IN)
    assert "<li>API</li>" in browser.get("/admin").text


def test_approval_decides_in_which_state_an_account_begins(api: Api, browser: Browser) -> None:
    api.put("/settings", account_approval_required=True)
    browser.post("/signup", **JOHN)
    assert api.get("/accounts/find", "username=johnny")["account"]["state"] == "pending"


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("account[org_name]", "  ", "org_name can't be blank"),
        ("account[user][username]", "jo", "username is too short"),
        ("account[user][username]", "kube:admin", "username is invalid"),
        ("account[user][username]", "john", "username has already been taken"),
        ("account[user][email]", "", "email can't be blank"),
        ("account[user][password]", "", "password can't be blank"),
        ("account[user][password]", "tiny", "password is too short"),
    ],
)
def test_what_cannot_be_an_account_comes_back_with_the_reason(
    browser: Browser, field: str, value: str, told: str
) -> None:
    answer = browser.post("/signup", **(JOHN | {field: value}))
    assert told in unescape(answer.text)
    assert "canary" not in answer.text


def test_a_sign_up_without_any_account_plan_is_refused(api: Api, browser: Browser) -> None:
    plan = api.get("/account_plans")["plans"][0]["account_plan"]["id"]
    api.call("DELETE", f"/admin/api/account_plans/{plan}.json")
    with api.emulator.tenant.store.transaction():
        api.emulator.tenant.store.update("provider", 1, default_account_plan_id=None)
    assert "No account plan" in browser.post("/signup", **JOHN).text


def test_a_malformed_sign_up_is_an_incomplete_one(browser: Browser) -> None:
    assert "can't be blank" in unescape(browser.post("/signup", account="x").text)


def test_nobody_signs_up_where_that_is_switched_off(api: Api, browser: Browser) -> None:
    api.put("/settings", signups_enabled=False)
    for answer in (browser.get("/signup"), browser.post("/signup", **JOHN)):
        assert (answer.status, answer.text) == (403, "Signup disabled")
    assert api.refused("GET", "/accounts/find", 404, username="johnny")


@pytest.mark.parametrize("name", ["johnny", "johnny@example.com"])
def test_a_password_signs_in_by_name_or_address(api: Api, browser: Browser, name: str) -> None:
    admitted(api)
    answer = browser.post("/session", username=name, password=SIGN_IN["password"])
    assert "Signed in as johnny" in browser.landed(answer).text


@pytest.mark.parametrize("form", [{}, SIGN_IN | {"password": "wrong"}, {"username": "admin", "password": "x"}])
def test_a_wrong_password_says_no_more_than_that(api: Api, browser: Browser, form: dict[str, str]) -> None:
    admitted(api)
    answer = browser.post("/session", **form)
    assert "Incorrect email or password" in answer.text
    assert "user_session" not in browser.cookies


def test_an_administrator_of_the_tenant_is_no_developer() -> None:
    api = fresh(admin_password="canary-admin-password")
    api.put("/provider", site_access_code="")
    answer = Browser(api).post("/session", username="admin", password="canary-admin-password")
    assert "Incorrect email or password" in answer.text


def test_who_is_signed_in_is_led_away_from_log_in_and_sign_up(api: Api, browser: Browser) -> None:
    admitted(api)
    browser.post("/session", **SIGN_IN)
    for answer in (browser.get("/login"), browser.get("/signup"), browser.post("/signup", **JOHN)):
        assert answer.headers["Location"] == "/admin"


def test_the_way_leads_back_to_the_page_that_asked_for_a_log_in(api: Api, browser: Browser) -> None:
    admitted(api)
    assert browser.get("/admin?page=2").headers["Location"] == "/login"
    assert browser.post("/session", **SIGN_IN).headers["Location"] == "/admin?page=2"


def test_the_way_leads_to_no_other_host(api: Api, browser: Browser) -> None:
    admitted(api)
    browser.get("/login?return_to=https://evil.example//evil.example/x?y=1")
    assert browser.post("/session", **SIGN_IN).headers["Location"] == "/evil.example/x?y=1"


def test_signing_in_makes_a_new_session_and_logging_out_ends_it(api: Api, browser: Browser) -> None:
    admitted(api)
    browser.get("/admin")
    planted = browser.cookies["user_session"]
    browser.post("/session", **SIGN_IN)
    session = browser.cookies["user_session"]
    assert planted != session
    assert "Signed in" not in Browser(api, {"user_session": planted}).get("/").text
    out = browser.get("/logout")
    assert (out.headers["Location"], browser.cookies["user_session"]) == ("/", "")
    assert "Signed in" not in Browser(api, {"user_session": session}).get("/").text
    assert "HttpOnly; Secure" in out.headers["Set-Cookie"]


def test_a_suspended_user_is_signed_out_and_stays_out(api: Api, browser: Browser) -> None:
    admitted(api)
    browser.post("/session", **SIGN_IN)
    account = api.get("/accounts/find", "username=johnny")["account"]["id"]
    user = api.get(f"/accounts/{account}/users")["users"][0]["user"]["id"]
    api.put(f"/accounts/{account}/users/{user}/suspend")
    assert "Signed in" not in browser.get("/").text
    assert "not active" in browser.post("/session", **SIGN_IN).text


def test_a_deleted_account_is_signed_out(api: Api, browser: Browser) -> None:
    admitted(api)
    browser.post("/session", **SIGN_IN)
    api.deleted(f"/accounts/{api.get('/accounts/find', 'username=johnny')['account']['id']}")
    assert browser.get("/").status == 200
    assert "Signed in" not in browser.get("/").text


def test_no_session_key_and_no_password_is_kept(api: Api, browser: Browser) -> None:
    admitted(api)
    browser.post("/session", **SIGN_IN)
    kept = str(api.emulator.tenant.store.everything())
    assert browser.cookies["user_session"] not in kept
    assert SIGN_IN["password"] not in kept
    assert TOKEN not in kept
