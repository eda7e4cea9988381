import pytest

from dynamic_providers.threescale.absent_backend import AbsentBackendProvider
from dynamic_providers.threescale.absent_product import AbsentProductProvider
from tests.dynamic_providers.threescale.of_a_tenant import AbsentConformance
from tests.dynamic_providers.threescale.tenant import Json, Tenant
from tests.support.plugin_host import PluginError


class TestAbsentProduct(AbsentConformance):
    provider = AbsentProductProvider
    recorded = "dynamic_providers.threescale.absent_product.AbsentProductProvider"
    change = {"name": "Another API"}  # noqa: RUF012 - as in the class that it fills in

    def example(self, tenant: Tenant) -> Json:
        return {"system_name": tenant.unique("sample"), "name": "API", "present": False}

    def sample(self, tenant: Tenant, inputs: Json) -> str:
        fields = {"system_name": inputs["system_name"], "name": inputs["name"]}
        return str(tenant.api.item("POST", "services", {"service": fields})["id"])

    def exists(self, tenant: Tenant, inputs: Json) -> bool:
        products = tenant.api.pages("services", "services")
        return inputs["system_name"] in {one["system_name"] for one in products}

    @pytest.mark.row("S-136")
    def test_a_product_with_somebodys_application_stays(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        account = tenant.account()
        application = tenant.application(account, tenant.plan(self.sample(tenant, example)))
        name = tenant.api.item("GET", f"accounts/{account}/applications/{application}")["name"]
        with pytest.raises(
            PluginError, match=rf"is in use: application '{name}' of account {account}\. .*Keep it with"
        ):
            tenant.host.create(self.provider, example)
        assert self.exists(tenant, example)

    def test_an_application_of_another_organisation_of_the_samples_name_is_somebodys(self, tenant: Tenant) -> None:
        example, name = self.example(tenant), tenant.unique("user")
        body = {"org_name": "Developer", "username": name, "email": f"{name}@example.com"}
        account = str(tenant.api.item("POST", "signup", body)["id"])
        tenant.application(account, tenant.plan(self.sample(tenant, example)))
        with pytest.raises(PluginError, match=rf"is in use: application '.*' of account {account}\."):
            tenant.host.create(self.provider, example)
        assert self.exists(tenant, example)

    def test_applications_that_3scale_made_at_sign_up_are_not_in_the_way(self, fresh: Tenant) -> None:
        fresh.product()
        fresh.account()
        held = list(fresh.api.pages("applications", "applications"))
        assert [one["name"] for one in held].count("API signup") == 1
        fresh.host.create(self.provider, {})
        assert not self.exists(fresh, {"system_name": "api"})

    def test_another_refusal_is_told_as_it_is(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        self.sample(tenant, example)
        tenant.fault("status", "DELETE", "/services/", status=422)
        with pytest.raises(PluginError, match=r"DELETE .*/services/\d+\.json: 3scale refused it"):
            tenant.host.create(self.provider, example)


class TestSampleDataOfANewTenant:
    @pytest.mark.row("S-132")
    def test_the_last_product_stays_and_the_order_is_told(self, fresh: Tenant) -> None:
        with pytest.raises(PluginError, match=r"product 'api' is the only one.*once another one exists.*depends_on"):
            fresh.host.create(AbsentProductProvider, {})
        assert [one["system_name"] for one in fresh.api.pages("services", "services")] == ["api"]

    @pytest.mark.row("S-133")
    def test_the_backend_stays_while_the_product_is_there(self, fresh: Tenant) -> None:
        with pytest.raises(PluginError, match=r"product api still uses backend \d+"):
            fresh.host.create(AbsentBackendProvider, {})

    @pytest.mark.row("S-132", "S-133")
    def test_beside_another_product_both_go_with_their_sample_application(self, fresh: Tenant) -> None:
        kept = fresh.product()
        assert list(fresh.api.pages("applications", "applications"))
        fresh.host.create(AbsentProductProvider, {})
        fresh.host.create(AbsentBackendProvider, {})
        assert [str(one["id"]) for one in fresh.api.pages("services", "services")] == [kept]
        assert "api" not in {one["system_name"] for one in fresh.api.pages("backend_apis", "backend_apis")}
        assert not list(fresh.api.pages("applications", "applications"))
