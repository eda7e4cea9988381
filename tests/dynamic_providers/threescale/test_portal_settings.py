from typing import ClassVar

import pytest

from dynamic_providers.threescale.portal_settings import PortalSettings, PortalSettingsProvider
from tests.dynamic_providers.threescale.of_a_tenant import SingletonConformance
from tests.dynamic_providers.threescale.tenant import Json, Tenant
from tests.support.plugin_host import PluginError

APPROVAL = "account_approval_required"


@pytest.mark.row("S-181")
class TestPortalSettings(SingletonConformance):
    provider = PortalSettingsProvider
    recorded = "dynamic_providers.threescale.portal_settings.PortalSettingsProvider"
    change: ClassVar[Json] = {"signups_enabled": True, "change_account_plan_permission": "none"}
    spelled: ClassVar[Json] = {"enforce_sso": None}
    others: ClassVar[Json] = {"hide_service": True, "service_plans_ui_visible": True}

    def example(self, tenant: Tenant) -> Json:  # noqa: ARG002 - nothing of it is unique
        flags = {"signups_enabled": False, APPROVAL: True, "public_search": False}
        return flags | {"change_account_plan_permission": "direct", "restore": True}

    def test_nothing_told_is_false(self, tenant: Tenant) -> None:
        assert "hide_service" not in self.served(tenant)
        tenant.clear()
        held = tenant.host.create(self.provider, {"hide_service": False})
        assert tenant.writes() == []
        assert tenant.host.read(self.provider, held) == held

    def test_single_sign_on_is_not_enforced_without_an_integration(self, tenant: Tenant) -> None:
        with pytest.raises(PluginError, match=r"PUT .*/settings\.json: 3scale refused it: enforce_sso .*No published"):
            tenant.host.create(self.provider, {"enforce_sso": True})

    def test_single_sign_on_is_enforced_with_one(self, tenant: Tenant) -> None:
        fields = {
            "kind": "keycloak",
            "client_id": "3scale",
            "client_secret": "x",
            "site": "https://sso.example/realms/a",
        }
        provider = {"authentication_provider": fields | {"published": True}}
        tenant.api.call("POST", "account/authentication_providers", provider)
        held = tenant.host.create(self.provider, {"enforce_sso": True})
        assert self.served(tenant)["enforce_sso"] is True
        tenant.host.delete(self.provider, held)
        assert self.served(tenant)["enforce_sso"] is False

    def test_a_word_that_3scale_does_not_know_is_refused_in_preview(self, tenant: Tenant) -> None:
        failures = tenant.host.check(self.provider, {"change_service_plan_permission": "anybody"}).failures
        assert "'anybody' is refused" in failures["change_service_plan_permission"]

    def test_former_values_are_secret(self) -> None:
        assert PortalSettings.secret_outputs == ("former",)


class TestOlderRelease:
    """3scale 2.15."""

    def test_a_setting_that_the_release_does_not_have_is_refused(self, tenant: Tenant) -> None:
        told = r"`enforce_sso` was declared, and this tenant has no such setting.*from release 2\.16 on"
        with pytest.raises(PluginError, match=told):
            tenant.host.create(PortalSettingsProvider, {"enforce_sso": False})
        assert tenant.writes() == []

    @pytest.mark.parametrize("required", [True, False])
    def test_the_approval_of_accounts_survives_every_write(self, tenant: Tenant, *, required: bool) -> None:
        before = tenant.api.item("GET", "settings")[APPROVAL]
        tenant.api.call("PUT", "settings", {"settings": {APPROVAL: required}})
        try:
            held = tenant.host.create(PortalSettingsProvider, {"public_search": False})
            assert tenant.api.item("GET", "settings")[APPROVAL] is required
            tenant.host.delete(PortalSettingsProvider, held)
            assert tenant.api.item("GET", "settings")[APPROVAL] is required
        finally:
            tenant.api.call("PUT", "settings", {"settings": {APPROVAL: before}})
