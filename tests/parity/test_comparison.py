"""What counts as a difference between two runs, and what does not."""

import copy
from typing import Any

import pytest

from tests.parity import comparison, course

URN = "urn:pulumi:dev::maas::maas:identity:MaasRealm$keycloak:openid/client:Client::maas-portal"
MAPPER = "urn:pulumi:dev::maas::maas:identity:MaasRealm$keycloak:openid/mapper:Mapper::maas-org-name"
FIRST, SECOND = "bd402b1c-e55f-4a68-876e-8860f3bd6970", "0a27aa6e-337a-4b44-8ae7-0f5bcabe7821"
THIRD = "e1b3466b-4c92-4bce-a865-9165526dba0e"
CIPHER = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x:y"}


def step(**fields: object) -> dict[str, Any]:
    return {"op": "update", "urn": URN, "newState": {"modified": "now"}, **fields}


def resource(urn: str = URN, **fields: object) -> dict[str, Any]:
    return {"urn": urn, "id": FIRST, "inputs": {}, "outputs": {}, **fields}


def of_state(*resources: dict[str, Any], **names: str) -> comparison.Document:
    return comparison.state(resources, names)


def test_the_order_of_a_preview_and_of_its_reasons_does_not_count() -> None:
    other = step(urn=MAPPER, diffReasons=["b", "a"], provider=f"urn::p::{FIRST}")
    again = step(urn=MAPPER, diffReasons=["a", "b"], provider=f"urn::p::{SECOND}")
    one = comparison.preview({"steps": [step(), other]}, {})
    two = comparison.preview({"steps": [again, step()]}, {})
    assert comparison.difference(one, two) == ""


@pytest.mark.parametrize(
    "changed",
    [
        {"op": "replace"},
        {"diffReasons": ["displayName"]},
        {"replaceReasons": ["realm"]},
        {"detailedDiff": {"name": {"kind": "update", "inputDiff": True}}},
    ],
)
def test_an_operation_and_each_of_its_reasons_counts(changed: dict[str, Any]) -> None:
    document = [comparison.preview({"steps": [step(**fields)]}, {}) for fields in ({}, changed)]
    assert comparison.difference(*document) != ""


def test_an_operation_that_only_one_side_has_is_shown() -> None:
    both = comparison.preview({"steps": [step(), step(urn=MAPPER)]}, {})
    one = comparison.preview({"steps": [step()]}, {})
    assert f"+++ {MAPPER} (stand-ins)" in comparison.difference(one, both)


def test_private_keys_and_the_engines_notes_are_left_out_of_a_state() -> None:
    noisy = resource(
        created="2026-01-01T00:00:00Z",
        modified="2026-01-01T00:00:00Z",
        sourcePosition="project:///x.py#1",
        stackTrace=[{}],
        inputs={"__defaults": [], "name": "a"},
        outputs={"__meta": "{}", "deep": [{"__internal": 1, "kept": 2}]},
    )
    quiet = resource(inputs={"name": "a"}, outputs={"deep": [{"kept": 2}]})
    assert of_state(noisy) == of_state(quiet)


def test_an_id_of_the_server_becomes_the_name_of_its_resource() -> None:
    def run(client: str, referred: str) -> comparison.Document:
        return of_state(resource(id=client), resource(MAPPER, id="x", inputs={"clientId": referred}))

    assert run(FIRST, FIRST) == run(SECOND, SECOND)
    # A reference to something else is a difference.
    assert run(FIRST, FIRST) != run(FIRST, SECOND)


def test_whether_a_value_is_secret_counts_and_its_ciphertext_does_not() -> None:
    again = {**CIPHER, "ciphertext": "v1:p:q"}
    assert of_state(resource(outputs={"s": CIPHER})) == of_state(resource(outputs={"s": again}))
    assert of_state(resource(outputs={"s": CIPHER})) != of_state(resource(outputs={"s": "open"}))


def test_numbers_that_3scale_chose_do_not_count_and_other_numbers_do() -> None:
    def run(number: str, limit: str) -> comparison.Document:
        return of_state(
            resource(id=number, outputs={"plan_id": number, "metric_ids": {"hits": number}, "limit": limit})
        )

    assert run("2", "7") == run("31", "7")
    assert run("2", "7") != run("2", "8")


def test_the_order_of_dependencies_does_not_count_and_a_missing_one_does() -> None:
    one = resource(dependencies=["a", "b"], propertyDependencies={"p": ["a", "b"]})
    two = resource(dependencies=["b", "a"], propertyDependencies={"p": ["b", "a"]})
    assert of_state(one) == of_state(two)
    assert of_state(one) != of_state(resource(dependencies=["a"], propertyDependencies={"p": ["a", "b"]}))


