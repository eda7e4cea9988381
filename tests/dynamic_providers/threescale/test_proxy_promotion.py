from typing import ClassVar

import pytest

from dynamic_providers.threescale.backend import BackendProvider
from dynamic_providers.threescale.backend_usages import BackendUsagesProvider
from dynamic_providers.threescale.client import AdminApi
from dynamic_providers.threescale.mapping_rules import MappingRulesProvider
from dynamic_providers.threescale.policy_chain import PolicyChainProvider
from dynamic_providers.threescale.product import ProductProvider
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
        looked = sum(one.endswith("/proxy/deploy") for one in tenant.requests())
        assert any("service token" in line for line in tenant.host.lines) == (looked > 1)

    @pytest.mark.row("S-153")
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
        assert tenant.writes() == []
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

    def live(self, tenant: Tenant, held: Held) -> Json:
        """Return what the production gateway reads."""
        content: Json = tenant.api.item("GET", f"services/{held.id}/proxy/configs/production/latest")["content"]
        return content["proxy"]  # type: ignore[no-any-return]  # JSON

    def colleague(self, tenant: Tenant) -> AdminApi:
        """Return the Admin API as another administrator of the tenant."""
        name = tenant.unique("colleague")
        user = {"username": name, "email": f"{name}@models.example", "password": "administrator-2"}
        id_ = tenant.api.item("POST", "users", user)["id"]
        for decision in ("activate", "admin"):
            tenant.api.call("PUT", f"users/{id_}/{decision}")
        token = {"name": name, "permission": "rw", "scopes": ["account_management"]}
        return AdminApi(tenant.url, tenant.api.item("POST", f"users/{id_}/access_tokens", {"token": token})["value"])

    def test_stamps_that_changed_are_not_promoted(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        before = tenant.api.item("GET", f"services/{held.id}/proxy")["error_no_match"]
        self.edit(tenant, held)
        tenant.api.call("PATCH", f"services/{held.id}/proxy", {"proxy": {"error_no_match": before}})
        tenant.clear()
        updated = tenant.host.update(self.provider, held, held.inputs | {"fingerprint": "def"})
        assert tenant.writes() == [f"POST services/{held.id}/proxy/deploy"]
        assert (updated.outs["staging_version"], updated.outs["production_version"]) == ("3", "1")
        assert tenant.host.read(self.provider, updated) == updated
        tenant.clear()
        again = tenant.host.update(self.provider, updated, held.inputs)
        assert tenant.writes() == [f"POST services/{held.id}/proxy/deploy"]
        assert tenant.host.read(self.provider, again) == again

    def test_a_policy_is_live_in_three_calls(self, tenant: Tenant) -> None:
        product = tenant.product()
        chain = tenant.host.create(PolicyChainProvider, {"product_id": product, "policies": []})
        tenant.deploy(product)
        held = tenant.host.create(self.provider, self.example(tenant) | {"product_id": product})
        tenant.clear()
        cors = {"name": "cors", "version": "builtin", "configuration": {}, "enabled": True}
        tenant.host.update(PolicyChainProvider, chain, chain.inputs | {"policies": [cors]})
        updated = tenant.host.update(self.provider, held, held.inputs | {"fingerprint": "def"})
        assert len(tenant.requests()) == 3
        assert [one["name"] for one in self.live(tenant, held)["policy_chain"]] == ["cors", "apicast"]
        assert tenant.host.read(self.provider, updated) == updated

    def test_a_rule_is_live_in_four_calls(self, tenant: Tenant) -> None:
        product = tenant.product()
        rule = {"metric": "hits", "delta": 1, "position": 1, "last": False}
        rules = tenant.host.create(MappingRulesProvider, {"product_id": product, "rules": {"GET /v1": rule}})
        tenant.deploy(product)
        held = tenant.host.create(self.provider, self.example(tenant) | {"product_id": product})
        tenant.clear()
        tenant.host.update(MappingRulesProvider, rules, rules.inputs | {"rules": {"GET /v1": rule | {"delta": 7}}})
        tenant.host.update(self.provider, held, held.inputs | {"fingerprint": "def"})
        assert len(tenant.requests()) == 4
        assert [one["delta"] for one in self.live(tenant, held)["proxy_rules"]] == [7]

    def test_a_usage_and_a_proxy_setting_are_live_in_the_same_run(self, tenant: Tenant) -> None:
        inputs = {"system_name": tenant.unique("p"), "name": "P"}
        product = tenant.host.create(ProductProvider, inputs)
        usages = {"/": {"backend_id": tenant.backend()}}
        used = tenant.host.create(BackendUsagesProvider, {"product_id": product.id, "usages": usages})
        tenant.deploy(product.id)
        held = tenant.host.create(self.provider, self.example(tenant) | {"product_id": product.id})
        tenant.host.update(ProductProvider, product, product.inputs | {"error_no_match": "Nothing here"})
        usages = used.inputs["usages"] | {"/v2": {"backend_id": tenant.backend()}}
        tenant.host.update(BackendUsagesProvider, used, used.inputs | {"usages": usages})
        held = tenant.host.update(self.provider, held, held.inputs | {"fingerprint": "def"})
        live = self.live(tenant, held)
        assert live["error_no_match"] == "Nothing here"
        assert "routing" in [one["name"] for one in live["policy_chain"]]
        tenant.host.update(ProductProvider, product, product.inputs)
        tenant.clear()
        tenant.host.update(self.provider, held, held.inputs | {"fingerprint": "ghi"})
        assert self.live(tenant, held)["error_no_match"] == "No Mapping Rule matched"
        assert not [one for one in tenant.writes() if one.endswith("/deploy")]

    def test_a_repair_of_what_was_promoted_by_accident_promotes(self, tenant: Tenant) -> None:
        product = tenant.product()
        rule = {"metric": "hits", "delta": 1, "position": 1, "last": False}
        rules = tenant.host.create(MappingRulesProvider, {"product_id": product, "rules": {"GET /v1": rule}})
        held = tenant.host.create(self.provider, self.example(tenant) | {"product_id": product})
        assert not tenant.host.diff(self.provider, held, held.inputs).announced
        hits = next(tenant.api.pages(f"services/{product}/metrics", "metrics"))["id"]
        by_hand = {"http_method": "GET", "pattern": "/by/hand", "metric_id": hits, "delta": 1}
        tenant.api.call("POST", f"services/{product}/proxy/mapping_rules", {"mapping_rule": by_hand})
        held = tenant.host.update(self.provider, held, held.inputs | {"fingerprint": "def"})
        assert [one["pattern"] for one in self.live(tenant, held)["proxy_rules"]] == ["/v1", "/by/hand"]

        tenant.host.update(MappingRulesProvider, tenant.host.read(MappingRulesProvider, rules), rules.inputs)
        assert tenant.host.read(self.provider, held) == held
        assert tenant.host.diff(self.provider, held, held.inputs).announced
        held = tenant.host.update(self.provider, held, held.inputs)
        assert [one["pattern"] for one in self.live(tenant, held)["proxy_rules"]] == ["/v1"]
        assert not tenant.host.diff(self.provider, held, held.inputs).announced

    def test_a_repaired_backend_that_was_promoted_by_accident_is_promoted_again(self, tenant: Tenant) -> None:
        product, backend = tenant.product(), tenant.backend()
        used = tenant.host.create(
            BackendUsagesProvider, {"product_id": product, "usages": {"/": {"backend_id": backend}}}
        )
        held = tenant.host.create(self.provider, self.example(tenant) | {"product_id": product})
        item = tenant.api.item("GET", f"backend_apis/{backend}")
        ours = {name: item[name] for name in ("system_name", "name", "private_endpoint")}
        theirs = {"backend_api": {"private_endpoint": "http://theirs.example:80"}}
        tenant.api.call("PUT", f"backend_apis/{backend}", theirs)
        held = tenant.host.update(self.provider, held, held.inputs | {"fingerprint": "def"})
        assert self.live(tenant, held)["api_backend"] == "http://theirs.example:80"

        tenant.host.update(BackendProvider, Held(backend, ours, ours), ours)
        tenant.host.diff(BackendUsagesProvider, used, used.inputs)
        assert tenant.host.diff(self.provider, held, held.inputs).announced
        held = tenant.host.update(self.provider, held, held.inputs)
        assert self.live(tenant, held)["api_backend"] == ours["private_endpoint"]
        tenant.host.diff(BackendUsagesProvider, used, used.inputs)
        assert not tenant.host.diff(self.provider, held, held.inputs).announced

    def test_a_deploy_of_somebody_else_in_between_is_overruled(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        (usage,) = tenant.api.pages(f"services/{held.id}/backend_usages")
        backend = f"backend_apis/{usage['backend_id']}"
        ours = tenant.api.item("GET", backend)["private_endpoint"]
        colleague = self.colleague(tenant)
        colleague.call("PUT", backend, {"backend_api": {"private_endpoint": "http://theirs.example:80"}})
        colleague.call("POST", f"services/{held.id}/proxy/deploy")
        tenant.api.call("PUT", backend, {"backend_api": {"private_endpoint": ours}})
        drifted = tenant.host.read(self.provider, held)
        assert drifted.inputs["fingerprint"].startswith("drifted: sandbox is ")
        repaired = tenant.host.update(self.provider, drifted, held.inputs)
        staged = tenant.api.item("GET", f"services/{held.id}/proxy/configs/sandbox/latest")
        assert staged["content"]["proxy"]["api_backend"] == self.live(tenant, held)["api_backend"] == ours
        assert repaired.outs["staging_version"] == str(staged["version"]) == "3"
        assert tenant.host.read(self.provider, repaired).inputs["fingerprint"] == "abc"
