import time
from typing import ClassVar

import pytest

from dynamic_providers.threescale.backend import BackendProvider
from tests.dynamic_providers.threescale.conformance import EntityConformance
from tests.dynamic_providers.threescale.tenant import Json, Tenant
from tests.support.plugin_host import PluginError


class TestBackend(EntityConformance):
    provider = BackendProvider
    recorded = "dynamic_providers.threescale.backend.BackendProvider"
    change: ClassVar[Json] = {"name": "Renamed", "private_endpoint": "https://other.example:443/v2"}
    spelled: ClassVar[Json] = {"private_endpoint": "http://Tiny.models.svc"}
    lost_post = r"/backend_apis\.json$"

    def example(self, tenant: Tenant) -> Json:
        return {
            "system_name": tenant.unique("tiny"),
            "name": "Tiny Llama",
            "private_endpoint": "http://tiny.models.svc:80",
            "description": "vLLM",
            "adopt": False,
        }

    @pytest.mark.parametrize(
        "fault",
        [{"kind": "html"}, {"kind": "status", "status": 500}, {"kind": "status", "status": 409}],
        ids=lambda fault: f"{fault['kind']}-{fault.get('status', '')}",
    )
    def test_a_refusal_of_something_in_between_is_healed(self, tenant: Tenant, fault: Json) -> None:
        example = self.example(tenant)
        tenant.fault(method="POST", pattern=self.lost_post, **fault)
        self.assert_no_duplicate(tenant, tenant.host.create(self.provider, example))

    def test_a_create_whose_answer_and_look_up_are_lost_says_that_it_may_exist(self, tenant: Tenant) -> None:
        tenant.host.create(self.provider, self.example(tenant))  # from now on the list is known before the create
        tenant.fault("reset_after", "POST", self.lost_post)
        tenant.fault("status", "GET", r"/backend_apis\.json$", status=403)
        example = self.example(tenant)
        with pytest.raises(PluginError, match=r"may exist or not\..*`adopt: true`, which is `models.<key>.adopt`"):
            tenant.host.create(self.provider, example)
        with pytest.raises(PluginError, match="already taken by"):
            tenant.host.create(self.provider, example)
        self.assert_no_duplicate(tenant, tenant.host.create(self.provider, example | {"adopt": True}))

    def test_a_server_that_asks_to_wait_is_waited_for(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        for method in ("GET", "POST"):
            tenant.fault("status", method, "/backend_apis", status=429, retry_after=1)
        started = time.monotonic()
        self.assert_no_duplicate(tenant, tenant.host.create(self.provider, example))
        assert time.monotonic() - started >= 1

    def test_an_upstream_that_3scale_refuses_is_refused_in_preview(self, tenant: Tenant) -> None:
        for wrong in ("ftp://h", "https://h?q=1", "http://localhost:8080", "http://127.0.0.1", "tiny.models.svc"):
            failures = tenant.host.check(self.provider, self.example(tenant) | {"private_endpoint": wrong}).failures
            assert failures.keys() == {"private_endpoint"}
            assert wrong in failures["private_endpoint"]

    def test_a_backend_in_use_is_not_forgotten(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        usage = {"backend_api_config": {"backend_api_id": int(held.id), "path": "/used"}}
        tenant.api.call("POST", f"services/{tenant.product()}/backend_usages", usage)
        with pytest.raises(PluginError, match=rf"product \w+ still uses backend {held.id}\b"):
            tenant.host.delete(self.provider, held)

    def test_a_replacement_exists_before_the_old_backend_goes(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        assert not tenant.host.diff(self.provider, held, held.inputs | {"system_name": "other"}).delete_before_replace

    def test_a_product_that_is_being_purged_is_waited_for(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        product = tenant.product()
        usage = {"backend_api_config": {"backend_api_id": int(held.id), "path": "/used"}}
        tenant.api.call("POST", f"services/{product}/backend_usages", usage)
        tenant.fault("slow_purge", "DELETE", rf"/services/{product}\.json", seconds=0.5)
        tenant.api.call("DELETE", f"services/{product}")
        tenant.clear()
        tenant.host.delete(self.provider, held)
        assert not tenant.api.exists("backend_api", held.id)
        # Its users are asked for once, whatever the wait: that is a request per product of the tenant.
        assert tenant.requests().count("GET services") == 1
