"""What an exported deployment says about an interrupted run, and what is made of it."""

from typing import Any

from operations.recover.deployment import (
    SECRET_SIGNATURE,
    doomed,
    doubles,
    holders,
    pending_creates,
    plain,
    recovered,
    unsettled,
)

BACKEND = "urn:pulumi:dev::maas::pulumi-python:dynamic/threescale:Backend::llama"
PROVIDER = "urn:pulumi:dev::maas::pulumi:providers:pulumi-python::threescale"


def secret(text: str) -> dict[str, str]:
    return {SECRET_SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "plaintext": text}


def deployment(*resources: dict[str, Any], operations: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    provider = {
        "urn": PROVIDER,
        "id": "p1",
        "type": "pulumi:providers:pulumi-python",
        "inputs": {"accessToken": secret('"t"')},
    }
    body: dict[str, Any] = {"resources": [provider, *resources]}
    if operations:
        body["pending_operations"] = operations
    return {"version": 3, "deployment": body}


def creating(urn: str = BACKEND) -> dict[str, Any]:
    resource = {
        "urn": urn,
        "custom": True,
        "type": "pulumi-python:dynamic/threescale:Backend",
        "inputs": {"system_name": "llama", "__provider": "pickled"},
        "provider": f"{PROVIDER}::p1",
    }
    return {"resource": resource, "type": "creating"}


def test_a_secret_is_readable_wherever_it_stands() -> None:
    assert plain({"a": [secret('"x"'), {"b": secret('{"c": 1}')}]}) == {"a": ["x", {"b": {"c": 1}}]}


def test_a_pending_create_knows_its_provider_instance() -> None:
    (create,) = pending_creates(deployment(operations=[creating()]))
    assert (create.name, create.provider) == ("llama", {"accessToken": "t"})


def test_a_pending_update_is_no_create() -> None:
    assert not list(pending_creates(deployment(operations=[{**creating(), "type": "updating"}])))


def test_what_was_found_is_recorded_with_its_id_and_its_code() -> None:
    after = recovered(deployment(operations=[creating()]), {BACKEND: "11"})["deployment"]
    assert "pending_operations" not in after
    assert after["resources"][-1]["id"] == "11"
    assert after["resources"][-1]["outputs"]["__provider"] == "pickled"


def test_what_was_not_found_is_forgotten_for_the_next_run_to_make() -> None:
    after = recovered(deployment(operations=[creating()]), {})["deployment"]
    assert [resource["urn"] for resource in after["resources"]] == [PROVIDER]


def test_a_replacement_found_takes_the_place_of_the_deleted_one() -> None:
    old = {"urn": BACKEND, "id": "7", "type": "t", "pendingReplacement": True}
    after = recovered(deployment(old, operations=[creating()]), {BACKEND: "11"})["deployment"]
    assert [resource["id"] for resource in after["resources"]] == ["p1", "11"]


def test_a_replacement_made_before_the_old_one_went_leaves_that_to_be_deleted() -> None:
    old = {"urn": BACKEND, "id": "7", "type": "t"}
    after = recovered(deployment(old, operations=[creating()]), {BACKEND: "11"})["deployment"]
    assert [(resource["id"], resource.get("delete", False)) for resource in after["resources"]][1:] == [
        ("7", True),
        ("11", False),
    ]


def test_the_exported_state_itself_is_not_touched() -> None:
    state = deployment({"urn": BACKEND, "id": "7", "type": "t"}, operations=[creating()])
    recovered(state, {BACKEND: "11"})
    assert "delete" not in state["deployment"]["resources"][-1]


def test_what_was_being_changed_or_deleted_is_unsettled_as_long_as_it_is_recorded() -> None:
    backend = creating()["resource"]
    operations = [
        creating(f"{BACKEND}2"),
        {"resource": backend, "type": "deleting"},
        {"resource": {**backend, "urn": f"{BACKEND}3"}, "type": "deleting"},
    ]
    assert unsettled(deployment(backend, operations=operations)) == {BACKEND: "deleting"}


def test_an_object_that_is_recorded_has_a_holder_unless_it_was_deleted_to_be_replaced() -> None:
    old = {"urn": BACKEND, "id": "7", "type": "t"}
    gone = {"urn": BACKEND, "id": "8", "type": "t", "pendingReplacement": True}
    held = holders(deployment(old, gone))
    assert held["t", "7"] == BACKEND
    assert ("t", "8") not in held


def test_a_record_to_be_deleted_is_dropped_where_a_living_one_has_the_same_object() -> None:
    living, old = {"urn": BACKEND, "id": "7", "type": "t"}, {"urn": BACKEND, "id": "7", "type": "t", "delete": True}
    other = {**old, "id": "8"}
    state = deployment(living, old, other)
    assert doomed(state) == [BACKEND]
    assert recovered(state, {})["deployment"]["resources"][1:] == [living, other]


def test_records_to_be_deleted_stay_where_nothing_else_has_their_object() -> None:
    state = deployment({"urn": BACKEND, "id": "7", "type": "t", "delete": True})
    assert doomed(state) == []
    assert recovered(state, {})["deployment"] == state["deployment"]


def test_an_object_under_two_names_is_found_whatever_waits_for_its_deletion_aside() -> None:
    one = {"urn": BACKEND, "id": "7", "type": "t"}
    other, waiting = {**one, "urn": f"{BACKEND}2"}, {**one, "urn": f"{BACKEND}3", "delete": True}
    another = {**one, "type": "of another system"}
    assert doubles(deployment(one, other, waiting, another), {"t"}) == [("7", [BACKEND, f"{BACKEND}2"])]
    assert doubles(deployment(one, waiting, another), {"t"}) == []
