"""What may exist once, and what twice: every line of the list of unique fields, with 3scale's own words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.tenant import Api, fresh

if TYPE_CHECKING:
    from collections.abc import Callable

TAKEN = "has already been taken"
ENDPOINT = "https://b.example:443"
SSO = {"kind": "keycloak", "client_id": "3scale", "client_secret": "canary", "site": "https://sso/realms/maas"}
SCHEMA = {"name": "llm", "version": "0.2", "summary": "s", "configuration": {"type": "object"}}
Fields = dict[str, Any]


@dataclass
class Place:
    """A tenant with one of everything; `elsewhere` is another product, account or backend."""

    api: Api = field(default_factory=fresh)

    def __post_init__(self) -> None:
        self.product, self.elsewhere = self.api.product("tiny"), self.api.product("other")
        self.plans = [self.plan(item) for item in (self.product, self.elsewhere)]
        accounts = [
            self.api.made("/signup", org_name="O", username=f"dev{number}", email=f"d{number}@maas.test")["id"]
            for number in (1, 2)
        ]
        self.accounts = [f"/accounts/{account}" for account in accounts]
        self.applications = [
            f"{account}/applications/{self.api.made(f'{account}/applications', plan_id=self.plans[0])['id']}"
            for account in self.accounts
        ]

    def plan(self, product: Fields) -> int:
        return int(self.api.made(f"{self.of(product)}/application_plans", name="Plan", system_name="plan")["id"])

    def of(self, product: Fields) -> str:
        return f"/services/{product['id']}"


@pytest.fixture(scope="module")
def place() -> Place:
    return Place()


@dataclass(frozen=True)
class Once:
    """Where a POST with these fields goes well once; `free` is the same value where it is not taken."""

    name: str
    path: Callable[[Place], str]
    fields: Callable[[Place], Fields]
    errors: dict[str, list[str]]
    again: Fields = field(default_factory=dict)
    """What differs in the second request."""
    free: Callable[[Place], tuple[str, Fields]] | None = None


def of_product(rest: str) -> Callable[[Place], str]:
    return lambda place: place.of(place.product) + rest


def other_product(rest: str) -> Callable[[Place], tuple[str, Fields]]:
    return lambda place: (place.of(place.elsewhere) + rest, {})


def at(path: str) -> Callable[[Place], str]:
    return lambda _: path


def given(**fields: Any) -> Callable[[Place], Fields]:  # noqa: ANN401  # any JSON value
    return lambda _: fields


def backend_metrics(product: Fields) -> str:
    return f"/backend_apis/{product['backend']}/metrics"


SYSTEM_NAME = {"system_name": [TAKEN]}
ONCE = (
    Once("product", at("/services"), given(name="N", system_name="once"), SYSTEM_NAME),
    Once(
        "backend",
        at("/backend_apis"),
        given(name="N", system_name="once", private_endpoint=ENDPOINT),
        SYSTEM_NAME,
        free=lambda _: ("/services", {"name": "N", "system_name": "backends-have-a-namespace-of-their-own"}),
    ),
    Once(
        "active doc",
        at("/active_docs"),
        given(name="N", system_name="once", body="{}", skip_swagger_validations=1),
        SYSTEM_NAME,
    ),
    Once(
        "portal integration by kind",
        at("/authentication_providers"),
        given(**SSO, system_name="once"),
        {"kind": [TAKEN]},
        {"system_name": "twice"},
    ),
    Once(
        "integration by system name, across both portals",
        at("/account/authentication_providers"),
        given(**SSO, system_name="shared"),
        SYSTEM_NAME,
    ),
    Once(
        "metric by system name",
        of_product("/metrics"),
        given(friendly_name="One", system_name="once", unit="x"),
        SYSTEM_NAME,
        {"friendly_name": "Two"},
        other_product("/metrics"),
    ),
    Once(
        "metric by friendly name",
        of_product("/metrics"),
        given(friendly_name="Twice", system_name="first", unit="x"),
        {"friendly_name": [TAKEN]},
        {"system_name": "second"},
        other_product("/metrics"),
    ),
    Once(
        "method, in one namespace with the metrics",
        lambda place: f"{place.of(place.product)}/metrics/{place.product['hits']}/methods",
        given(friendly_name="Method", system_name="method"),
        {"system_name": [TAKEN], "friendly_name": [TAKEN]},
        free=lambda place: (f"{place.of(place.elsewhere)}/metrics/{place.elsewhere['hits']}/methods", {}),
    ),
    Once(
        "metric of a backend",
        lambda place: backend_metrics(place.product),
        given(friendly_name="One", system_name="once", unit="x"),
        {"system_name": [TAKEN], "friendly_name": [TAKEN]},
        free=lambda place: (backend_metrics(place.elsewhere), {}),
    ),
    *(
        Once(
            f"{kind} plan",
            of_product(f"/{kind}_plans"),
            given(name="N", system_name="once"),
            SYSTEM_NAME,
            free=other_product(f"/{kind}_plans"),
        )
        for kind in ("application", "service")
    ),
    Once("account plan", at("/account_plans"), given(name="N", system_name="once"), SYSTEM_NAME),
    Once(
        "limit by period",
        lambda place: f"/application_plans/{place.plans[0]}/metrics/{place.product['hits']}/limits",
        given(period="day", value=1),
        {"period": [TAKEN]},
        free=lambda place: (f"/application_plans/{place.plans[1]}/metrics/{place.elsewhere['hits']}/limits", {}),
    ),
    Once(
        "user by name",
        lambda place: f"{place.accounts[0]}/users",
        given(username="once", email="u1@maas.test"),
        {"username": [TAKEN]},
        {"email": "u2@maas.test"},
    ),
    Once(
        "user by e-mail, in the whole tenant",
        lambda place: f"{place.accounts[1]}/users",
        given(username="first", email="same@maas.test"),
        {"email": [TAKEN]},
        {"username": "second"},
    ),
    Once(
        "user key in a product",
        lambda place: f"{place.accounts[0]}/applications",
        lambda place: {"plan_id": place.plans[0], "user_key": "canary-once"},
        {"user_key": [TAKEN]},
        free=lambda place: (f"{place.accounts[0]}/applications", {"plan_id": place.plans[1]}),
    ),
    Once(
        "application key, whatever its case",
        lambda place: f"{place.applications[0]}/keys",
        given(key="Canary-Once"),
        {"value": [TAKEN]},
        {"key": "canary-once"},
        lambda place: (f"{place.applications[1]}/keys", {}),
    ),
    Once(
        "page by path",
        at("/cms/templates"),
        given(type="page", title="One", system_name="one_page", path="/once"),
        {"path": [TAKEN]},
        {"title": "Two", "system_name": "two_page"},
    ),
    Once("layout", at("/cms/templates"), given(type="layout", system_name="once", draft="{% content %}"), SYSTEM_NAME),
    Once(
        "partial, apart from layouts",
        at("/cms/templates"),
        given(type="partial", system_name="once", draft="x"),
        SYSTEM_NAME,
    ),
    Once("section", at("/cms/sections"), given(title="One", system_name="once"), SYSTEM_NAME, {"title": "Two"}),
    Once(
        "section by title in its parent",
        at("/cms/sections"),
        given(title="Titled", system_name="titled"),
        {"title": [TAKEN]},
        {"system_name": "other"},
    ),
    Once(
        "registered policy",
        at("/registry/policies"),
        given(name="llm", version="0.2", schema=SCHEMA),
        {"version": [TAKEN]},
    ),
)


@pytest.mark.parametrize("once", ONCE, ids=lambda once: once.name)
def test_a_unique_value_is_taken_once(place: Place, once: Once) -> None:
    path, fields = once.path(place), once.fields(place)
    place.api.made(path, **fields)
    assert place.api.refused("POST", path, 422, **{**fields, **once.again}) == {"errors": once.errors}
    if once.free:
        elsewhere, other = once.free(place)
        place.api.made(elsewhere, **{**fields, **other})


def test_a_backend_and_a_path_are_used_once_in_a_product_whatever_the_case(api: Api) -> None:
    product, other = api.product("tiny"), api.product("other")
    path = f"/services/{product['id']}/backend_usages"
    again = api.refused("POST", path, 422, backend_api_id=product["backend"], path="/elsewhere")
    assert again == {"errors": {"backend_api_id": [TAKEN]}}
    api.made(path, backend_api_id=other["backend"], path="/Chat")
    third = api.made("/backend_apis", name="Third", private_endpoint=ENDPOINT)
    taken = api.refused("POST", path, 422, backend_api_id=third["id"], path="chat/")
    assert taken == {"errors": {"path": ["This path is already taken. Specify a different path."]}}


def test_a_product_is_subscribed_to_once_and_a_version_promoted_once(api: Api) -> None:
    product = api.product()
    plan = api.get(f"/services/{product['id']}/service_plans")["plans"][0]["service_plan"]["id"]
    account = api.made("/signup", org_name="O", username="dev1")["id"]
    api.made(f"/accounts/{account}/service_plans/{plan}/buy")
    again = api.refused("POST", f"/accounts/{account}/service_plans/{plan}/buy", 422)
    assert again == {"errors": {"base": ["already subscribed to this service"]}}
    api.promoted(product)
    version = f"/services/{product['id']}/proxy/configs/sandbox/1/promote"
    assert api.refused("POST", version, 422, to="production") == {"errors": {"version": [TAKEN]}}


TWICE: tuple[tuple[str, Callable[[Place], str], Callable[[Place], Fields]], ...] = (
    ("product name", at("/services"), given(name="Same name")),
    ("backend name", at("/backend_apis"), given(name="Same name", private_endpoint=ENDPOINT)),
    ("plan name", of_product("/application_plans"), given(name="Same name")),
    (
        "mapping rule",
        of_product("/proxy/mapping_rules"),
        lambda place: {"http_method": "POST", "pattern": "/v1", "delta": 1, "metric_id": place.product["hits"]},
    ),
    (
        "application name",
        lambda place: f"{place.accounts[0]}/applications",
        lambda place: {"plan_id": place.plans[0], "name": "Same"},
    ),
    ("organisation", at("/signup"), given(org_name="Same")),
    ("token name", at("/personal/access_tokens"), given(name="Same", permission="ro", scopes=["stats"])),
    ("kind of an admin integration", at("/account/authentication_providers"), given(**SSO)),
)


@pytest.mark.parametrize(("name", "path", "fields"), TWICE, ids=[row[0] for row in TWICE])
def test_what_is_not_unique_is_made_twice_without_a_word(
    place: Place, name: str, path: Callable[[Place], str], fields: Callable[[Place], Fields]
) -> None:
    made = set()
    for number in (1, 2):
        sent = dict(fields(place))
        if name in ("product name", "backend name", "plan name", "kind of an admin integration"):
            sent["system_name"] = f"{name.replace(' ', '-')}-{number}"
        if name == "organisation":
            sent["username"] = f"same-{number}"
        made.add(place.api.made(path(place), **sent)["id"])
    assert len(made) == 2
