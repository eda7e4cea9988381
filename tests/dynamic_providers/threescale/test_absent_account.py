import pytest

from dynamic_providers.threescale.absent_account import AbsentAccountProvider
from dynamic_providers.threescale.errors import NotFound
from tests.dynamic_providers.threescale.of_a_tenant import AbsentConformance
from tests.dynamic_providers.threescale.tenant import Json, Tenant
from tests.support.plugin_host import PluginError


class TestAbsentAccount(AbsentConformance):
    provider = AbsentAccountProvider
    recorded = "dynamic_providers.threescale.absent_account.AbsentAccountProvider"
    change = {"org_name": "Another organisation"}  # noqa: RUF012 - as in the class that it fills in

    def example(self, tenant: Tenant) -> Json:
        return {"org_name": "Developer", "username": tenant.unique("john"), "present": False}

    def sample(self, tenant: Tenant, inputs: Json) -> str:
        fields = {name: inputs[name] for name in ("org_name", "username")}
        email = {"email": f"{inputs['username']}@example.com"}
        id_ = str(tenant.api.item("POST", "signup", fields | email)["id"])
        for application in tenant.api.pages(f"accounts/{id_}/applications", "applications"):
            tenant.api.call("DELETE", f"accounts/{id_}/applications/{application['id']}")
        return id_

    def exists(self, tenant: Tenant, inputs: Json) -> bool:
        try:
            tenant.api.call("GET", "accounts/find", query={"username": inputs["username"]})
        except NotFound:
            return False
        return True

    def test_an_account_with_more_than_the_sample_stays(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        id_ = self.sample(tenant, example)
        colleague = tenant.unique("colleague")
        body = {"username": colleague, "email": f"{colleague}@example.com"}
        tenant.api.call("POST", f"accounts/{id_}/users", body)
        application = tenant.application(id_, tenant.plan(tenant.product()))
        name = tenant.api.item("GET", f"accounts/{id_}/applications/{application}")["name"]
        with pytest.raises(PluginError, match=rf"is in use: user '{colleague}', application '{name}'\. Only a sample"):
            tenant.host.create(self.provider, example)
        assert self.exists(tenant, example)

    @pytest.mark.row("S-134")
    def test_the_account_of_a_new_tenant_goes_with_its_application(self, fresh: Tenant) -> None:
        fresh.host.create(self.provider, {})
        assert list(fresh.api.pages("accounts", "accounts")) == []
        assert not list(fresh.api.pages("applications", "applications"))
