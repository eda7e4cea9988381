"""Rules that hold for every endpoint: wrappers, statuses, formats, pages, names, events, tags, seeding."""

from __future__ import annotations

import re

import pytest

from sandbox.threescale.operations import OPERATIONS
from tests.sandbox.threescale.walk import Walk, walked
from tests.support.tenant import Api, Json, fresh

SERVICES = "/admin/api/services.json"
# Path of a collection → wrapper of the request, of the answer, of the list.
WRAPPERS = {
    "/services": ("service", "service", "services"),
    "/backend_apis": ("backend_api", "backend_api", "backend_apis"),
    "/services/{service_id}/backend_usages": ("backend_api_config", "backend_usage", ""),
    "/services/{service_id}/metrics": ("metric", "metric", "metrics"),
    "/services/{service_id}/metrics/{metric_id}/methods": ("metric", "method", "methods"),
    "/services/{service_id}/proxy/mapping_rules": ("mapping_rule", "mapping_rule", "mapping_rules"),
    "/services/{service_id}/application_plans": ("application_plan", "application_plan", "plans"),
    "/services/{service_id}/service_plans": ("service_plan", "service_plan", "plans"),
    "/account_plans": ("account_plan", "account_plan", "plans"),
    "/application_plans/{application_plan_id}/metrics/{metric_id}/limits": ("usage_limit", "limit", "limits"),
    "/application_plans/{application_plan_id}/metrics/{metric_id}/pricing_rules": (
        "pricing_rule",
        "pricing_rule",
        "pricing_rules",
    ),
    "/services/{service_id}/features": ("feature", "feature", "features"),
    "/active_docs": ("api_docs_service", "api_doc", "api_docs"),
    "/authentication_providers": ("authentication_provider", "authentication_provider", "authentication_providers"),
    "/registry/policies": ("policy", "policy", "policies"),
    "/accounts/{account_id}/service_subscriptions": (
        "service_subscription",
        "service_subscription",
        "service_subscriptions",
    ),
    "/personal/access_tokens": ("token", "access_token", "access_tokens"),
    "/accounts/{account_id}/users": ("", "user", "users"),
    "/accounts/{account_id}/applications": ("", "application", "applications"),
}
# Singletons: wrapper of the request and of the answer of a PUT.
SINGLETONS = {
    "/provider": ("account", "account"),
    "/settings": ("settings", "settings"),
    "/services/{service_id}/proxy": ("proxy", "proxy"),
    "/services/{service_id}/proxy/policies": ("proxy", "policies_config"),
    "/webhooks": ("web_hook", "webhook"),
}
# JSON without a suffix: because there is nothing else, or because the route says so.
JSON_ONLY = (
    *("/backend_apis", "/services/{service_id}/backend_usages", "/settings", "/registry", "/policies"),
    *("/services/{service_id}/proxy/configs", "/services/proxy/configs", "/services/{service_id}/proxy/policies"),
    *("/services/{service_id}/proxy/oidc_configuration", "/accounts/{account_id}/service_subscriptions"),
    *("/personal", "/cms"),
)
JSON_DEFAULT = ("/objects/status", "/account/proxy_configs")


@pytest.fixture(scope="module")
def walk() -> Walk:
    """Everything called once, fields under their wrapper, reads in the other formats too."""
    made = Walk(wrapped=True, asked_in=("", ".xml"))
    walked(made)
    return made


@pytest.mark.parametrize(("path", "wrappers"), WRAPPERS.items())
def test_wrappers_of_request_answer_and_list(walk: Walk, path: str, wrappers: tuple[str, str, str]) -> None:
    operations = {operation.name: operation for operation in OPERATIONS}
    created, listed = f"POST /admin/api{path}", f"GET /admin/api{path}"
    assert operations[created].wrapper == wrappers[0]
    assert list(walk.seen[created][0].json) == [wrappers[1]]
    body = walk.seen[listed][-1].json
    items = body if not wrappers[2] else body[wrappers[2]]
    assert {tuple(item) for item in items} == {(wrappers[1],)}


