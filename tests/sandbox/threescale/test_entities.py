"""What single entities refuse, and the rules inside one entity."""

from __future__ import annotations

import pytest

from tests.support.tenant import Api, Json, fresh

TAKEN = ["has already been taken"]
FORMAT = "the accepted format is 'scheme://address(:port)(/path)'. Accepted schemes are http, https, ws and wss"
SHAPE = (
    "has to start with '/' and can only contain valid URL characters and\n"
    "'wildcards' - words inside curly brackets ('{}')\n"
)


@pytest.mark.parametrize(
    ("endpoint", "text"),
    [
        ("ftp://h.example", [FORMAT]),
        ("https://localhost", ["can't be localhost"]),
        ("http://127.0.0.1:8080", ["can't be localhost"]),
        ("https://h.example?x=1", [FORMAT]),
        ("https://user@h.example", [FORMAT]),
        ("", ["can't be blank", FORMAT]),
    ],
)
def test_a_backend_needs_a_reachable_address(api: Api, endpoint: str, text: list[str]) -> None:
    answer = api.refused("POST", "/backend_apis", 422, name="B", system_name="bb", private_endpoint=endpoint)
    assert answer == {"errors": {"private_endpoint": text}}


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("credentials_location", "cookie", "is not included in the list"),
        ("auth_user_key", "a key", "invalid"),
        ("error_status_no_match", 99, "invalid"),
        ("error_auth_failed", "caf\u00e9", "invalid"),
        ("endpoint", "https://h/path", "the accepted format is 'protocol://address(:port)'"),
    ],
)
def test_proxy_settings_outside_their_patterns_are_refused(api: Api, field: str, value: Json, text: str) -> None:
    product = api.product()
    answer = api.refused("PATCH", f"/services/{product['id']}/proxy", 422, **{field: value})
    assert text in answer["errors"][field]
    api.refused("GET", f"/services/{product['id']}/proxy/configs/sandbox/latest", 404)


def test_generated_hosts_fit_a_label(api: Api) -> None:
    name = "a" * 40
    product = api.product(name)
    proxy = api.get(f"/services/{product['id']}/proxy")["proxy"]
    label = proxy["endpoint"].removeprefix("https://").partition(".")[0]
    assert len(label) == 63
    assert label.startswith(f"{name}-maas-apicast-p")
    underscored = api.made("/services", name="x", system_name="tiny_llama")
    endpoint = api.get(f"/services/{underscored['id']}/proxy")["proxy"]["endpoint"]
    assert endpoint == "https://tiny-llama-maas-apicast-production.apps.maas.test:443"


def test_another_deployment_option_takes_the_addresses_away(api: Api) -> None:
    product = api.product()
    api.put(f"/services/{product['id']}", deployment_option="self_managed")
    assert "endpoint" not in api.get(f"/services/{product['id']}/proxy")["proxy"]


def test_usages_are_unique_by_backend_and_by_path(api: Api) -> None:
    product = api.product()
    path = f"/services/{product['id']}/backend_usages"
    second = api.made("/backend_apis", name="Second", private_endpoint="https://b.example")
    again = api.refused("POST", path, 422, backend_api_id=product["backend"], path="/other")
    assert again == {"errors": {"backend_api_id": TAKEN}}
    clash = api.refused("POST", path, 422, backend_api_id=second["id"], path="")
    assert clash == {"errors": {"path": ["This path is already taken. Specify a different path."]}}
    api.refused("POST", path, 404, backend_api_id=99, path="/x")
    bad = api.refused("POST", path, 422, backend_api_id=second["id"], path="a b")
    assert "must be a path separated" in bad["errors"]["path"][0]


def test_metrics_and_methods_share_their_names(api: Api) -> None:
    product = api.product()
    path = f"/services/{product['id']}/metrics"
    metric = api.made(path, friendly_name="Total tokens", system_name="total_tokens", unit="token")
    api.method(product, "chat")
    taken = api.refused("POST", path, 422, friendly_name="chat", system_name="chat", unit="x")
    assert taken == {"errors": {"system_name": TAKEN, "friendly_name": TAKEN}}
    assert api.refused("POST", path, 422, friendly_name="No unit")["errors"] == {"unit": ["can't be blank"]}
    under = api.refused("POST", f"{path}/{metric['id']}/methods", 422, friendly_name="Wrong parent")
    assert under["errors"] == {"parent_id": ["You can only create methods under 'hits'"]}
    changed = api.put(f"{path}/{metric['id']}", system_name="other", friendly_name="Tokens")
    assert (changed["system_name"], changed["friendly_name"]) == ("total_tokens", "Tokens")


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"http_method": "BREW"}, {"http_method": ["is not included in the list"]}),
        ({"pattern": "v1"}, {"pattern": [f"a Mapping Rule {SHAPE}"]}),
        ({"pattern": ""}, {"pattern": [f"a Mapping Rule can't be empty, {SHAPE}"]}),
        ({"pattern": "/{a}/{a}"}, {"pattern": ["Can't have repeated variable names"]}),
        ({"delta": None}, {"delta": ["is not a number"]}),
        ({"delta": 0}, {"delta": ["must be greater than 0"]}),
        ({"metric_id": None}, {"metric_id": ["can't be blank"]}),
    ],
)
def test_malformed_rules_are_refused(api: Api, changes: Json, errors: Json) -> None:
    product = api.product()
    rule = {"http_method": "POST", "pattern": "/v1", "delta": 1, "metric_id": product["hits"], **changes}
    assert api.refused("POST", f"/services/{product['id']}/proxy/mapping_rules", 422, **rule) == {"errors": errors}


