import functools
from typing import ClassVar

import pytest

from dynamic_providers.threescale.policy_definition import PolicyDefinitionProvider
from tests.dynamic_providers.threescale.conformance import EntityConformance
from tests.dynamic_providers.threescale.tenant import Held, Json, Tenant
from tests.support.plugin_host import UNKNOWN, PluginError


def manifest(**more: object) -> Json:
    properties = {"header": {"type": "string", "title": "Header"}}
    return {
        "$schema": "http://apicast.io/policy-v1/schema#manifest#",
        "name": "LLM metrics",
        "version": "0.1",
        "summary": "Counts tokens.",
        "configuration": {"type": "object", "properties": properties},
        **more,
    }


class TestPolicyDefinition(EntityConformance):
    provider = PolicyDefinitionProvider
    recorded = "dynamic_providers.threescale.policy_definition.PolicyDefinitionProvider"
    change: ClassVar[Json] = {"schema": manifest(summary="Counts tokens and requests.")}

    switch = "threescale.adopt"
    lost_post = r"/registry/policies\.json$"

    def example(self, tenant: Tenant) -> Json:
        return {"name": tenant.unique("policy"), "version": "0.1", "schema": manifest(), "adopt": False}

    def ids(self, tenant: Tenant, held: Held) -> list[str]:
        policies = tenant.api.pages("registry/policies", "policies")
        return [str(one["id"]) for one in policies if one["name"] == held.inputs["name"]]

    def used(self, tenant: Tenant) -> tuple[Held, str]:
        """Return a definition, and the system name of the product whose chain uses it."""
        held = tenant.host.create(self.provider, self.example(tenant))
        product = tenant.product()
        step = {"name": held.inputs["name"], "version": "0.1", "configuration": {}, "enabled": True}
        tenant.api.call("PUT", f"services/{product}/proxy/policies", {"proxy": {"policies_config": [step]}})
        return held, tenant.api.item("GET", f"services/{product}")["system_name"]

    def test_a_new_version_is_made_beside_the_old_one(self, tenant: Tenant) -> None:
        held, _ = self.used(tenant)
        newer = held.inputs | {"version": "0.2", "schema": manifest(version="0.2")}
        assert not tenant.host.diff(self.provider, held, newer).delete_before_replace
        made = tenant.host.create(self.provider, newer)
        assert set(self.ids(tenant, held)) == {held.id, made.id}

    @pytest.mark.parametrize("verb", ["change", "delete"])
    def test_a_definition_in_use_stays_and_its_users_are_named(self, tenant: Tenant, verb: str) -> None:
        held, product = self.used(tenant)
        told = rf"{verb} policy definition \w+ 0\.1: the policy chain of product {product} uses it.*under a new version"
        change = functools.partial(tenant.host.update, inputs=held.inputs | self.change)
        with pytest.raises(PluginError, match=told):
            (tenant.host.delete if verb == "delete" else change)(self.provider, held)
        assert tenant.host.read(self.provider, held) == held

    def test_another_refusal_is_told_as_it_is(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.fault("status", "PUT", "/registry/policies", status=422)
        with pytest.raises(PluginError, match=r"PUT .*/registry/policies/\d+\.json: 3scale refused it"):
            tenant.host.update(self.provider, held, held.inputs | self.change)

    @pytest.mark.parametrize(
        ("part", "value", "told"),
        [
            ("summary", "x" * 76, "76 characters are refused. Allowed are 75"),
            ("summary", None, "None is refused. Every manifest has a text here"),
            ("version", "0.2", "It is the same as `version`, '0.1'"),
            ("version", "latest", "Allowed are numbers"),
            ("configuration", [], "a JSON schema of what a chain configures"),
            ("$schema", "http://json-schema.org/draft-07/schema#", "Allowed is http://apicast.io/policy-v1/schema"),
        ],
    )
    def test_a_manifest_that_3scale_refuses_is_refused_in_preview(
        self, tenant: Tenant, part: str, value: object, told: str
    ) -> None:
        failures = tenant.host.check(
            self.provider, self.example(tenant) | {"schema": manifest(**{part: value})}
        ).failures
        assert failures.keys() == {f'schema["{part}"]'}
        assert told in failures[f'schema["{part}"]']

    def test_a_configuration_that_is_no_json_schema_is_refused_where_it_is_wrong(self, tenant: Tenant) -> None:
        wrong = manifest(configuration={"properties": {"header": {"type": "text"}}})
        failures = tenant.host.check(self.provider, self.example(tenant) | {"schema": wrong}).failures
        assert list(failures) == ['schema["configuration"]["properties"]["header"]["type"]']

    @pytest.mark.parametrize("part", ["name", "version", "summary", "configuration", "$schema"])
    def test_a_part_that_is_not_known_yet_passes(self, tenant: Tenant, part: str) -> None:
        example = self.example(tenant) | {"schema": manifest(**{part: UNKNOWN})}
        assert tenant.host.check(self.provider, example).failures == {}
