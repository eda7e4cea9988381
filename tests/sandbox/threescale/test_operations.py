"""Which operations there are: every one of the description is implemented or refused by name."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.threescale.operations import NOT_IMPLEMENTED, OPERATIONS

if TYPE_CHECKING:
    from tests.support.tenant import Api

DESCRIPTIONS = Path(__file__).parents[3].parent / "shared" / "reference" / "openapi"
FILES = ("account_management_api", "cms_api", "policy_registry_api", "billing_api", "analytics_api")
VERBS = ("get", "post", "put", "patch", "delete")
UNDOCUMENTED = {
    "GET /admin/api/services/proxy/configs/{}",
    "GET /master/api/proxy/configs/{}",
    "POST /admin/api/accounts/{}/service_plans/{}/buy",
    "PUT /admin/api/services/{}/proxy",
    "PUT /admin/api/services/{}/proxy/mapping_rules/{}",
    "PATCH /admin/api/backend_apis/{}/mapping_rules/{}",
}


def plain(operation: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", re.sub(r"\.(json|xml|\{format\})$", "", operation))


@pytest.mark.parametrize("operation", NOT_IMPLEMENTED)
def test_an_operation_that_is_not_simulated_says_so(api: Api, operation: str) -> None:
    method, _, path = operation.partition(" ")
    answer = api.call(method, re.sub(r"\{\w+\}", "1", path) + ".json")
    assert (answer.status, answer.json) == (501, {"error": f"The emulator does not implement {operation}"})


def test_no_operation_is_listed_twice() -> None:
    names = [plain(operation.name) for operation in OPERATIONS] + [plain(name) for name in NOT_IMPLEMENTED]
    assert len(names) == len(set(names))


def test_an_unknown_path_is_not_found(api: Api) -> None:
    answer = api.call("GET", "/admin/api/unheard_of.json")
    assert (answer.status, answer.json) == (404, {"status": "Not found"})


@pytest.mark.skipif(not DESCRIPTIONS.is_dir(), reason=f"the API descriptions are not at {DESCRIPTIONS}")
def test_the_operations_are_those_of_the_description() -> None:
    described = set()
    for name in FILES:
        document = json.loads((DESCRIPTIONS / f"{name}.json").read_text())
        for path, verbs in document["paths"].items():
            described |= {plain(f"{verb.upper()} {path}") for verb in VERBS if verb in verbs}
    ours = {plain(operation.name) for operation in OPERATIONS} | {plain(name) for name in NOT_IMPLEMENTED}
    assert described - ours == set()
    assert ours - described == UNDOCUMENTED


# Described, and dropped all the same: create-only names, deprecated ones, and what only other kinds have.
NOT_TAKEN = {
    "POST /admin/api/authentication_providers": {"branding_state_event"},
    "POST /admin/api/personal/access_tokens": {"scopes[]"},
    "POST /admin/api/services/{}/metrics": {"name"},
    "PATCH /admin/api/services/{}/proxy": {"api_backend"},
    "PUT /admin/api/accounts/{}/users/{}/activate": {"additional_fields[]"},
    "PUT /admin/api/backend_apis/{}": {"system_name"},
    "PUT /admin/api/services/{}": {"system_name"},
}


@pytest.mark.skipif(not DESCRIPTIONS.is_dir(), reason=f"the API descriptions are not at {DESCRIPTIONS}")
def test_every_described_field_is_taken() -> None:
    document = json.loads((DESCRIPTIONS / "account_management_api.json").read_text())
    schemas = document["components"]["schemas"]
    ours = {plain(operation.name): set(operation.fields) for operation in OPERATIONS}
    missing = {}
    for path, verbs in document["paths"].items():
        for verb in VERBS:
            name = plain(f"{verb.upper()} {path}")
            if name in ours and "requestBody" in verbs.get(verb, {}):
                contents = verbs[verb]["requestBody"]["content"].values()
                described = set().union(*(properties(content.get("schema", {}), schemas) for content in contents))
                missing[name] = described - ours[name] - {"access_token"}
    assert {name: fields for name, fields in missing.items() if fields} == NOT_TAKEN


def properties(schema: dict[str, Any], schemas: dict[str, Any]) -> set[str]:
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    found = set(schema.get("properties", {}))
    for part in (*schema.get("allOf", ()), *schema.get("oneOf", ()), *schema.get("anyOf", ())):
        found |= properties(part, schemas)
    return found
