from typing import ClassVar

import pytest

from dynamic_providers.threescale.proxy_promotion import ProxyPromotionProvider
from tests.dynamic_providers.threescale.conformance import LostAnswers, OwnedConformance
from tests.dynamic_providers.threescale.tenant import Held, Json, Tenant
from tests.support.plugin_host import PluginError


class TestProxyPromotion(OwnedConformance, LostAnswers):
    provider = ProxyPromotionProvider
    recorded = "dynamic_providers.threescale.proxy_promotion.ProxyPromotionProvider"
    change: ClassVar[Json] = {"fingerprint": "def"}
    lost_post = r"/(deploy|promote)\.json$"

    def example(self, tenant: Tenant) -> Json:
        return {"product_id": tenant.product(), "fingerprint": "abc", "staging": True, "production": True}

    def edit(self, tenant: Tenant, held: Held) -> None:
        """Change what the gateway answers, as somebody in the admin portal would: staging follows at once."""
        tenant.api.call("PATCH", f"services/{held.id}/proxy", {"proxy": {"error_no_match": tenant.unique("by hand")}})

    def promote(self, tenant: Tenant, held: Held) -> None:
        version = tenant.api.item("GET", f"services/{held.id}/proxy/configs/sandbox/latest")["version"]
        tenant.api.call("POST", f"services/{held.id}/proxy/configs/sandbox/{version}/promote", {"to": "production"})

    def test_the_first_configuration_is_waited_for_and_reaches_production(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        assert (held.outs["staging_version"], held.outs["production_version"]) == ("1", "1")
        assert any("service token" in line for line in tenant.host.lines)

    def test_a_changed_rule_reaches_production(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        hits = next(tenant.api.pages(f"services/{held.id}/metrics", "metrics"))["id"]
        rule = {"http_method": "GET", "pattern": "/new", "metric_id": hits, "delta": 1}
        tenant.api.call("POST", f"services/{held.id}/proxy/mapping_rules", {"mapping_rule": rule})
        tenant.clear()
        updated = tenant.host.update(self.provider, held, held.inputs | {"fingerprint": "def"})
        live = tenant.api.item("GET", f"services/{held.id}/proxy/configs/production/latest")
        assert "/new" in [one["pattern"] for one in live["content"]["proxy"]["proxy_rules"]]
        assert updated.outs["production_version"] == str(live["version"]) != held.outs["production_version"]
        assert updated.outs["content_digest"] != held.outs["content_digest"]
        assert len(tenant.requests()) == 4  # with the read above

    def test_nothing_changed_promotes_nothing(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.clear()
        updated = tenant.host.update(self.provider, held, held.inputs | {"fingerprint": "def"})
        assert tenant.writes() == [f"POST services/{held.id}/proxy/deploy"]
        assert updated.outs == held.outs | {"fingerprint": "def"}

    def test_what_is_promoted_already_is_adopted_without_a_promotion(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.clear()
        again = tenant.host.create(self.provider, held.inputs)
        assert tenant.writes() == [f"POST services/{held.id}/proxy/deploy"]
        assert again == held

    @pytest.mark.parametrize("promoted", [True, False])
    def test_a_hand_edit_is_drift_and_is_repaired(self, tenant: Tenant, promoted: bool) -> None:  # noqa: FBT001
        held = tenant.host.create(self.provider, self.example(tenant))
        self.edit(tenant, held)
        if promoted:
            self.promote(tenant, held)
        drifted = tenant.host.read(self.provider, held)
        assert drifted.inputs["fingerprint"].startswith("drifted: sandbox is ")
        assert ("production is " in drifted.inputs["fingerprint"]) == promoted
        assert drifted.outs["content_digest"] == held.outs["content_digest"]
        assert tenant.host.read(self.provider, drifted) == drifted
        repaired = tenant.host.update(self.provider, drifted, held.inputs)
        assert tenant.host.read(self.provider, repaired) == repaired
        assert repaired.inputs == held.inputs

    def test_a_hand_promotion_that_was_taken_back_is_overruled(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        before = tenant.api.item("GET", f"services/{held.id}/proxy")["error_no_match"]
        self.edit(tenant, held)
        self.promote(tenant, held)
        tenant.api.call("PATCH", f"services/{held.id}/proxy", {"proxy": {"error_no_match": before}})
        drifted = tenant.host.read(self.provider, held)
        assert "production is" in drifted.inputs["fingerprint"]
        repaired = tenant.host.update(self.provider, drifted, held.inputs)
        assert repaired.outs["content_digest"] == held.outs["content_digest"]
        assert tenant.host.read(self.provider, repaired) == repaired

    def test_staging_alone_leaves_production_alone(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant) | {"production": False})
        assert (held.outs["staging_version"], held.outs["production_version"]) == ("1", "")
        assert tenant.host.read(self.provider, held) == held
        assert not [one for one in tenant.writes() if "promote" in one]

    def test_a_product_without_a_backend_is_refused_at_once(self, tenant: Tenant) -> None:
        name = tenant.unique("bare")
        product = tenant.api.item("POST", "services", {"service": {"system_name": name, "name": name}})
        with pytest.raises(PluginError, match="uses no backend"):
            tenant.host.create(self.provider, self.example(tenant) | {"product_id": str(product["id"])})
