from typing import ClassVar

import pytest

from dynamic_providers.threescale.backend_usages import BackendUsagesProvider
from tests.dynamic_providers.threescale.conformance import LostAnswers, OwnedConformance
from tests.dynamic_providers.threescale.foreign_members import ForeignMembers
from tests.dynamic_providers.threescale.tenant import Held, Json, Tenant
from tests.support.plugin_host import UNKNOWN


class TestBackendUsages(OwnedConformance, LostAnswers, ForeignMembers):
    provider = BackendUsagesProvider
    recorded = "dynamic_providers.threescale.backend_usages.BackendUsagesProvider"
    change: ClassVar[Json] = {"usages": {}}
    lost_post = "/backend_usages"
    set_name = "usages"

    def example(self, tenant: Tenant) -> Json:
        usages = {"/": {"backend_id": tenant.backend()}, "/v2": {"backend_id": tenant.backend()}}
        return {"product_id": tenant.product(), "usages": usages, "foreign": "remove"}

    def add_by_hand(self, tenant: Tenant, held: Held) -> str:
        body = {"backend_api_config": {"backend_api_id": int(tenant.backend()), "path": "/by/hand"}}
        tenant.api.call("POST", f"services/{held.id}/backend_usages", body)
        return "/by/hand"

    def served(self, tenant: Tenant, held: Held) -> set[str]:
        return {usage["path"] for usage in tenant.api.pages(f"services/{held.id}/backend_usages")}

    def test_another_backend_under_the_same_path_is_an_update(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        wanted = held.inputs | {"usages": {"/": {"backend_id": tenant.backend()}}}
        updated = tenant.host.update(self.provider, held, wanted)
        assert tenant.host.read(self.provider, updated).inputs == wanted

    def test_two_backends_can_change_places(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        first, second = held.inputs["usages"].values()
        wanted = held.inputs | {"usages": {"/": second, "/v2": first}}
        updated = tenant.host.update(self.provider, held, wanted)
        assert tenant.host.read(self.provider, updated).inputs == wanted

    @pytest.mark.parametrize("path", ["v2", "/v2/", ""])
    def test_a_path_that_3scale_would_change_is_refused(self, tenant: Tenant, path: str) -> None:
        usages = {"product_id": "1", "usages": {path: {"backend_id": UNKNOWN}}}
        (reason,) = tenant.host.check(self.provider, usages).failures.values()
        assert f"write {'/' + path.strip('/')!r}" in reason
