"""The few pages a person can see."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from tests.support.tenant import Api

PORTAL = "maas.apps.maas.test"


def test_the_portal_lists_the_products_and_the_integrations(api: Api) -> None:
    home = api.call("GET", "/", basic=None, host=PORTAL)
    assert home.status == 200
    assert "api-maas-apicast-production.apps.maas.test" in home.text
    assert "No integration" in api.call("GET", "/login", basic=None, host=PORTAL).text
    assert api.call("GET", "/elsewhere", basic=None, host=PORTAL).status == 404


def test_a_published_integration_leads_to_its_realm(api: Api) -> None:
    fields = {"kind": "keycloak", "client_id": "3scale", "client_secret": "canary", "system_name": "keycloak"}
    made = api.made("/authentication_providers", **fields, site="https://sso.test/realms/maas", published=True)
    answer = api.call("GET", "/auth/keycloak", query="plan=1", basic=None, host=PORTAL)
    target = urlsplit(answer.headers["Location"])
    query = parse_qs(target.query)
    assert (answer.status, target.path) == (302, "/realms/maas/protocol/openid-connect/auth")
    assert query["redirect_uri"] == ["https://maas.apps.maas.test/auth/keycloak/callback?plan=1"]
    assert "canary" not in answer.headers["Location"]
    api.put(f"/authentication_providers/{made['id']}", published=False)
    assert api.call("GET", "/auth/keycloak", basic=None, host=PORTAL).status == 404


def test_the_admin_host_says_what_it_is(api: Api) -> None:
    assert "Simulated 3scale 2.15" in api.call("GET", "/p/login", basic=None).text
