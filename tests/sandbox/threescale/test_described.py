"""The emulator against the table of what 3scale's API descriptions and representers say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox.threescale import described
from sandbox.threescale.operation import Call
from sandbox.threescale.operations import NOT_IMPLEMENTED, OPERATIONS
from sandbox.threescale.transactions import CALLS
from tests.sandbox.threescale.walk import Walk, walked

if TYPE_CHECKING:
    from tests.support.tenant import Answer, Json

DESCRIPTIONS = Path(__file__).parents[3].parent / "shared" / "reference" / "openapi"
FACTS = DESCRIPTIONS.parent / "threescale-admin-api.md"
UNDOCUMENTED = {
    "GET /admin/api/services/proxy/configs/{}",
    "GET /master/api/proxy/configs/{}",
    "PATCH /admin/api/backend_apis/{}/mapping_rules/{}",
    "POST /admin/api/accounts/{}/service_plans/{}/buy",
    "PUT /admin/api/personal/notification_preferences",
    "PUT /admin/api/services/{}/proxy",
    "PUT /admin/api/services/{}/proxy/mapping_rules/{}",
    "PUT /admin/api/services/{}/proxy/oidc_configuration",
}
# Described, and dropped all the same: create-only names, deprecated ones, and what only other kinds have.
NOT_TAKEN = {
    "POST /admin/api/authentication_providers": {"branding_state_event"},
    "POST /admin/api/services/{}/metrics": {"name"},
    "PATCH /admin/api/services/{}/proxy": {"api_backend"},
    "PUT /admin/api/accounts/{}/users/{}/activate": {"additional_fields"},
    "PUT /admin/api/backend_apis/{}": {"system_name"},
    "PUT /admin/api/services/{}": {"system_name"},
}
# What a GET or DELETE takes is read where it is needed; these are described and have no effect here.
WITHOUT_EFFECT = {
    "GET /admin/api/accounts/find": {"buyer_provider_key", "buyer_service_token"},
    "GET /stats/applications/{application_id}/usage": {"skip_change", "timezone"},
    "GET /stats/backend_apis/{backend_api_id}/usage": {"skip_change", "timezone"},
    "GET /stats/services/{service_id}/usage": {"skip_change", "timezone"},
}
# Fields somebody defined: not a part of any description.
OWN_FIELDS = {"team"}
# Unwrapped answers, and wrappers that two kinds of answer share.
SHAPES = {
    "/admin/api/provider": "provider",
    "/stats/services/{id}/top_applications": "top_applications",
    **dict.fromkeys(
        (
            "/stats/services/{id}/usage",
            "/stats/applications/{id}/usage",
            "/stats/backend_apis/{backend_api_id}/usage",
        ),
        "usage",
    ),
}
FREE = {"/admin/api/policies", "/admin/api/webhooks/failures"}
"""Answers without fields of their own: a map by name, and a list that is always empty."""


@pytest.fixture(scope="module")
def seen() -> dict[str, list[Answer]]:
    """One answer at least of every operation."""
    return walked()


def objects(operation: str, body: Json) -> list[tuple[str, Json]]:
    """Kind and fields of every object in an answer."""
    path = operation.partition(" ")[2]
    if path in FREE:
        return []
    if path in SHAPES:
        return [(SHAPES[path], body if SHAPES[path] in ("usage", "top_applications") else body["account"])]
    if isinstance(body, list):
        return [next(iter(item.items())) for item in body]
    if path.startswith("/admin/api/cms/"):
        kind = f"cms_{path.split('/')[4].removesuffix('s')}"
        return [(kind, item) for item in body.get("collection", [body])]
    wrapper, value = next(iter((key, value) for key, value in body.items() if key != "metadata"))
    if isinstance(value, list):
        return [(wrapper, item) if wrapper == "policies_config" else next(iter(item.items())) for item in value]
    return [(wrapper, value)]


def test_the_operations_are_those_of_the_table_and_a_few_it_does_not_name() -> None:
    named = {described.plain(name) for name in described.table()}
    ours = {described.plain(operation.name) for operation in OPERATIONS}
    ours |= {described.plain(name) for name in (*NOT_IMPLEMENTED, *CALLS)}
    assert named - ours == set()
    assert ours - named == UNDOCUMENTED


def test_every_described_parameter_of_a_write_is_taken() -> None:
    ours = {described.plain(operation.name): {*operation.fields} for operation in OPERATIONS}
    missing = {}
    for name, parameters in described.table().items():
        short = described.plain(name)
        if short in ours and not name.startswith(("GET", "DELETE")):
            missing[short] = {parameter.removesuffix("[]") for parameter in parameters} - ours[short]
    assert {name: fields for name, fields in missing.items() if fields} == NOT_TAKEN


def test_every_described_parameter_of_a_read_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, set[str]] = {}
    current = [""]
    call = Walk.call

    class Watched(dict[str, object]):
        def get(self, name: str, default: object = None, /) -> object:
            asked.setdefault(current[0], set()).add(name)
            return super().get(name, default)

    def watched(*parts: Json) -> Call:
        tenant, path, fields, params, *rest = parts
        return Call(tenant, path, fields, Watched(params), *rest)

    def named(walk: Walk, operation: str, /, *positional: Json, **given: Json) -> Json:
        current[0] = operation
        return call(walk, operation, *positional, **given)

    monkeypatch.setattr("sandbox.threescale.app.Call", watched)
    monkeypatch.setattr(Walk, "call", named)
    walked()
    ours = {described.plain(operation.name): operation.name for operation in OPERATIONS}
    unread = {}
    for name, parameters in described.table().items():
        own = ours.get(described.plain(name))
        if own and name.startswith(("GET", "DELETE")):
            unread[name] = set(parameters) - asked.get(own, set())
    assert {name: left for name, left in unread.items() if left} == WITHOUT_EFFECT


def test_every_operation_was_answered_once(seen: dict[str, list[Answer]]) -> None:
    assert set(seen) == {operation.name for operation in OPERATIONS}


def test_answers_show_only_fields_that_3scale_has(seen: dict[str, list[Answer]]) -> None:
    known = described.answers()
    unknown: dict[str, set[str]] = {}
    for operation, answers in seen.items():
        for answer in answers:
            for kind, item in objects(operation, answer.json) if answer.text else ():
                extra = set(item) - set(known[kind]["fields"]) - OWN_FIELDS
                if extra:
                    unknown.setdefault(f"{kind} of {operation}", set()).update(extra)
    assert unknown == {}


def test_every_field_that_3scale_has_is_shown_or_its_absence_explained(seen: dict[str, list[Answer]]) -> None:
    shown: dict[str, set[str]] = {}
    for operation, answers in seen.items():
        for answer in answers:
            for kind, item in objects(operation, answer.json) if answer.text else ():
                shown.setdefault(kind, set()).update(item)
    for kind, facts in described.answers().items():
        assert set(facts["fields"]) - shown[kind] == set(facts["absent"]), kind


@pytest.mark.skipif(not DESCRIPTIONS.is_dir(), reason=f"the API descriptions are not at {DESCRIPTIONS}")
def test_the_table_is_what_the_command_makes_of_the_descriptions() -> None:
    kept = (Path(described.__file__).parent / "described.json").read_text()
    assert kept == described.dumped(described.read(DESCRIPTIONS))


def examples(text: str) -> list[tuple[str, set[str]]]:
    """Wrapper and keys of every JSON example: the keys of its first object, not those of objects inside."""
    found = []
    for wrapper, rest in re.findall(r'^\{"(\w+)":\{(.*?)^```', text, re.MULTILINE | re.DOTALL):
        depth, keys = 0, set()
        for key, bracket in re.findall(r'"(\w+)":|([\[\]{}])', re.sub(r':"(?:[^"\\]|\\.)*"', ":0", rest)):
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(bracket, 0)
            if depth < 0:
                break
            if key and depth == 0:
                keys.add(key)
        found.append((wrapper, keys))
    return found


@pytest.mark.skipif(not FACTS.is_file(), reason=f"the fact sheet is not at {FACTS}")
def test_the_fields_are_those_of_the_examples() -> None:
    known = described.answers()
    seen = examples(FACTS.read_text())
    assert len(seen) > 10
    for wrapper, keys in seen:
        kinds = ("provider", "account") if wrapper == "account" else (wrapper,)
        assert any(keys <= set(known[kind]["fields"]) for kind in kinds if kind in known) or wrapper not in known, (
            wrapper
        )
