"""A client somebody else wrote (the package 3scale-api) does to the emulator what it does to 3scale, over a socket.

Nothing here knows how the emulator is made: only what the client returns is looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
import threescale_api
from threescale_api.errors import ApiClientError

from tests.sandbox.threescale.test_server import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "canary-token"
Theirs = Any
"""An object of the package, which has no types."""


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    started = Emulator(tmp_path_factory.mktemp("tenant"))
    yield started
    assert started.end() == 0


@pytest.fixture
def client(emulator: Emulator) -> Theirs:
    requests.post(f"{emulator.control}/restart-clean", timeout=5)
    return threescale_api.ThreeScaleClient(emulator.url, TOKEN)


@pytest.fixture
def product(client: Theirs) -> Theirs:
    """A product with a backend at `/`."""
    made = client.services.create({"name": "Tiny", "system_name": "tiny"})
    backend = client.backends.create({"name": "Tiny", "system_name": "tiny", "private_endpoint": "https://t.example"})
    made.backend_usages.create({"service_id": made["id"], "backend_api_id": backend["id"], "path": "/"})
    return made


def lifecycle(resources: Theirs, created: dict[str, Any], changed: dict[str, Any]) -> Theirs:
    """Create one, find it again, change it; returns it. Afterwards it is removed by the caller."""
    made = resources.create(params=created)
    assert made.exists()
    assert made["id"] in [item["id"] for item in resources.list()]
    made.update(params=changed)
    read = resources.read(made["id"]).read()
    for name, value in changed.items():
        assert read[name] == value, name
    return made


def gone(resource: Theirs) -> bool:
    """Delete it and ask whether it is still there."""
    resource.delete()
    return not resource.exists(throws=False)


def test_the_client_finds_the_tenant_ready(client: Theirs) -> None:
    assert client.wait_for_tenant()
    assert client.services["api"]["name"] == "API"
    assert client.provider_accounts.fetch()["org_name"] == "Provider Name"


def test_services(client: Theirs) -> None:
    made = lifecycle(client.services, {"name": "One", "system_name": "one"}, {"name": "Two", "description": "d"})
    assert client.services.read_by_name("one") == made
    with pytest.raises(ApiClientError, match="has already been taken"):
        client.services.create({"name": "One", "system_name": "one"})
    assert gone(made)


def test_backends_their_metrics_methods_and_rules(client: Theirs) -> None:
    created = {"name": "B", "system_name": "bb", "private_endpoint": "https://b.example:443"}
    backend = lifecycle(client.backends, created, {"name": "C", "private_endpoint": "http://c.example:80"})
    metric = lifecycle(backend.metrics, {"friendly_name": "Bytes", "unit": "byte"}, {"friendly_name": "Octets"})
    hits = backend.metrics.read_by_name(f"hits.{backend['id']}")
    method = lifecycle(hits.methods, {"friendly_name": "Chat"}, {"friendly_name": "Talk"})
    rule = {"http_method": "GET", "pattern": "/v1", "delta": 1, "metric_id": metric["id"]}
    rules = lifecycle(backend.mapping_rules, rule, {"pattern": "/v2", "delta": 3})
    assert all(gone(item) for item in (rules, method, metric, backend))


def test_usages(client: Theirs, product: Theirs) -> None:
    other = client.backends.create({"name": "Other", "system_name": "other", "private_endpoint": "https://o.example"})
    created = {"service_id": product["id"], "backend_api_id": other["id"], "path": "/other"}
    usage = lifecycle(product.backend_usages, created, {"path": "/moved"})
    with pytest.raises(ApiClientError, match="cannot be deleted because it is used"):
        other.delete()
    assert gone(usage)
    assert gone(other)


def test_metrics_methods_and_mapping_rules(product: Theirs) -> None:
    metric = lifecycle(
        product.metrics, {"friendly_name": "Tokens", "unit": "token"}, {"friendly_name": "T", "unit": "t"}
    )
    hits = product.metrics.read_by_name("hits")
    method = lifecycle(hits.methods, {"friendly_name": "Chat", "system_name": "chat"}, {"friendly_name": "Talk"})
    rule = {"http_method": "POST", "pattern": "/v1/chat", "delta": 1, "metric_id": method["id"]}
    made = lifecycle(product.mapping_rules, rule, {"pattern": "/v2/chat", "delta": 2})
    with pytest.raises(ApiClientError, match="The Hits metric cannot be deleted"):
        hits.delete()
    assert all(gone(item) for item in (made, method, metric))


def test_application_plans_limits_and_prices(product: Theirs) -> None:
    created = {"name": "Standard", "system_name": "standard", "state_event": "publish"}
    plan = lifecycle(product.app_plans, created, {"name": "Other", "cost_per_month": 3.0})
    assert plan["state"] == "published"
    assert plan.set_default()["default"] is True
    hits = product.metrics.read_by_name("hits")
    limit = lifecycle(plan.limits(hits), {"period": "day", "value": 5}, {"value": 7})
    assert gone(limit)
    price = plan.pricing_rules(hits).create({"min": 1, "max": 9, "cost_per_unit": 0.5})
    assert [item["cost_per_unit"] for item in plan.pricing_rules(hits).list()] == [0.5]
    price.delete()
    assert plan.pricing_rules(hits).list() == []
    assert gone(plan)


def test_account_plans(client: Theirs) -> None:
    plan = lifecycle(client.account_plans, {"name": "Gold", "system_name": "gold"}, {"name": "Silver"})
    assert plan["default"] is False
    assert gone(plan)


def test_service_plans(product: Theirs) -> None:
    # The client looks for a list under `service_plans`, where 3scale puts `plans` (ServicePlansRepresenter).
    plans = threescale_api.resources.ServicePlans(
        parent=product, instance_klass=product.service_plans._instance_klass, entity_collection="plans"
    )
    plan = lifecycle(plans, {"name": "Gold", "system_name": "gold"}, {"name": "Silver"})
    assert product.service_plans.service_plan_set_default(plan["id"])["default"] is True
    assert gone(plan)


def test_active_docs(client: Theirs, product: Theirs) -> None:
    created = {"name": "Doc", "system_name": "doc", "body": '{"swagger": "2.0"}', "service_id": product["id"]}
    doc = lifecycle(client.active_docs, created, {"name": "Other", "published": True})
    assert doc["service_id"] == product["id"]
    assert gone(doc)


def test_accounts_and_users(client: Theirs) -> None:
    account = client.accounts.create({"org_name": "Team", "username": "dev1", "email": "d1@maas.test"})
    assert client.accounts.find({"username": "dev1"})["id"] == account["id"]
    assert client.accounts.approve(account["id"])["state"] == "approved"
    assert client.accounts.reject(account["id"])["state"] == "rejected"
    assert client.accounts.pending(account["id"])["state"] == "pending"
    account.update({"org_name": "Other"})
    assert client.accounts.read(account["id"])["org_name"] == "Other"
    assert client.accounts.send_message(account["id"], "Hello", "Hi")["message"]["state"] == "sent"
    created = {"username": "dev2", "email": "d2@maas.test", "password": "canary-password"}
    user = lifecycle(account.users, created, {"username": "dev3"})
    assert user.activate()["state"] == "active"
    assert user.suspend()["state"] == "suspended"
    assert user.un_suspend()["state"] == "active"
    assert user.set_as_admin()["role"] == "admin"
    assert user.set_as_member()["role"] == "member"
    assert gone(user)
    assert gone(account)


@pytest.fixture
def application(client: Theirs, product: Theirs) -> Theirs:
    plan = product.app_plans.create({"name": "Standard", "state_event": "publish"})
    account = client.accounts.create({"org_name": "Team", "username": "dev1", "password": "canary-password"})
    created = {"name": "App", "description": "d", "plan_id": plan["id"]}
    return lifecycle(account.applications, created, {"name": "Other"})


def test_applications_their_states_plans_keys_and_filters(product: Theirs, application: Theirs) -> None:
    applications, number = application.client, application["id"]
    applications.suspend(number)
    assert application.read()["state"] == "suspended"
    applications.resume(number)
    assert application.read()["state"] == "live"
    assert applications.customize_plan(number)["application_plan"]["custom"] is True
    assert applications.decustomize_plan(number)["application_plan"]["custom"] is False
    other = product.app_plans.create({"name": "Gold", "system_name": "gold"})
    assert applications.change_plan(number, other["id"])["application_plan"]["id"] == other["id"]
    key = application.keys.create({"key": "canary-key"})
    assert key["value"] == "canary-key"
    key.delete()
    assert application.keys.list() == []
    filters = threescale_api.resources.ApplicationReferrerFilters(
        parent=application, instance_klass=threescale_api.resources.Application
    )
    assert filters.create({"referrer_filter": "*.example.org"})["id"] == number
    assert gone(application)


def test_the_proxy_its_policies_and_the_way_to_production(product: Theirs) -> None:
    proxy = product.proxy.list()
    proxy.update({"credentials_location": "authorization", "auth_user_key": "Authorization"})
    assert product.proxy.list()["credentials_location"] == "authorization"
    cors = {"name": "cors", "version": "builtin", "configuration": {}, "enabled": True}
    proxy.policies.insert(0, cors)
    assert [item["name"] for item in proxy.policies.list()["policies_config"]] == ["cors", "apicast"]
    assert proxy.deploy()["credentials_location"] == "authorization"
    staged = proxy.configs.latest()
    promoted = proxy.promote(version=staged["version"])
    assert (promoted["environment"], promoted["version"]) == ("production", staged["version"])
    assert len(proxy.configs.list(env="production")) == 1
    with pytest.raises(ApiClientError, match="has already been taken"):
        proxy.promote(version=staged["version"])
    assert product.oidc().read()["oidc_configuration"]["standard_flow_enabled"] is True
    assert product.oidc().update({"implicit_flow_enabled": True})["oidc_configuration"]["implicit_flow_enabled"] is True


def test_the_registry_of_policies(client: Theirs) -> None:
    schema = {"name": "llm", "version": "0.2", "summary": "s", "configuration": {"type": "object"}}
    created = {"name": "llm", "version": "0.2", "schema": schema}
    policy = lifecycle(client.policy_registry, created, {"schema": {**schema, "summary": "other"}})
    assert gone(policy)


def test_settings_tokens_fields_and_webhooks(client: Theirs) -> None:
    settings = threescale_api.resources.SettingsClient(client, instance_klass=threescale_api.defaults.DefaultResource)
    settings.update(params={"signups_enabled": False, "account_approval_required": False})
    assert settings.fetch()["signups_enabled"] is False
    token = client.access_tokens.create({"name": "t", "permission": "ro", "scopes": ["stats"]})
    assert len(token["value"]) == 64
    assert gone(token)
    created = {"target": "Account", "name": "team", "label": "Team"}
    assert gone(lifecycle(client.fields_definitions, created, {"label": "Other"}))
    hook = client.webhooks.setup("Keys", "https://hooks.example").json()["webhook"]
    assert (hook["active"], hook["application_key_created_on"]) == (True, True)


def test_integrations_have_no_deletion(client: Theirs) -> None:
    created = {"kind": "keycloak", "client_id": "3scale", "client_secret": "s", "site": "https://sso/realms/maas"}
    for providers in (client.dev_portal_auth_providers, client.admin_portal_auth_providers):
        made = lifecycle(providers, {**created, "system_name": f"own-{providers.url.count('/')}"}, {"published": True})
        with pytest.raises(ApiClientError, match="404"):
            made.delete()


def test_usage_statistics(client: Theirs, product: Theirs, application: Theirs) -> None:
    assert client.analytics.list_by_service(product, metric_name="hits", period="month")["total"] == 0
    assert client.analytics.list_by_application(application, metric_name="hits", period="day")["total"] == 0


def test_the_portals_content(client: Theirs) -> None:
    section = client.cms_sections.create({"title": "Guides", "system_name": "guides"})
    page = {"title": "Examples", "path": "/examples", "draft": "<h1>1</h1>", "section_id": section["id"]}
    made = client.cms_pages.create(page)
    assert (made["draft"], made["published"]) == ("<h1>1</h1>", None)
    published = client.cms_pages.publish(made["id"])
    assert (published["draft"], published["published"]) == (None, "<h1>1</h1>")
    assert made["id"] in [item["id"] for item in client.cms_pages.list()]
    builtin = client.cms_builtin_pages.list()[0]
    with pytest.raises(ApiClientError, match="Built-in resources can"):
        builtin.delete()
    assert gone(made)
    assert gone(section)
