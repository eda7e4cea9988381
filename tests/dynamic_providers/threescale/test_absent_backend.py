import pytest

from dynamic_providers.threescale.absent_backend import AbsentBackendProvider
from tests.dynamic_providers.threescale.of_a_tenant import AbsentConformance
from tests.dynamic_providers.threescale.tenant import Json, Tenant
from tests.support.plugin_host import PluginError


class TestAbsentBackend(AbsentConformance):
    provider = AbsentBackendProvider
    recorded = "dynamic_providers.threescale.absent_backend.AbsentBackendProvider"
    change = {"name": "Another backend"}  # noqa: RUF012 - as in the class that it fills in

    def example(self, tenant: Tenant) -> Json:
        return {"system_name": tenant.unique("sample"), "name": "API Backend", "present": False}

    def sample(self, tenant: Tenant, inputs: Json) -> str:
        fields = {name: inputs[name] for name in ("system_name", "name")}
        body = {"backend_api": fields | {"private_endpoint": "https://echo.example:443"}}
        return str(tenant.api.item("POST", "backend_apis", body)["id"])

    def exists(self, tenant: Tenant, inputs: Json) -> bool:
        backends = tenant.api.pages("backend_apis", "backend_apis")
        return inputs["system_name"] in {one["system_name"] for one in backends}

    def test_a_backend_that_a_product_uses_stays_and_the_product_is_named(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        usage = {"backend_api_config": {"backend_api_id": int(self.sample(tenant, example)), "path": "/sample"}}
        product = tenant.product()
        tenant.api.call("POST", f"services/{product}/backend_usages", usage)
        name = tenant.api.item("GET", f"services/{product}")["system_name"]
        with pytest.raises(PluginError, match=rf"product {name} still uses backend"):
            tenant.host.create(self.provider, example)
        assert self.exists(tenant, example)
