from typing import ClassVar

from dynamic_providers.threescale.policy_chain import PolicyChainProvider
from tests.dynamic_providers.threescale.conformance import OwnedConformance
from tests.dynamic_providers.threescale.tenant import Json, Tenant

APICAST = {"name": "apicast", "version": "builtin", "configuration": {}, "enabled": True}
CORS = {"name": "cors", "version": "builtin", "configuration": {"allow_origin": "*", "max_age": 300}, "enabled": True}
LLM = {
    "name": "llm",
    "version": "0.1",
    "configuration": {"rules": [{"metric": "tokens", "op": None}]},
    "enabled": False,
}


class TestPolicyChain(OwnedConformance):
    provider = PolicyChainProvider
    recorded = "dynamic_providers.threescale.policy_chain.PolicyChainProvider"
    change: ClassVar[Json] = {"policies": [APICAST, CORS]}
    spelled: ClassVar[Json] = {
        "policies": [
            {"name": "cors", "version": "builtin", "configuration": {"allow_origin": "*", "max_age": 300.0, "x": None}}
        ]
    }

    def example(self, tenant: Tenant) -> Json:
        return {"product_id": tenant.product(), "policies": [CORS, APICAST]}

    def test_the_forwarding_step_is_added_as_the_last_one(self, tenant: Tenant) -> None:
        checked = tenant.host.check(self.provider, {"product_id": "1", "policies": [CORS]})
        assert checked.inputs["policies"] == [CORS, APICAST]

    def test_a_chain_changed_by_hand_is_shown_and_written_back(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        foreign = {"proxy": {"policies_config": [APICAST, LLM]}}
        tenant.api.call("PUT", f"services/{held.id}/proxy/policies", foreign)
        drifted = tenant.host.read(self.provider, held)
        assert [one["name"] for one in drifted.inputs["policies"]] == ["apicast", "llm"]
        tenant.host.update(self.provider, drifted, held.inputs)
        assert tenant.host.read(self.provider, held) == held

    def test_deleting_leaves_the_chain_of_a_new_product(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.host.delete(self.provider, held)
        assert tenant.host.read(self.provider, held).inputs["policies"] == [APICAST]

    def test_one_changed_policy_is_one_write(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.clear()
        tenant.host.update(self.provider, held, held.inputs | {"policies": [APICAST]})
        assert tenant.requests() == [f"PUT services/{held.id}/proxy/policies"]
