from typing import ClassVar

from dynamic_providers.threescale.backend import BackendProvider
from tests.dynamic_providers.threescale.conformance import EntityConformance
from tests.dynamic_providers.threescale.tenant import Json, Tenant


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