def test_a_foreign_metric_is_not_found_and_a_second_identical_rule_is_taken(api: Api) -> None:
    product = api.product()
    path = f"/services/{product['id']}/proxy/mapping_rules"
    rule = {"http_method": "POST", "pattern": "/v1/{id}$?a={b}", "delta": 1}
    api.refused("POST", path, 404, **rule, metric_id=1)
    first = api.made(path, **rule, metric_id=product["hits"])
    second = api.made(path, **rule, metric_id=product["hits"])
    assert second["id"] != first["id"]


def test_rule_positions_move_as_acts_as_list_moves_them(api: Api) -> None:
    product = api.product()
    path = f"/services/{product['id']}/proxy/mapping_rules"

    def rules() -> dict[str, int]:
        listed = [item["mapping_rule"] for item in api.get(path)["mapping_rules"]]
        return {rule["pattern"]: rule["position"] for rule in listed}

    def add(pattern: str, **extra: Json) -> Json:
        return api.made(path, http_method="POST", pattern=pattern, delta=1, metric_id=product["hits"], **extra)

    added = add("/a")
    add("/b", position=1)
    assert rules() == {"/b": 1, "/": 2, "/a": 3}
    add("/gap", position=10)
    assert rules()["/gap"] == 10
    api.put(f"{path}/{added['id']}", position=1)
    assert rules() == {"/a": 1, "/b": 2, "/": 3, "/gap": 10}
    api.deleted(f"{path}/{added['id']}")
    assert rules() == {"/b": 1, "/": 2, "/gap": 9}


def test_a_policy_without_version_is_shown_with_its_error(api: Api) -> None:
    product = api.product()
    path = f"/services/{product['id']}/proxy/policies"
    answer = api.refused("PUT", path, 422, policies_config=[{"name": "cors", "configuration": {}}])
    assert answer["policies_config"][0]["errors"] == {"version": ["can't be blank"]}
    no_list = api.refused("PUT", path, 422, policies_config={"name": "cors"})
    assert no_list["errors"]["policies_config"][0].startswith("has invalid format")
    text = '[{"name":"cors","version":"builtin","configuration":{}}]'
    form = api.call("PUT", f"/admin/api{path}.json", form={"policies_config": text})
    assert [item["name"] for item in form.json["policies_config"]] == ["cors", "apicast"]


def test_the_promoted_content_names_hosts_rules_and_a_routing_policy(api: Api) -> None:
    product = api.product()
    method = api.method(product, "chat/completions")
    rule = {"http_method": "POST", "pattern": "/v1/chat", "metric_id": method["id"], "delta": 1}
    api.made(f"/services/{product['id']}/proxy/mapping_rules", **rule)
    content = api.promoted(product)["content"]
    proxy = content["proxy"]
    assert proxy["hosts"] == [f"tiny-maas-apicast-{name}.apps.maas.test" for name in ("production", "staging")]
    assert proxy["api_backend"] == "https://tiny.models.svc:8443"
    assert [item["metric_system_name"] for item in proxy["proxy_rules"]] == ["hits", "chat/completions"]
    assert proxy["policy_chain"] == [{"name": "apicast", "version": "builtin", "configuration": {}}]
    assert len(content["backend_authentication_value"]) == 64
    second = api.made("/backend_apis", name="Second", private_endpoint="https://b.example")
    api.made(f"/services/{product['id']}/backend_usages", backend_api_id=second["id"], path="/llama")
    proxy = api.promoted(product)["content"]["proxy"]
    assert proxy["api_backend"] is None
    routing = proxy["policy_chain"][0]
    assert routing["name"] == "routing"
    assert routing["configuration"]["rules"][0]["replace_path"] == "{{uri | remove_first: '/llama'}}"


