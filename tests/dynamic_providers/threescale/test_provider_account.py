import json
from typing import ClassVar

import pytest

from dynamic_providers.threescale.provider_account import (
    ProviderAccount,
    ProviderAccountArgs,
    ProviderAccountProvider,
)
from tests.dynamic_providers.threescale.of_a_tenant import SingletonConformance
from tests.dynamic_providers.threescale.tenant import Json, Tenant
from tests.support.recorder import DYNAMIC, recorded, secret

CODE = "canary-open-sesame"


@pytest.mark.row("S-131")
class TestProviderAccount(SingletonConformance):
    provider = ProviderAccountProvider
    recorded = "dynamic_providers.threescale.provider_account.ProviderAccountProvider"
    change: ClassVar[Json] = {"from_email": "other@example.com", "site_access_code": ""}
    spelled: ClassVar[Json] = {"finance_support_email": None}
    others: ClassVar[Json] = {"finance_support_email": "money@example.com"}

    def example(self, tenant: Tenant) -> Json:
        emails = {"from_email": f"{tenant.unique('sender')}@example.com", "support_email": "help@example.com"}
        return emails | {"site_access_code": CODE, "restore": True}

    @pytest.mark.row("S-175")
    def test_the_empty_code_opens_the_portal(self, tenant: Tenant) -> None:
        tenant.host.create(self.provider, {"site_access_code": ""})
        assert not self.served(tenant).get("site_access_code")

    def test_a_code_removed_in_the_admin_portal_is_the_empty_code(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, {"site_access_code": ""})
        self.set_by_hand(tenant, {"site_access_code": None})
        assert "site_access_code" not in self.served(tenant)
        assert tenant.host.read(self.provider, held) == held

    def test_a_code_that_was_not_there_is_taken_away_again(self, tenant: Tenant) -> None:
        self.set_by_hand(tenant, {"site_access_code": None})
        held = tenant.host.create(self.provider, self.example(tenant))
        assert json.loads(held.outs["former"])["site_access_code"] is None
        tenant.host.delete(self.provider, held)
        assert "site_access_code" not in self.served(tenant)

    @pytest.mark.parametrize("value", [CODE * 20, 471147114711, [CODE]])
    def test_a_refused_code_is_not_quoted(self, tenant: Tenant, value: object) -> None:
        failures = tenant.host.check(self.provider, {"site_access_code": value}).failures
        assert failures.keys() == {"site_access_code"}
        assert "at most 255 characters" in failures["site_access_code"]
        assert not [part for part in ("4711", "canary") if part in failures["site_access_code"]]

    def test_a_refused_address_is_quoted(self, tenant: Tenant) -> None:
        failures = tenant.host.check(self.provider, {"from_email": "nobody"}).failures
        assert "'nobody' is refused" in failures["from_email"]

    def test_code_and_former_values_are_secrets_even_where_nobody_marked_them(self) -> None:
        args = ProviderAccountArgs(site_access_code=CODE)
        account = recorded(lambda: ProviderAccount("a", args)).one(f"{DYNAMIC}threescale:ProviderAccount")
        assert account.inputs["site_access_code"] == secret(CODE)
        assert set(account.additional_secret_outputs) == {"site_access_code", "former"}
        assert not [name for name in ("from_email", "support_email") if name in account.inputs]
