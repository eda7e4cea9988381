import json
import subprocess
import sys
from typing import ClassVar

import pytest

from dynamic_providers.threescale.active_doc import ActiveDocProvider
from tests.dynamic_providers.threescale.conformance import EntityConformance
from tests.dynamic_providers.threescale.tenant import Held, Json, Tenant
from tests.support.plugin_host import ROOT, UNKNOWN, PluginError


def document(**more: object) -> Json:
    answer = {"200": {"description": "The completion"}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Tiny Llama", "version": "1"},
        "servers": [{"url": "https://tiny.apps.example:443"}],
        "paths": {"/v1/chat/completions": {"post": {"responses": answer}}},
        **more,
    }


@pytest.mark.row("S-155")
class TestActiveDoc(EntityConformance):
    provider = ActiveDocProvider
    recorded = "dynamic_providers.threescale.active_doc.ActiveDocProvider"
    change: ClassVar[Json] = {
        "name": "Renamed",
        "published": False,
        "document": document(info={"title": "Größer", "version": "2", "x-limits": {"max": 0.5, "min": 1}}),
    }
    lost_post = r"/active_docs\.json$"

    def example(self, tenant: Tenant) -> Json:
        return {
            "system_name": tenant.unique("doc"),
            "name": "Tiny Llama",
            "product_id": tenant.product(),
            "document": document(),
            "description": "What it is good for",
            "published": True,
            "skip_swagger_validations": False,
            "adopt": False,
        }

    def edit(self, tenant: Tenant, held: Held, body: str) -> None:
        fields = {"body": body, "skip_swagger_validations": True}
        tenant.api.call("PUT", f"active_docs/{held.id}", {"api_docs_service": fields})

    def test_other_spaces_and_another_order_of_keys_are_no_difference(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant) | {"skip_swagger_validations": True})
        self.edit(tenant, held, json.dumps(dict(reversed(document().items())), indent=4))
        assert tenant.host.read(self.provider, held) == held

    @pytest.mark.parametrize("body", ['["no", "document"]', "null", '{"openapi": "3.0.3"}'])
    def test_a_text_written_by_hand_is_drift_and_is_repaired(self, tenant: Tenant, body: str) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        self.edit(tenant, held, body)
        drifted = tenant.host.read(self.provider, held)
        assert drifted.inputs.get("document") != held.inputs["document"]
        repaired = tenant.host.update(self.provider, drifted, held.inputs)
        assert tenant.host.read(self.provider, repaired).inputs == held.inputs

    def test_a_text_that_is_no_json_is_shown_as_it_is(self) -> None:
        item = {"service_id": 31, "body": "openapi: 3.0.3", "published": True, "name": "Tiny"}
        live = ActiveDocProvider().inputs(item, {"adopt": False})
        assert (live["document"], live["product_id"]) == ("openapi: 3.0.3", "31")

    def test_a_document_goes_with_its_product(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        product = held.inputs["product_id"]
        tenant.api.call("DELETE", f"services/{product}")
        while tenant.api.exists("service", product):
            continue
        assert tenant.host.read(self.provider, held).id == ""
        tenant.host.delete(self.provider, held)

    def test_a_document_bound_to_another_product_by_hand_is_drift(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        for given, told in ((tenant.product(), None), ("", "none")):
            tenant.api.call("PUT", f"active_docs/{held.id}", {"api_docs_service": {"service_id": given}})
            assert tenant.host.read(self.provider, held).inputs["product_id"] == (told or given)

    @pytest.mark.row("S-157")
    def test_a_document_that_is_not_valid_is_refused_in_preview_where_it_is_wrong(self, tenant: Tenant) -> None:
        wrong = document(paths={"/v1/models": {"get": {"responses": {"200": {"description": 12}}}}})
        failures = tenant.host.check(self.provider, self.example(tenant) | {"document": wrong}).failures
        (path,) = failures
        assert path == 'document["paths"]["/v1/models"]["get"]["responses"]["200"]["description"]'
        assert "12 is not of type 'string'" in failures[path]

    def test_nothing_is_checked_where_that_is_declared_but_the_server(self, tenant: Tenant) -> None:
        newer = document(openapi="3.1.0", servers=[{"url": "/v1"}])
        example = self.example(tenant) | {"skip_swagger_validations": True, "document": newer}
        assert tenant.host.check(self.provider, example).failures.keys() == {'document["servers"][0]["url"]'}
        held = tenant.host.create(self.provider, example | {"document": document(openapi="3.1.0")})
        assert tenant.host.read(self.provider, held) == held

    def test_a_document_of_the_state_is_not_checked_again_until_it_changes(self, tenant: Tenant) -> None:
        wrong = self.example(tenant) | {"document": document(paths={"/v1/models": {"get": {}}})}
        assert tenant.host.check(self.provider, wrong, wrong).failures == {}
        strict = wrong | {"skip_swagger_validations": True}
        assert tenant.host.check(self.provider, wrong, strict).failures != {}

    def test_parts_that_are_not_known_yet_pass_and_the_rest_is_checked(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        for part in (document(servers=[{"url": UNKNOWN}]), document(info=UNKNOWN), document(openapi=UNKNOWN)):
            assert tenant.host.check(self.provider, example | {"document": part}).failures == {}
        wrong = document(servers=[{"url": UNKNOWN}], paths={"/v1/models": {"get": {}}})
        failures = tenant.host.check(self.provider, example | {"document": wrong}).failures
        assert failures.keys() == {'document["paths"]["/v1/models"]["get"]'}

    def test_a_product_that_is_gone_is_told_by_name(self, tenant: Tenant) -> None:
        with pytest.raises(PluginError, match="Service not found"):
            tenant.host.create(self.provider, self.example(tenant) | {"product_id": "999999"})

    def test_the_program_does_not_load_the_validator(self) -> None:
        code = "import sys, dynamic_providers.threescale.active_doc; sys.exit('openapi_spec_validator' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