def test_addresses_and_secrets_of_a_run_get_their_names_the_longest_first() -> None:
    names = {"/tmp/a": "<sandbox>", "/tmp/a/secret": "<secret file>"}  # noqa: S108 (a text, no file)
    found = comparison.plain({"paths": ["/tmp/a/kubeconfig", "/tmp/a/secret"]}, names)  # noqa: S108 (as above)
    assert found == {"paths": ["<sandbox>/kubeconfig", "<secret file>"]}


def config_map(**metadata: object) -> dict[str, Any]:
    return {"kind": "ConfigMap", "metadata": {"namespace": "n", "name": "m", **metadata}, "data": {"key": "value"}}


def test_what_the_api_server_chose_is_left_out_of_an_object() -> None:
    one = config_map(uid=FIRST, resourceVersion="1", creationTimestamp="2026-01-01T00:00:00Z", managedFields=[{}])
    assert comparison.cluster([one], {}) == comparison.cluster([config_map(uid=SECOND, resourceVersion="2")], {})


@pytest.mark.parametrize(
    "metadata", [{"labels": {"a": "b"}}, {"annotations": {"a": "b"}}, {"generation": 2}, {"finalizers": ["f"]}]
)
def test_what_a_plugin_wrote_into_an_object_counts(metadata: dict[str, Any]) -> None:
    one, two = comparison.cluster([config_map()], {}), comparison.cluster([config_map(**metadata)], {})
    assert "ConfigMap n/m (official plugins)" in comparison.difference(one, two)


def test_times_plan_names_and_the_order_of_conditions_do_not_count() -> None:
    def run(time: str, plan: str, types: list[str]) -> comparison.Document:
        conditions = [{"type": name, "lastTransitionTime": time} for name in types]
        return comparison.cluster([{**config_map(), "status": {"plan": plan, "conditions": conditions}}], {})

    one = run("2026-01-01T00:00:00Z", "install-trfj2", ["A", "B"])
    assert one == run("2026-02-02T11:22:33.456Z", "install-8qd6c", ["B", "A"])
    assert one != run("2026-01-01T00:00:00Z", "install-trfj2", ["A"])


def realm_export(first: str, second: str) -> dict[str, Any]:
    return {
        "displayName": "Models",
        "clients": [
            {"id": first, "clientId": "3scale", "redirectUris": ["a", "b"], "attributes": {}},
            {"id": second, "clientId": "account", "attributes": {"client.secret.creation.time": first[:8]}},
        ],
        "roles": [{"id": THIRD, "name": "read", "containerId": first}],
    }


def test_ids_and_order_of_a_realm_do_not_count() -> None:
    one, two = realm_export(FIRST, SECOND), realm_export(SECOND, FIRST)
    two["clients"].reverse()
    two["clients"][-1]["redirectUris"].reverse()
    assert comparison.difference(comparison.realm(one, {}), comparison.realm(two, {})) == ""


def test_an_id_in_a_realm_that_names_something_else_counts() -> None:
    one, two = realm_export(FIRST, SECOND), realm_export(FIRST, SECOND)
    two["roles"][0]["containerId"] = SECOND
    assert "roles" in comparison.difference(comparison.realm(one, {}), comparison.realm(two, {}))


def test_a_difference_names_the_field_and_shows_both_values() -> None:
    one, two = realm_export(FIRST, SECOND), realm_export(FIRST, SECOND)
    two["displayName"] = "Altered"
    shown = comparison.difference(comparison.realm(one, {}), comparison.realm(two, {}))
    assert shown.splitlines() == [
        "--- displayName (official plugins)",
        "+++ displayName (stand-ins)",
        "@@ -1 +1 @@",
        '-"Models"',
        '+"Altered"',
    ]


def test_the_compared_values_are_left_as_they_are() -> None:
    export = realm_export(FIRST, SECOND)
    before = copy.deepcopy(export)
    comparison.realm(export, {"Models": "<name>"})
    assert export == before


def test_the_changes_leave_the_settings_they_start_from() -> None:
    settings = {
        "config": {
            "maas:plans": {"standard": {"limits": {"hits per day": 1}}},
            "maas:identity": {},
            "maas:models": {"m": {"displayName": "M"}},
        }
    }
    before = copy.deepcopy(settings)
    assert course.changed(settings) != before
    assert course.replaced(settings) != before
    assert settings == before