@pytest.mark.parametrize(("path", "wrappers"), SINGLETONS.items())
def test_wrappers_of_singletons(walk: Walk, path: str, wrappers: tuple[str, str]) -> None:
    operation = next(item for item in OPERATIONS if item.name == f"PUT /admin/api{path}")
    assert operation.wrapper == wrappers[0]
    assert list(walk.seen[operation.name][0].json) == [wrappers[1]]


def test_statuses_by_verb_and_deletions_answer_nothing(walk: Walk) -> None:
    wanted = {"GET": 200, "PUT": 200, "PATCH": 200, "POST": 201, "DELETE": 200}
    for operation, answers in walk.seen.items():
        verb = operation.partition(" ")[0]
        assert {answer.status for answer in answers} == {wanted[verb]}, operation
        if verb == "DELETE":
            assert {answer.text for answer in answers} == {""}, operation


def test_the_format_without_a_suffix_is_xml_except_where_the_route_says_json(walk: Walk) -> None:
    for operation, (bare, xml) in walk.formats.items():
        path = operation.partition(" ")[2]
        inner = path.removeprefix("/admin/api")
        if path.startswith("/master") or inner.startswith(JSON_ONLY) or inner == "/webhooks":
            assert ("json" in bare[1], xml[0]) == (True, 406), operation
        elif path.startswith("/stats") or inner.startswith(JSON_DEFAULT):
            # One of them answers nothing at all.
            assert "json" in bare[1], operation
            assert xml[0] == 200, operation
        else:
            assert ("xml" in bare[1], "xml" in xml[1]) == (True, True), operation


def test_refusals_in_xml_are_sentences(api: Api) -> None:
    api.made("/services", name="Taken", system_name="taken")
    for path in ("/admin/api/services", "/admin/api/services.xml"):
        answer = api.call("POST", path, {"name": "", "system_name": "taken"})
        found = re.findall("<error>(.*?)</error>", answer.text)
        assert (answer.status, found) == (422, ["Name can't be blank", "System name has already been taken"])
    missing = api.call("GET", "/admin/api/services/99")
    assert (missing.status, missing.text) == (404, "")
    denied = api.call("GET", "/admin/api/services.xml", basic=None)
    assert (denied.status, "<error>Access denied</error>" in denied.text) == (403, True)


def test_a_page_in_xml_has_its_numbers_at_the_root(api: Api) -> None:
    api.made("/services", name="Second")
    answer = api.call("GET", "/admin/api/services.xml", query="per_page=1")
    for number in ('per_page="1"', 'total_entries="2"', 'total_pages="2"', 'current_page="1"'):
        assert number in answer.text.partition("<service>")[0]


def test_a_client_that_has_the_answer_gets_304(api: Api) -> None:
    first = api.call("GET", SERVICES)
    again = api.call("GET", SERVICES, headers={"if-none-match": first.headers["ETag"]})
    assert (again.status, again.text) == (304, "")
    api.made("/services", name="Other")
    assert api.call("GET", SERVICES, headers={"if-none-match": first.headers["ETag"]}).status == 200


@pytest.mark.parametrize(("sent", "kept"), [("per_page=2", 2), ("per_page=500", 5), ("per_page=-1", 5)])
def test_only_whole_lists_and_pages_up_to_500(api: Api, sent: str, kept: int) -> None:
    for number in range(4):
        api.made("/services", name=f"Product {number}")
    page = api.get("/services", sent)
    assert len(page["services"]) == kept
    assert ("metadata" in page) is (kept == 2)
    assert api.get("/services", f"{sent}&page=99").get("services") == []


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({"name": "Tiny Llama 1.1B"}, "tiny_llama_1_1b"),
        ({"name": "Gr\u00f6\u00dfe"}, "grosse"),
        ({"name": "Caf\u00e9 au lait"}, "cafe_au_lait"),
        ({"name": "x", "system_name": "v1/models-A_b"}, "v1/models-A_b"),
        ({"name": "two", "system_name": ""}, "two"),
    ],
)
def test_a_system_name_is_taken_or_made(api: Api, given: Json, made: str) -> None:
    assert api.made("/services", **given)["system_name"] == made


