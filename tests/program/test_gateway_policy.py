"""The gateways' token policy through the whole program: what a changed file changes, and what a plan permits."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.config.gateway_policy import MANIFEST, OWN_FOLDER
from tests.support.platform import MODEL, program, refused
from tests.support.recorder import DYNAMIC, Recording
from tests.support.stack_file import ROOT

FILES = ("kubernetes:core/v1:Secret", "threescale-policy-files")
GATE = (f"{DYNAMIC}cluster:ConditionGate", "threescale-available")
FORM = (f"{DYNAMIC}threescale:PolicyDefinition", "threescale-policy")
LUA = sorted(path.name for path in (ROOT / OWN_FOLDER).glob("*.lua"))
"""The Lua files of this project's own policy."""

Named = tuple[str, str]
"""Type and name of a resource."""


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The policy's folder in a project that may be changed."""
    monkeypatch.setattr("components.config.gateway_policy.PROJECT", tmp_path)
    return Path(shutil.copytree(ROOT / OWN_FOLDER, tmp_path / OWN_FOLDER))


def changed(before: Recording, after: Recording) -> set[Named]:
    """What a preview of `after` would show on top of `before`: everything that is new, gone or has other inputs."""
    one, other = inputs(before), inputs(after)
    return {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}


def inputs(found: Recording) -> dict[Named, dict[str, Any]]:
    return {(one.type, one.name): one.inputs for one in found.resources}


@pytest.mark.row("S-221", "S-110")
def test_one_byte_of_a_lua_file_shows_as_its_secret_and_the_gate_that_waits_for_the_gateways(sources: Path) -> None:
    before = program()
    assert changed(before, program()) == set()

    with (sources / LUA[-1]).open("ab") as file:
        file.write(b"\n")
    after = program()
    assert changed(before, after) == {FILES, GATE}
    assert changed(after, program()) == set()


@pytest.mark.row("S-221")
def test_a_reviewer_reads_which_file_it_was(sources: Path) -> None:
    before = program()
    with (sources / "init.lua").open("ab") as file:
        file.write(b"\n")
    after = program()

    old, new = (told(one) for one in (before, after))
    assert set(dict(old)) == {f"maas/file.{name}" for name in (*LUA, MANIFEST)}
    assert {name for name, _ in new ^ old} == {"maas/file.init.lua"}
    # The gate's trigger is a plain text too, where nothing secret is among what is followed.
    assert {isinstance(one.one(*GATE).inputs["trigger"], str) for one in (before, after)} == {True}


def told(found: Recording) -> set[tuple[str, str]]:
    return set(found.one(*FILES).inputs["metadata"]["annotations"].items())


@pytest.mark.row("S-111", "S-221")
def test_a_changed_form_shows_in_the_admin_portals_entry_too(sources: Path) -> None:
    before = program()
    form = json.loads((sources / MANIFEST).read_text())
    (sources / MANIFEST).write_text(json.dumps({**form, "summary": "Counts tokens."}))
    after = program()

    assert changed(before, after) == {FILES, GATE, FORM}
    assert after.one(*FORM).inputs["schema"]["summary"] == "Counts tokens."


@pytest.mark.row("S-110")
def test_what_the_gateways_load_is_what_the_project_has(sources: Path) -> None:
    for name in ("notes.txt", "README.md"):
        (sources / name).write_text("no part of the policy")

    assert set(program().one(*FILES).inputs["data"]["value"]) == {*LUA, MANIFEST}


def test_a_limit_of_tokens_is_a_change_of_the_model_and_no_other_part() -> None:
    more: dict[str, Any] = {"plans": {"standard": {"limits": {"prompt_tokens per day": 5}}}}

    assert {name for _, name in changed(program(), program(**more))} == {
        f"{MODEL}-policies",
        f"{MODEL}-promotion",
        f"{MODEL}.standard",
    }


def test_what_a_plan_permits_goes_to_the_gateway_and_not_to_3scale() -> None:
    shorter: dict[str, Any] = {"plans": {"standard": {"maxTokens": 100}}}
    after = program(**shorter)

    assert {name for _, name in changed(program(), after)} == {f"{MODEL}-policies", f"{MODEL}-promotion"}
    (link,) = (one for one in chain(after) if one["name"] == "llm-metrics")
    assert link["configuration"]["plans"] == [{"plan": "Standard Plan", "max_tokens": 100}]


def chain(found: Recording) -> Iterator[dict[str, Any]]:
    yield from found.one(f"{DYNAMIC}threescale:PolicyChain").inputs["policies"]


def test_a_plan_that_promises_more_than_its_model_can_is_refused_before_anything_is_made() -> None:
    said, registered = refused(plans={"standard": {"maxTokens": 2001, "models": ["other"]}})

    assert "plans.standard.maxTokens: 2001 was given" in said
    assert "plans.standard.models[0]: " in said
    assert registered == []
