from typing import ClassVar

from dynamic_providers.threescale.product import Product, ProductArgs, ProductProvider
from tests.dynamic_providers.threescale.conformance import MadeInSteps
from tests.dynamic_providers.threescale.tenant import Json, Tenant
from tests.support.plugin_host import UNKNOWN
from tests.support.recorder import DYNAMIC, recorded, secret


class TestProduct(MadeInSteps):
    provider = ProductProvider
    recorded = "dynamic_providers.threescale.product.ProductProvider"
    change: ClassVar[Json] = {
        "name": "Renamed",
        "buyers_manage_apps": False,
        "buyer_plan_change_permission": "direct",
        "error_status_no_match": 418,
        "credentials_location": "headers",
        "hostname_rewrite": "model.internal",
        "api_test_path": "/v1/models",
    }
    spelled: ClassVar[Json] = {"error_status_no_match": 404.0, "hostname_rewrite": None, "secret_token": None}
    lost_post = r"/services\.json$"
    second_call = ("PATCH", "/proxy")
    later = frozenset({"error_status_no_match", "credentials_location", "hostname_rewrite", "api_test_path"})

    def example(self, tenant: Tenant) -> Json:
        given = {"system_name": tenant.unique("tiny"), "name": "Tiny Llama", "description": "A small model"}
        return tenant.host.check(ProductProvider, given).inputs

    def test_the_hosts_are_told(self, tenant: Tenant) -> None:
        held = tenant.host.create(ProductProvider, self.example(tenant))
        name = held.inputs["system_name"]
        assert held.outs["endpoint"] == f"https://{name}-maas-apicast-production.apps.maas.test:443"
        assert held.outs["sandbox_endpoint"] == f"https://{name}-maas-apicast-staging.apps.maas.test:443"

    def test_a_create_needs_two_writes_and_an_update_only_what_differs(self, tenant: Tenant) -> None:
        held = tenant.host.create(ProductProvider, self.example(tenant))
        assert tenant.writes() == ["POST services", f"PATCH services/{held.id}/proxy"]
        tenant.clear()
        tenant.host.update(ProductProvider, held, held.inputs | {"name": "Renamed"})
        assert tenant.writes() == [f"PUT services/{held.id}"]

    def test_a_name_held_by_a_product_that_is_being_purged_is_waited_for(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        first = tenant.host.create(ProductProvider, example)
        tenant.api.call("DELETE", f"services/{first.id}")
        second = tenant.host.create(ProductProvider, example)
        assert second.id != first.id
        assert any("name to be free" in line for line in tenant.host.lines)

    def test_a_delete_ends_when_the_name_is_free(self, tenant: Tenant) -> None:
        held = tenant.host.create(ProductProvider, self.example(tenant))
        tenant.host.delete(ProductProvider, held)
        assert not tenant.api.exists("service", held.id)

    def test_a_value_that_cannot_be_is_refused_with_what_is_allowed(self, tenant: Tenant) -> None:
        wrong = {"system_name": "x", "deployment_option": "cloud", "error_status_no_match": 42}
        failures = tenant.host.check(ProductProvider, self.example(tenant) | wrong).failures
        assert failures.keys() == wrong.keys()
        assert "'cloud' is refused" in failures["deployment_option"]
        assert "'hosted', 'self_managed' or 'service_mesh_istio'" in failures["deployment_option"]
        assert "2 to 255 letters" in failures["system_name"]

    def test_developers_cannot_choose_keys_unless_it_is_declared(self, tenant: Tenant) -> None:
        held = tenant.host.create(ProductProvider, self.example(tenant))
        assert tenant.api.item("GET", f"services/{held.id}")["custom_keys_enabled"] is False

    def test_an_empty_host_is_no_host(self, tenant: Tenant) -> None:
        held = tenant.host.create(ProductProvider, self.example(tenant) | {"hostname_rewrite": "model.internal"})
        emptied = tenant.host.update(ProductProvider, held, held.inputs | {"hostname_rewrite": ""})
        assert "hostname_rewrite" not in tenant.api.item("GET", f"services/{held.id}/proxy")
        assert tenant.host.read(ProductProvider, emptied) == emptied

    def test_a_secret_token_is_managed_only_while_it_is_declared(self, tenant: Tenant) -> None:
        held = tenant.host.create(ProductProvider, self.example(tenant))
        path = f"services/{held.id}/proxy"
        made_up = tenant.api.item("GET", path)["secret_token"]
        assert made_up not in str(tenant.host.transcript)
        ours = tenant.host.update(ProductProvider, held, held.inputs | {"secret_token": "ours-4711"})
        assert tenant.host.read(ProductProvider, ours) == ours
        tenant.api.call("PATCH", path, {"proxy": {"secret_token": "theirs"}})
        assert tenant.host.read(ProductProvider, ours).inputs["secret_token"] == "theirs"
        free = tenant.host.update(ProductProvider, ours, held.inputs)
        assert tenant.host.read(ProductProvider, free) == free
        assert tenant.api.item("GET", path)["secret_token"] == "theirs"

    def test_a_secret_token_that_is_refused_is_not_quoted(self, tenant: Tenant) -> None:
        wrong = self.example(tenant) | {"secret_token": "not for logs!"}
        (reason,) = tenant.host.check(ProductProvider, wrong).failures.values()
        assert "not for" not in reason
        assert "1 to 255 letters" in reason

    def test_a_secret_token_is_a_secret_even_where_nobody_marked_it(self) -> None:
        args = ProductArgs(system_name="tiny", name="Tiny", secret_token="ours-4711")
        product = recorded(lambda: Product("tiny", args)).one(f"{DYNAMIC}threescale:Product")
        assert product.inputs["secret_token"] == secret("ours-4711")
        assert "secret_token" in product.additional_secret_outputs

    def test_a_self_managed_gateway_has_the_addresses_that_are_declared(self, tenant: Tenant) -> None:
        own = {
            "deployment_option": "self_managed",
            "endpoint": "https://gw.example",
            "sandbox_endpoint": "http://st.example",
        }
        held = tenant.host.create(ProductProvider, self.example(tenant) | own)
        assert held.outs["endpoint"] == held.inputs["endpoint"] == "https://gw.example:443"
        assert held.outs["sandbox_endpoint"] == "http://st.example:80"
        assert tenant.host.read(ProductProvider, held) == held
        bare = {name: value for name, value in held.inputs.items() if name not in ("endpoint", "sandbox_endpoint")}
        taken_back = tenant.host.update(ProductProvider, held, bare)
        assert taken_back.outs["endpoint"] == ""
        assert tenant.host.read(ProductProvider, taken_back) == taken_back

    def test_another_gateway_changes_the_addresses(self, tenant: Tenant) -> None:
        held = tenant.host.create(ProductProvider, self.example(tenant))
        own = {"deployment_option": "self_managed", "endpoint": "https://gw.example:443"}
        away = tenant.host.update(ProductProvider, held, held.inputs | own)
        assert tenant.host.read(ProductProvider, away) == away
        back = tenant.host.update(ProductProvider, away, held.inputs)
        assert back.outs == held.outs
        assert tenant.host.read(ProductProvider, back) == back

    def test_an_address_that_3scale_makes_up_is_refused(self, tenant: Tenant) -> None:
        wrong = {"endpoint": "https://gw.example", "sandbox_endpoint": "https://gw.example/path"}
        failures = tenant.host.check(ProductProvider, self.example(tenant) | wrong).failures
        assert failures.keys() == wrong.keys()
        assert "with the deployment option 'hosted'. Allowed is it with 'self_managed'" in failures["endpoint"]
        unsure = wrong | {"deployment_option": UNKNOWN}
        failures = tenant.host.check(ProductProvider, self.example(tenant) | unsure).failures
        assert set(failures) == {"sandbox_endpoint"}

    def test_a_support_address_is_declared_and_taken_back(self, tenant: Tenant) -> None:
        held = tenant.host.create(ProductProvider, self.example(tenant) | {"support_email": "help@models.example"})
        assert tenant.host.read(ProductProvider, held) == held
        bare = tenant.host.update(ProductProvider, held, held.inputs | {"support_email": ""})
        assert not tenant.api.item("GET", f"services/{held.id}")["support_email"]
        assert tenant.host.read(ProductProvider, bare) == bare

    def test_the_address_of_the_tenant_is_no_difference(self) -> None:
        item = {"id": 1, "name": "Tiny", "system_name": "tiny", "support_email": "tenant@models.example"}
        known = ProductProvider().canonical({"system_name": "tiny", "name": "Tiny"})
        assert ProductProvider().inputs(item, known)["support_email"] == ""
