from typing import ClassVar

from dynamic_providers.threescale.product import ProductProvider
from tests.dynamic_providers.threescale.conformance import MadeInSteps
from tests.dynamic_providers.threescale.tenant import Json, Tenant


class TestProduct(MadeInSteps):
    provider = ProductProvider
    recorded = "dynamic_providers.threescale.product.ProductProvider"
    change: ClassVar[Json] = {"name": "Renamed", "error_status_no_match": 418, "credentials_location": "headers"}
    spelled: ClassVar[Json] = {"error_status_no_match": 404.0}
    lost_post = r"/services\.json$"
    second_call = ("PATCH", "/proxy")
    later = frozenset({"error_status_no_match", "credentials_location"})

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
