"""The list of behaviours a client can be hurt by, one test per row; the numbers are those of the list in the README."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sandbox.threescale
from sandbox.threescale.entities.cms import templates
from tests.support.tenant import Api, Json, fresh

SERVICES = "/admin/api/services.json"
FACTS = Path(__file__).parents[3].parent / "shared" / "reference" / "threescale-admin-api.md"
CREDENTIALS: tuple[tuple[str | None, str, Json, int], ...] = (
    (":canary-admin-token", "", None, 200),
    ("canary-admin-token:", "", None, 200),
    (None, "access_token=canary-admin-token", None, 200),
    (None, "", {"access_token": "canary-admin-token"}, 200),
    (None, "", {"service": {"access_token": "canary-admin-token"}}, 403),
    (":wrong", "", None, 403),
    (None, "", None, 403),
)


def listed(api: Api, path: str) -> list[Json]:
    """The items of a list, each out of its wrapper."""
    found = api.get(path)
    items = found if isinstance(found, list) else next(iter(found.values()))
    return [next(iter(item.values())) for item in items]


def test_row_1_a_token_goes_four_ways_and_every_no_is_403(api: Api) -> None:
    for basic, query, data, status in CREDENTIALS:
        answer = api.call("GET", SERVICES, data, basic=basic, query=query)
        assert answer.status == status
        assert status == 200 or answer.json == {"error": "Access denied"}
    bearer = {"authorization": "Bearer canary-admin-token"}
    assert api.call("GET", SERVICES, basic=None, headers=bearer).status == 403
    assert api.call("GET", SERVICES, host="maas.apps.maas.test").json == {"error": "Access denied"}
    assert api.call("GET", SERVICES, host="elsewhere.example").status == 404
    token = api.made("/personal/access_tokens", name="reader", permission="ro", scopes=["account_management"])
    reader = f":{token['value']}"
    denied = {"error": "Your access token does not have the correct permissions"}
    assert api.call("GET", SERVICES, basic=reader).status == 200
    assert api.call("POST", SERVICES, {"name": "x"}, basic=reader).json == denied
    assert api.call("GET", "/admin/api/registry/policies.json", basic=reader).json == denied
    newer = fresh(release="2.16")
    short = {"name": "t", "permission": "ro", "scopes": ["account_management"], "expires_at": "2000-01-01T00:00:00Z"}
    expired = newer.made("/personal/access_tokens", **short)["value"]
    assert newer.call("GET", SERVICES, basic=f":{expired}").json == {"error": "Access denied"}


def test_row_2_without_json_there_is_xml(api: Api) -> None:
    answer = api.call("GET", "/admin/api/services")
    assert answer.status == 200
    assert "xml" in answer.content_type
    assert "<system_name>api</system_name>" in answer.text
    assert api.call("GET", "/admin/api/backend_apis").json["backend_apis"]
    assert api.call("GET", "/admin/api/backend_apis.xml").status == 406


def test_row_3_bodies_are_flat_or_nested_and_unknown_keys_vanish(api: Api) -> None:
    flat = api.made("/services", name="Flat", unheard_of=1)
    nested = api.made("/services", service={"name": "Nested"}, name="ignored beside the wrapper")
    form = api.call("POST", SERVICES, form={"service[name]": "Form", "service[buyers_manage_apps]": "false"})
    assert (flat["name"], nested["name"]) == ("Flat", "Nested")
    assert form.json["service"]["buyers_manage_apps"] is False
    by_query = api.call("POST", SERVICES, query="name=Query")
    assert (by_query.status, by_query.text) == (400, "Required parameter missing: service")
    assert api.call("POST", SERVICES, {"unheard_of": 1}).status == 400
    wrong = api.call("POST", SERVICES, {"service": "text"})
    assert (wrong.status, wrong.text) == (422, "Wrong type for parameter: service")
    assert api.call("POST", "/admin/api/signup.json", query="org_name=Q&username=query").status == 201


def test_row_4_wrappers_absent_nils_and_links(api: Api) -> None:
    product = api.product()
    usages = api.get(f"/services/{product['id']}/backend_usages")
    assert usages[0]["backend_usage"]["backend_id"] == product["backend"]
    assert "description" not in product
    assert product["links"][0]["href"] == f"https://maas-admin.apps.maas.test/admin/api/services/{product['id']}"
    plan = api.made(f"/services/{product['id']}/application_plans", name="Standard")
    assert api.get(f"/services/{product['id']}/application_plans")["plans"][0]["application_plan"] == plan
    rules = api.get(f"/services/{product['id']}/proxy/mapping_rules")["mapping_rules"]
    assert rules[0]["mapping_rule"]["links"][0]["href"].startswith("/admin/api/")
    proxy = api.get(f"/services/{api.product('bare', backend=False)['id']}/proxy")["proxy"]
    assert proxy["api_backend"] is None


def test_row_5_pages_fall_back_to_500_and_metadata_is_rare(api: Api) -> None:
    for number in range(3):
        api.made("/services", name=f"Product {number}")
        api.made("/backend_apis", name=f"Backend {number}", private_endpoint="https://b.example")
    page = api.get("/services", "per_page=3&page=2")
    assert [item["service"]["name"] for item in page["services"]] == ["Product 2"]
    assert page["metadata"] == {"per_page": 3, "total_entries": 4, "total_pages": 2, "current_page": 2}
    for odd in ("per_page=1000", "per_page=0", "per_page=x", ""):
        whole = api.get("/services", odd)
        assert len(whole["services"]) == 4
        assert "metadata" not in whole
    backends = api.get("/backend_apis", "per_page=3")
    assert len(backends["backend_apis"]) == 3
    assert "metadata" not in backends
    metrics = api.get("/services/1/metrics", "per_page=0&page=7")
    assert len(metrics["metrics"]) == 1


def test_row_6_a_product_brings_its_companions_and_its_token_late(api: Api) -> None:
    product = api.made("/services", name="Tiny Llama 1.1B")
    path = f"/services/{product['id']}"
    assert product["system_name"] == "tiny_llama_1_1b"
    assert [item["metric"]["system_name"] for item in api.get(f"{path}/metrics")["metrics"]] == ["hits"]
    rule = api.get(f"{path}/proxy/mapping_rules")["mapping_rules"][0]["mapping_rule"]
    assert (rule["http_method"], rule["pattern"], rule["delta"]) == ("GET", "/", 1)
    plan = api.get(f"{path}/service_plans")["plans"][0]["service_plan"]
    assert (plan["state"], plan["default"]) == ("published", False)
    assert api.get(f"{path}/backend_usages") == []
    backend = api.made("/backend_apis", name="B", system_name="bb", private_endpoint="http://b.example")
    api.made(f"{path}/backend_usages", backend_api_id=backend["id"], path="/")
    assert api.call("POST", f"/admin/api{path}/proxy/deploy.json").status == 201
    assert api.refused("GET", f"{path}/proxy/configs/sandbox/latest", 404) == {"status": "Not found"}
    api.wait(0.3)
    assert api.call("POST", f"/admin/api{path}/proxy/deploy.json").status == 201
    assert api.get(f"{path}/proxy/configs/sandbox/latest")["proxy_config"]["version"] == 1
    bare = f"/services/{api.product('bare', backend=False)['id']}/proxy"
    assert api.call("POST", f"/admin/api{bare}/deploy.json").status == 201
    api.refused("GET", f"{bare}/configs/sandbox/latest", 404)
    api.put("/settings", service_plans_ui_visible=True, account_approval_required=False)
    hidden = api.get(f"/services/{api.made('/services', name='Other')['id']}/service_plans")["plans"][0]
    assert hidden["service_plan"]["state"] == "hidden"


def test_row_7_settings_and_chains_deploy_and_versions_grow_with_the_content(api: Api) -> None:
    product = api.product()
    path = f"/services/{product['id']}/proxy"

    def version() -> int:
        return int(api.get(f"{path}/configs/sandbox/latest")["proxy_config"]["version"])

    settings = api.call("PATCH", f"/admin/api{path}.json", {"credentials_location": "authorization"})
    assert (settings.status, version()) == (200, 1)
    api.wait(5)
    assert api.call("PATCH", f"/admin/api{path}.json", {"credentials_location": "authorization"}).status == 200
    assert version() == 1
    api.put(f"{path}/policies", policies_config=[{"name": "cors", "version": "builtin", "configuration": {}}])
    assert version() == 2
    api.made(f"{path}/deploy")
    assert version() == 2
    promoted = api.made(f"{path}/configs/sandbox/2/promote", to="production")
    assert (promoted["version"], promoted["environment"]) == (2, "production")
    again = api.refused("POST", f"{path}/configs/sandbox/2/promote", 422, to="production")
    assert again == {"errors": {"version": ["has already been taken"]}}
    assert api.refused("POST", f"{path}/configs/sandbox/2/promote", 400) == "Required parameter missing: to"
    assert api.refused("GET", f"{path}/configs/nowhere/latest", 400) == {"error": "invalid environment"}


def test_row_8_a_deleted_product_holds_its_name_and_backend_until_it_is_purged(api: Api) -> None:
    product = api.product()
    status = f"object_type=service&object_id={product['id']}"
    api.deleted(f"/services/{product['id']}")
    api.refused("GET", f"/services/{product['id']}", 404)
    taken = api.refused("POST", "/services", 422, name="Again", system_name="tiny")
    assert taken == {"errors": {"system_name": ["has already been taken"]}}
    held = api.call("GET", "/admin/api/objects/status.json", query=status)
    assert (held.status, held.text) == (200, "")
    in_use = api.refused("DELETE", f"/backend_apis/{product['backend']}", 403)
    assert in_use == {"errors": {"base": ["cannot be deleted because it is used by at least one Product"]}}
    api.wait(1)
    assert api.call("GET", "/admin/api/objects/status.json", query=status).status == 404
    api.deleted(f"/backend_apis/{product['backend']}")
    api.made("/services", name="Again", system_name="tiny")
    assert api.call("GET", "/admin/api/objects/status.json", query="object_type=plan&object_id=1").status == 403
    api.deleted("/services/1")
    (last,) = (item["service"]["id"] for item in api.get("/services")["services"])
    assert api.refused("DELETE", f"/services/{last}", 403) == {"status": "Forbidden"}


def test_row_9_a_promoted_metric_stays_and_limits_are_listed_across_plans(api: Api) -> None:
    product = api.product()
    path = f"/services/{product['id']}"
    method = api.method(product, "chat/completions")
    rule = {"http_method": "POST", "pattern": "/v1/chat", "metric_id": method["id"], "delta": 1}
    made = api.made(f"{path}/proxy/mapping_rules", **rule)
    api.promoted(product)
    api.deleted(f"{path}/proxy/mapping_rules/{made['id']}")
    own = f"{path}/metrics/{product['hits']}/methods/{method['id']}"
    used = api.refused("DELETE", own, 403)
    assert used["errors"]["base"] == ["Method is used by the latest gateway configuration and cannot be deleted"]
    api.promoted(product)
    api.deleted(own)
    hits = api.refused("DELETE", f"{path}/metrics/{product['hits']}", 403)
    assert "The Hits metric cannot be deleted" in hits["errors"]["base"]
    plans = [api.made(f"{path}/application_plans", name=name)["id"] for name in ("one", "two")]
    for plan in plans:
        limits = f"/application_plans/{plan}/metrics/{product['hits']}/limits"
        api.made(limits, period="day", value=5)
        assert api.refused("POST", limits, 422, period="day", value=6)["errors"] == {
            "period": ["has already been taken"]
        }
    of_metric = api.get(f"/application_plans/{plans[0]}/metrics/{product['hits']}/limits")["limits"]
    assert {item["limit"]["plan_id"] for item in of_metric} == set(plans)
    assert len(api.get(f"/application_plans/{plans[0]}/limits")["limits"]) == 1


def test_row_10_state_events_defaults_and_subscriptions(api: Api) -> None:
    product = api.product()
    path = f"/services/{product['id']}"
    plan = api.made(f"{path}/application_plans", name="Standard", state_event="publish")
    own = f"{path}/application_plans/{plan['id']}"
    again = api.refused("PUT", own, 422, state_event="publish")
    assert again == {"errors": {"state_event": ["cannot transition when published"]}}
    assert api.refused("PUT", own, 422, state_event="explode") == {"errors": {"state_event": ["invalid"]}}
    before = api.made("/signup", org_name="Before", username="before")
    service_plan = api.get(f"{path}/service_plans")["plans"][0]["service_plan"]
    assert api.put(f"{path}/service_plans/{service_plan['id']}/default")["default"] is True
    after = api.made("/signup", org_name="After", username="after")

    def products(account: Json) -> set[int]:
        return {item["service_id"] for item in listed(api, f"/accounts/{account['id']}/service_contracts")}

    assert products(before) == {1}
    assert products(after) == {1, product["id"]}
    made = api.made(f"/accounts/{before['id']}/applications", plan_id=plan["id"], name="first")
    assert products(before) == {1, product["id"]}
    api.deleted(f"/accounts/{before['id']}/applications/{made['id']}")
    assert products(before) == {1, product["id"]}


def test_row_11_one_integration_per_kind_no_deletion_and_six_fields(api: Api) -> None:
    path = "/authentication_providers"
    fields = {"kind": "keycloak", "client_id": "3scale", "client_secret": "s3", "site": "https://sso/realms/maas"}
    made = api.made(path, **fields, system_name="keycloak", published=True, automatically_approve_accounts=True)
    assert made["callback_url"] == "https://maas.apps.maas.test/auth/keycloak/callback"
    assert (made["published"], made["automatically_approve_accounts"]) == (True, True)
    second = api.refused("POST", path, 422, **fields, system_name="other")
    assert second == {"errors": {"kind": ["has already been taken"]}}
    api.refused("DELETE", f"{path}/{made['id']}", 404)
    changed = api.put(f"{path}/{made['id']}", name="Other", published=False)
    assert (changed["name"], changed["published"]) == (made["name"], False)
    assert api.refused("POST", path, 400, client_id="x") == "Required parameter missing: kind"


def test_row_12_the_access_code_is_random_and_can_be_cleared(api: Api) -> None:
    assert re.fullmatch(r"[0-9a-f]{10}", api.get("/provider")["account"]["site_access_code"])
    assert api.put("/provider", site_access_code="")["site_access_code"] == ""
    assert "site_access_code" not in api.put("/provider", site_access_code=None, org_name="Not mine")
    assert api.get("/provider")["account"]["org_name"] == "Provider Name"
    for field in ("support_email", "finance_support_email"):
        refusal = {"errors": {field: ["should look like an email address"]}}
        assert api.refused("PUT", "/provider", 422, **{field: "nobody"}) == refusal
        assert api.put("/provider", **{field: ""})[field] == ""
    for release, kept in (("2.15", False), ("2.16", True)):
        tenant = fresh(release=release)
        assert tenant.put("/settings", account_approval_required=True)["account_approval_required"] is True
        assert tenant.put("/settings", signups_enabled=True)["account_approval_required"] is kept


def test_row_13_portal_content_is_drafted_published_guarded_and_strict(api: Api) -> None:
    path = "/cms/templates"
    made = api.call("POST", f"/admin/api{path}.json", {"type": "page", "title": "Page", "path": "/t/", "draft": "a"})
    page = made.json
    assert (page["path"], page["draft"], page["published"], page["hidden"]) == ("/t", "a", None, True)
    assert api.call("PUT", f"/admin/api{path}/{page['id']}/publish.json").json["published"] == "a"
    strange = api.refused("POST", path, 422, type="page", title="U", path="/u", foo="x")
    assert strange == {"error": 'Unpermitted parameters: ["foo"]'}
    found = api.get(path, "per_page=100")
    assert (len(found["collection"]) <= 100, "metadata" in found) == (True, False)
    builtin = next(item["id"] for item in found["collection"] if item["type"] == "builtin_page")
    kept = api.refused("DELETE", f"{path}/{builtin}", 422)
    assert kept == {"error": "Built-in resources can't be deleted"}
    with api.emulator.tenant.store.transaction():
        static = templates.added(api.emulator.tenant, "builtin_static_page", system_name="static")["id"]
    before = api.get(f"{path}/{static}")
    assert api.call("PUT", f"/admin/api{path}/{static}.json", {"draft": "changed"}).status == 200
    assert api.get(f"{path}/{static}") == before
    assert api.call("GET", f"/admin/api{path}.xml").status == 406
    plain = api.call("POST", "/admin/api/cms/files.json", {"path": "/x.png", "attachment": "no part of a form"})
    assert plain.status == 422
    api.deleted(f"{path}/{page['id']}")


def test_row_14_gateways_read_the_newest_promoted_version_by_host(api: Api) -> None:
    product = api.product()
    other = api.product("other")
    for item in (product, other):
        api.promoted(item)
    api.put(f"/services/{product['id']}/proxy", auth_user_key="api-key")
    api.promoted(product)
    configs = api.get("/account/proxy_configs/production", "version=latest")["proxy_configs"]
    assert {item["proxy_config"]["content"]["system_name"] for item in configs} == {"tiny", "other"}
    host = "tiny-maas-apicast-production.apps.maas.test"
    found = api.get("/account/proxy_configs/production", f"version=latest&host={host}")["proxy_configs"]
    assert [item["proxy_config"]["content"]["proxy"]["auth_user_key"] for item in found] == ["api-key"]
    assert api.call("GET", "/admin/api/account/proxy_configs/nowhere.json").status == 422
    operator = api.call("GET", "/master/api/proxy/configs/production.json", host="system-master.3scale.svc:3000")
    assert len(operator.json["proxy_configs"]) == 2
    denied = api.call("GET", "/master/api/proxy/configs/staging.json", basic="bad:", host="system-master:3000")
    assert (denied.status, denied.text) == (401, "unauthorized")
    _row_14_authorise(api, product, found[0]["proxy_config"]["content"]["backend_authentication_value"])


def _row_14_authorise(api: Api, product: Json, token: str) -> None:
    """A limit on hits counts methods too; only limits on the metrics of the call are checked."""
    path = f"/services/{product['id']}"
    api.method(product, "chat")
    tokens = api.made(f"{path}/metrics", friendly_name="Tokens", system_name="tokens", unit="token")["id"]
    plan = api.made(f"{path}/application_plans", name="Limited")["id"]
    for metric, value in ((product["hits"], 1), (tokens, 0)):
        api.made(f"/application_plans/{plan}/metrics/{metric}/limits", period="eternity", value=value)
    account = api.made("/signup", org_name="Callers", username="caller", password="canary-password")["id"]
    key = api.made(f"/accounts/{account}/applications", plan_id=plan, name="a")["user_key"]
    known = f"service_token={token}&service_id={product['id']}&user_key={key}"
    for usage, status in (("usage[chat]=1", 200), ("usage[chat]=1", 409), ("usage[tokens]=1", 409), ("", 200)):
        query, host = f"{known}&{usage}", "backend-listener"
        assert api.call("GET", "/transactions/authrep.xml", query=query, basic=None, host=host).status == status


def test_row_15_a_fresh_tenant_has_its_sample_data(api: Api) -> None:
    (product,), (backend,) = listed(api, "/services"), listed(api, "/backend_apis")
    assert (product["name"], product["system_name"]) == ("API", "api")
    assert (backend["name"], backend["system_name"]) == ("API Backend", "api")
    (usage,) = listed(api, "/services/1/backend_usages")
    assert (usage["path"], usage["backend_id"]) == ("/", backend["id"])
    plans = listed(api, "/services/1/application_plans")
    terms = [("Basic", "published", True), ("Unlimited", "published", False)]
    assert [(plan["name"], plan["state"], plan["default"]) for plan in plans] == terms
    assert [len(listed(api, f"/application_plans/{plan['id']}/features")) for plan in plans] == [1, 3]
    assert [listed(api, f"/application_plans/{plan['id']}/limits") for plan in plans] == [[], []]
    assert listed(api, "/services/1/service_plans")[0]["default"] is True
    (account_plan,) = listed(api, "/account_plans")
    assert (account_plan["name"], account_plan["default"]) == ("Default", True)
    account = api.get("/accounts/find", "username=john")["account"]
    assert (account["org_name"], account["state"]) == ("Developer", "approved")
    (application,) = listed(api, f"/accounts/{account['id']}/applications")
    assert application["plan_id"] == plans[0]["id"]
    assert [item["service_id"] for item in listed(api, f"/accounts/{account['id']}/service_contracts")] == [1]
    (echo,) = listed(api, "/active_docs")
    assert (echo["name"], echo["system_name"], echo["published"], echo["service_id"]) == ("Echo", "echo", True, 1)
    types = {item["type"] for item in api.get("/cms/templates", "per_page=100")["collection"]}
    assert types == {"page", "layout", "partial", "builtin_page", "builtin_partial"}
    api.product()
    api.deleted("/services/1")
    api.wait(1)
    assert api.get("/active_docs") == {"api_docs": []}
    assert api.get(f"/accounts/{account['id']}/applications") == {"applications": []}


def test_row_16_stored_forms_differ_from_what_was_sent(api: Api) -> None:
    backend = api.made("/backend_apis", name="B", system_name="bb", private_endpoint="https://b.example/v1")
    assert backend["private_endpoint"] == "https://b.example:443/v1"
    path = f"/backend_apis/{backend['id']}"
    hits = api.get(f"{path}/metrics")["metrics"][0]["metric"]
    assert hits["system_name"] == f"hits.{backend['id']}"
    assert "name" not in hits
    method = api.made(f"{path}/metrics/{hits['id']}/methods", friendly_name="Chat", system_name="chat")
    assert method["system_name"] == f"chat.{backend['id']}"
    product = api.product()
    chain = [{"name": "cors", "version": "builtin", "configuration": {}, "humanName": "dropped"}]
    stored = api.put(f"/services/{product['id']}/proxy/policies", policies_config=chain)
    assert [item["name"] for item in stored] == ["cors", "apicast"]
    assert "humanName" not in stored[0]
    usage = api.made(f"/services/{product['id']}/backend_usages", backend_api_id=backend["id"], path="llama/")
    assert usage["path"] == "/llama"


def test_row_17_statuses_of_the_verbs(api: Api) -> None:
    product = api.product()
    plan = api.made(f"/services/{product['id']}/application_plans", name="Plan")
    account = api.made("/signup", org_name="O", username="someone")
    api.made(f"/accounts/{account['id']}/applications", plan_id=plan["id"], name="a")
    refused = api.refused("DELETE", f"/services/{product['id']}/application_plans/{plan['id']}", 403)
    text = "This application plan cannot be deleted! At least one application depends on it."
    assert refused == {"errors": {"base": [text]}}
    created = api.call("POST", SERVICES, {"name": "Located"}, query="x=1")
    assert created.headers["Location"].endswith(f"/admin/api/services/{created.json['service']['id']}?x=1")
    api.deleted(f"/services/{product['id']}")


def test_the_list_has_one_test_for_each_of_its_17_rows() -> None:
    rows = [int(row) for name in globals() for row in re.findall(r"^test_row_(\d+)_", name)]
    assert sorted(rows) == list(range(1, 18))
    readme = (Path(sandbox.threescale.__file__).parent / "README.md").read_text()
    section = readme.partition("## Refused as")[2].partition("\n## ")[0]
    listed = re.findall(r"\| (\d+) \| [^|]+(?=\|)", section)
    assert sorted(int(row) for row in listed) == list(range(1, 18))


@pytest.mark.skipif(not FACTS.is_file(), reason=f"the fact sheet is not at {FACTS}")
def test_the_rows_are_those_of_the_fact_sheet() -> None:
    section = FACTS.read_text().partition("## 10. Checklist")[2].partition("## 11.")[0]
    assert [int(row) for row in re.findall(r"^\| (\d+) \|", section, re.MULTILINE)] == list(range(1, 18))
