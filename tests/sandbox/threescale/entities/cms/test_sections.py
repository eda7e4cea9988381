"""Sections over the CMS API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.threescale.entities.cms.conftest import Cms

TAKEN = ["has already been taken"]


def test_a_section_gets_name_and_path_from_its_title_and_is_found_by_both(cms: Cms) -> None:
    made = cms.done("POST", "sections", title="Model Cards")
    root = cms.done("GET", "sections/root")
    told = {name: made[name] for name in ("title", "system_name", "public", "parent_id", "partial_path")}
    assert told == {
        "title": "Model Cards",
        "system_name": "model-cards",
        "public": True,
        "parent_id": root["id"],
        "partial_path": "model-cards",
    }
    assert cms.done("GET", "sections/model-cards") == cms.done("GET", f"sections/{made['id']}") == made
    assert (root["parent_id"], root["title"]) == (None, "Root")


def test_the_parent_is_read_beside_the_wrapper_and_an_unknown_one_is_the_root(cms: Cms) -> None:
    css, root = (cms.done("GET", f"sections/{name}")["id"] for name in ("css", "root"))
    assert cms.done("POST", "sections", title="Below", parent_id=css)["parent_id"] == css
    assert cms.done("POST", "sections", section={"title": "Nested", "parent_id": css})["parent_id"] == root
    assert cms.done("POST", "sections", title="Lost", parent_id=999)["parent_id"] == root


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"system_name": ""}, {"system_name": ["can't be blank"]}),
        ({"title": "Other", "system_name": "css"}, {"system_name": TAKEN}),
        ({"title": "css", "system_name": "styles"}, {"title": TAKEN}),
        ({"title": "T", "system_name": "a b"}, {"system_name": ["invalid"]}),
        ({"title": "T2", "partial_path": "/a b"}, {"partial_path": ["is not a valid URI"]}),
    ],
)
def test_a_section_that_is_not_valid_is_refused(cms: Cms, fields: dict[str, Any], errors: Any) -> None:  # noqa: ANN401 - any JSON value
    assert cms.refused("POST", "sections", **fields) == (422, {"errors": errors})


def test_a_section_is_never_below_itself(cms: Cms) -> None:
    above = cms.done("POST", "sections", title="Above")["id"]
    below = cms.done("POST", "sections", title="Below", parent_id=above)["id"]
    answer = cms.refused("PUT", f"sections/{above}", parent_id=below)
    assert answer == (422, {"errors": {"base": ["cannot be it's own ancestor"]}})


@pytest.mark.parametrize("name", ["root", "css", "messages"])
def test_a_builtin_section_stays(cms: Cms, name: str) -> None:
    assert cms.refused("DELETE", f"sections/{name}") == (422, {"error": "Built-in resources can't be deleted"})


def test_what_a_deleted_section_held_moves_up(cms: Cms) -> None:
    made = cms.done("POST", "sections", title="Gone")
    page = cms.done("POST", "templates", type="page", title="Page", path="/p", section_id=made["id"])
    _, file = cms.upload("POST", "files", ("a.txt", b"a", "text/plain"), path="/a.txt", section_id=str(made["id"]))
    below = cms.done("POST", "sections", title="Below", parent_id=made["id"])
    cms.done("DELETE", "sections/gone")
    root = made["parent_id"]
    assert cms.done("GET", f"templates/{page['id']}")["section_id"] == root
    assert cms.done("GET", f"files/{file['id']}")["section_id"] == root
    assert cms.done("GET", f"sections/{below['id']}")["parent_id"] == root
    assert cms.refused("GET", "sections/gone")[0] == 404