@pytest.mark.parametrize("bad", ["a", "-a", "a b", "a.b", "a" * 256])
def test_a_malformed_system_name_is_refused(api: Api, bad: str) -> None:
    long = ["is too long (maximum is 255 characters)"]
    errors = api.refused("POST", "/services", 422, name="n", system_name=bad)["errors"]
    assert errors == {"system_name": long if len(bad) > 255 else ["invalid"]}


@pytest.mark.parametrize(
    ("events", "state"),
    [
        (["publish"], "published"),
        (["publish", "publish"], "published"),
        (["hide"], "hidden"),
        (["publish", "hide"], "hidden"),
        (["publish", "take_offline"], "offline"),
        (["publish", "take_offline", "publish"], "published"),
        (["hide", "hide"], "hidden cannot transition when hidden"),
        (["take_offline"], "incomplete cannot transition when incomplete"),
        (["explode"], "incomplete invalid"),
    ],
)
def test_events_of_a_product(api: Api, events: list[str], state: str) -> None:
    path = f"/services/{api.made('/services', name='Stateful')['id']}"
    end, _, refusal = state.partition(" ")
    answers = [api.call("PUT", f"/admin/api{path}.json", {"state_event": event}) for event in events]
    assert api.get(path)["service"]["state"] == end
    assert [answer.status for answer in answers[:-1]] == [200] * (len(events) - 1)
    if refusal:
        assert answers[-1].json == {"errors": {"state_event": [refusal]}}


@pytest.mark.parametrize("path", ["/services/1/application_plans", "/services/1/service_plans", "/account_plans"])
def test_events_of_a_plan(api: Api, path: str) -> None:
    made = api.made(path, name="Stateful", state_event="publish")
    own = f"{path}/{made['id']}"
    again = api.refused("PUT", own, 422, state_event="publish")
    assert again == {"errors": {"state_event": ["cannot transition when published"]}}
    assert api.put(own, state_event="hide")["state"] == "hidden"
    hidden = api.refused("PUT", own, 422, state_event="hide")
    assert hidden == {"errors": {"state_event": ["cannot transition when hidden"]}}
    assert api.refused("PUT", own, 422, state_event="explode") == {"errors": {"state_event": ["invalid"]}}


def test_the_status_of_an_object_is_told_to_admins_only(api: Api) -> None:
    member = api.made("/users", username="member", email="m@maas.test")["id"]
    token = api.made(f"/users/{member}/access_tokens", name="t", permission="ro", scopes=["account_management"])
    asked = {"query": "object_type=service&object_id=1", "basic": f":{token['value']}"}
    assert api.call("GET", "/admin/api/objects/status.json", **asked).json == {"status": "Forbidden"}  # type: ignore[arg-type]  # two texts
    api.put(f"/users/{member}/admin")
    assert api.call("GET", "/admin/api/objects/status.json", **asked).status == 200  # type: ignore[arg-type]  # two texts


@pytest.mark.parametrize(("release", "status"), [("2.15", 403), ("2.16", 200)])
def test_the_registrys_scope_opens_chains_from_216_on(release: str, status: int) -> None:
    api = fresh(release=release)
    token = api.made("/personal/access_tokens", name="t", permission="ro", scopes=["policy_registry"])["value"]
    assert api.call("GET", "/admin/api/services/1/proxy/policies.json", basic=f":{token}").status == status


def test_sample_data_can_come_late() -> None:
    api = fresh(sample_data_delay=2.0)
    assert [item["service"]["name"] for item in api.get("/services")["services"]] == ["API"]
    assert api.get("/account_plans") == {"plans": []}
    assert api.get("/accounts") == {"accounts": []}
    assert api.get("/active_docs") == {"api_docs": []}
    api.refused("POST", "/signup", 404, org_name="O", username="dev1")
    api.wait(3)
    assert api.get("/accounts/find", "username=john")["account"]["org_name"] == "Developer"
    assert api.made("/signup", org_name="O", username="dev1")["state"] == "created"


@pytest.mark.parametrize("status", [404, 409, 503])
def test_a_tenant_without_its_sample_data_can_answer_nothing_but_that(status: int) -> None:
    api = fresh(sample_data_delay=2.0, sample_data_status=status)
    assert api.call("GET", SERVICES).status == status
    api.wait(3)
    assert api.call("GET", SERVICES).status == 200