def test_only_the_newest_configuration_of_the_same_user_is_compared(api: Api) -> None:
    product = api.product()
    path = f"/services/{product['id']}/proxy"
    assert api.deployed(product) == 1
    tokens = api.emulator.tenant.store.rows("proxy_config")
    assert {row["user_id"] for row in tokens if row["service_id"] == product["id"]} == {1}
    api.put(path, auth_user_key="other")
    assert api.deployed(product) == 2


def test_limits_take_odd_values_as_zero_and_know_backend_metrics(api: Api) -> None:
    product = api.product()
    plan = api.made(f"/services/{product['id']}/application_plans", name="Plan")
    path = f"/application_plans/{plan['id']}/metrics/{product['hits']}/limits"
    assert api.made(path, period="day", value=-4)["value"] == 0
    bad_period = api.refused("POST", path, 422, period="fortnight", value=1)
    assert bad_period == {"errors": {"period": ["is invalid"]}}
    backend_hits = api.get(f"/backend_apis/{product['backend']}/metrics")["metrics"][0]["metric"]["id"]
    api.made(f"/application_plans/{plan['id']}/metrics/{backend_hits}/limits", period="day", value=4)
    usage = api.get(f"/services/{product['id']}/backend_usages")[0]["backend_usage"]["id"]
    api.deleted(f"/services/{product['id']}/backend_usages/{usage}")
    assert [item["limit"]["metric_id"] for item in api.get(f"/application_plans/{plan['id']}/limits")["limits"]] == [
        product["hits"]
    ]
    api.refused("POST", f"/application_plans/{plan['id']}/metrics/1/limits", 404, period="day", value=1)


def test_prices_must_not_overlap(api: Api) -> None:
    product = api.product()
    plan = api.made(f"/services/{product['id']}/application_plans", name="Plan", cost_per_month=3)
    assert plan["cost_per_month"] == 3.0
    path = f"/application_plans/{plan['id']}/metrics/{product['hits']}/pricing_rules"
    api.made(path, min=1, max=10, cost_per_unit="0.1")
    api.refused("POST", path, 422, min=10, max=20, cost_per_unit=1)
    rest = api.made(path, min=11, cost_per_unit=1)
    assert "max" not in rest


def test_signup_without_password_waits_for_activation_and_approval(api: Api) -> None:
    account = api.made("/signup", org_name="Team", username="dev1", email="dev1@maas.test")
    path = f"/accounts/{account['id']}"
    user = api.get(f"{path}/users")["users"][0]["user"]
    assert (account["state"], user["state"], user["role"]) == ("created", "pending", "admin")
    assert api.put(f"{path}/users/{user['id']}/activate")["state"] == "active"
    assert api.put(f"{path}/users/{user['id']}/activate")["state"] == "active"
    assert api.put(f"{path}/approve")["state"] == "approved"
    again = api.refused("PUT", f"{path}/approve", 422)
    assert again == {"errors": {"state": ['cannot transition via "approve"']}}
    taken = api.refused("POST", "/signup", 422, org_name="Team", username="dev1", email="dev1@maas.test")
    assert taken == {"errors": {"username": TAKEN, "email": TAKEN}}
    ready = api.made("/signup", org_name="Team", username="dev2", password="canary-password")
    assert ready["state"] == "approved"
    api.deleted(path)
    api.refused("GET", path, 404)
    api.refused("GET", "/accounts/find", 404)


def test_a_new_user_is_a_pending_member_and_the_last_admin_stays(api: Api) -> None:
    account = api.made("/signup", org_name="Team", username="dev1", password="canary-password")
    path = f"/accounts/{account['id']}/users"
    admin = api.get(path)["users"][0]["user"]
    user = api.made(path, username="dev2", email="d2@maas.test", role="admin", state="active")
    assert (user["role"], user["state"]) == ("member", "pending")
    assert api.refused("POST", path, 422, username="x", email="bad")["errors"]["username"]
    assert "errors" in api.refused("DELETE", f"{path}/{admin['id']}", 403)
    api.put(f"{path}/{admin['id']}/suspend")
    error = api.refused("PUT", f"{path}/{admin['id']}/activate", 422)["error"]
    assert (error["from"], error["event"]) == ("suspended", "activate")


def test_application_keys_are_unique_in_a_product_and_states_are_guarded(api: Api) -> None:
    product, other = api.product(), api.product("other")
    plans = [
        api.made(f"/services/{item['id']}/application_plans", name="Plan", approval_required=item is other)["id"]
        for item in (product, other)
    ]
    account = api.made("/signup", org_name="Team", username="dev1", password="canary-password")
    path = f"/accounts/{account['id']}/applications"
    made = api.made(path, plan_id=plans[0], name="one", user_key="canary-key")
    assert (made["state"], made["enabled"], made["user_key"]) == ("live", True, "canary-key")
    taken = api.refused("POST", path, 422, plan_id=plans[0], name="two", user_key="canary-key")
    assert taken == {"errors": {"user_key": TAKEN}}
    elsewhere = api.made(path, plan_id=plans[1], name="two", user_key="canary-key")
    assert elsewhere["state"] == "pending"
    assert api.put(f"{path}/{elsewhere['id']}/accept")["state"] == "live"
    api.refused("PUT", f"{path}/{elsewhere['id']}/accept", 422)
    assert api.get("/applications/find", "user_key=canary-key")["application"]["id"] == made["id"]
    api.refused("POST", path, 404, plan_id=999, name="x")
    for number in range(5):
        api.made(f"{path}/{made['id']}/keys", key=f"key a/{number}")
    assert api.refused("POST", f"{path}/{made['id']}/keys", 422, key="sixth")["errors"] == {"base": ["Limit reached"]}
    api.deleted(f"{path}/{made['id']}/keys/key%20a%2F0")
    assert len(api.get(f"{path}/{made['id']}/keys")["keys"]) == 4


def test_subscriptions_exist_once_and_by_their_name_from_216_on(api: Api) -> None:
    newer = fresh(release="2.16")
    for tenant, status in ((api, 404), (newer, 200)):
        assert tenant.call("GET", "/admin/api/accounts/3/service_subscriptions.json").status == status
    product = api.product()
    plan = api.get(f"/services/{product['id']}/service_plans")["plans"][0]["service_plan"]["id"]
    assert api.made(f"/accounts/3/service_plans/{plan}/buy")["id"] == plan
    again = api.refused("POST", f"/accounts/3/service_plans/{plan}/buy", 422)
    assert again == {"errors": {"base": ["already subscribed to this service"]}}
    sample = api.get("/accounts/3/service_contracts")["service_contracts"][0]["service_contract"]["id"]
    api.refused("DELETE", f"/accounts/3/service_contracts/{sample}", 403)


def test_active_docs_want_json_of_a_known_version(api: Api) -> None:
    path = "/active_docs"
    document = '{"openapi": "3.1.0", "info": {}}'
    assert api.refused("POST", path, 422, name="Doc", body="a: 1")["errors"] == {"body": ["Invalid JSON"]}
    assert "errors" in api.refused("POST", path, 422, name="Doc", body=document)
    made = api.made(path, name="Doc", body=document, skip_swagger_validations=True, service_id=1)
    assert (made["body"], made["published"]) == (document, False)
    assert fresh(release="2.16").made(path, name="Doc", body=document)["body"] == document
    relative = '{"openapi": "3.0.3", "servers": [{"url": "/"}]}'
    assert "base_path" in api.refused("POST", path, 422, name="Two", body=relative)["errors"]
    assert api.refused("POST", path, 422, name="Two", body="{}", service_id=99) == {"error": "Service not found"}


def test_registered_policies_in_use_stay(api: Api) -> None:
    schema = {"name": "llm", "version": "0.2", "summary": "s", "configuration": {"type": "object"}}
    path = "/registry/policies"
    bad = api.refused("POST", path, 422, name="llm", version="0.1", schema=schema)
    assert bad == {"errors": {"version": ["differs from the schema version"]}}
    api.made(path, name="llm", version="0.2", schema=schema)
    product = api.product()
    chain = [{"name": "llm", "version": "0.2", "configuration": {}}]
    api.put(f"/services/{product['id']}/proxy/policies", policies_config=chain)
    assert "errors" in api.refused("DELETE", f"{path}/llm-0.2", 403)
    assert api.refused("PUT", f"{path}/llm-0.2", 400, name="x") == "Required parameter missing: schema"


def test_the_system_name_rules(api: Api) -> None:
    for bad in ("a", "-a", "a b", "a" * 256):
        assert "system_name" in api.refused("POST", "/services", 422, name="n", system_name=bad)["errors"]
    product = api.made("/services", name="n", system_name="v1/models")
    changed = api.put(f"/services/{product['id']}", system_name="other")
    assert changed["system_name"] == "v1/models"


def test_a_refused_request_leaves_nothing_behind(api: Api) -> None:
    before = api.emulator.tenant.store.everything()
    api.refused("POST", "/signup", 404, org_name="O", username="someone", application_plan_id=999)
    assert api.emulator.tenant.store.everything() == before


def test_oidc_is_stored_as_oauth_and_shown_as_oidc(api: Api) -> None:
    product = api.made("/services", name="oidc product", backend_version="oidc")
    assert product["backend_version"] == "oidc"
    assert api.put(f"/services/{product['id']}", backend_version="1")["backend_version"] == "1"


def test_no_password_or_token_is_kept_in_clear(api: Api) -> None:
    api.made("/signup", org_name="Team", username="dev1", password="canary-password")
    state = str(api.emulator.tenant.store.everything())
    assert "canary-password" not in state
    assert "canary-admin-token" not in state
