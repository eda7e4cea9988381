"""The content of a fresh tenant."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.threescale.entities.cms import liquid

if TYPE_CHECKING:
    from tests.sandbox.threescale.entities.cms.conftest import Cms


@pytest.fixture
def rows(cms: Cms) -> list[dict[str, Any]]:
    return list(cms.call("GET", "templates", query="content=true&per_page=100").json["collection"])


def test_it_has_layouts_pages_partials_and_builtins_and_no_static_page(rows: list[dict[str, Any]]) -> None:
    assert Counter(row["type"] for row in rows) == {
        "builtin_page": 37,
        "builtin_partial": 11,
        "layout": 2,
        "page": 9,
        "partial": 1,
    }
    assert {row["path"] for row in rows if row["type"] == "page"} >= {"/", "/docs", "/css/default.css"}


def test_everything_is_published_and_well_formed(rows: list[dict[str, Any]]) -> None:
    assert {row["draft"] for row in rows} == {None}
    assert [row["system_name"] for row in rows if liquid.problem(row["published"])] == []


def test_pages_of_the_switches_that_are_on_are_there(rows: list[dict[str, Any]]) -> None:
    builtin = {row["system_name"] for row in rows if row["type"] == "builtin_page"}
    assert builtin >= {"applications/new", "applications/choose_service", "login/new", "applications/show"}
    assert not builtin & {"services/new", "services/index"}


def test_error_pages_have_their_own_layout(rows: list[dict[str, Any]]) -> None:
    layouts = {row["id"]: row["system_name"] for row in rows if row["type"] == "layout"}
    of = {row["system_name"]: layouts[row["layout_id"]] for row in rows if row["type"] == "builtin_page"}
    assert {name for name, layout in of.items() if layout == "error"} == {
        "errors/forbidden",
        "errors/internal_server_error",
        "errors/not_found",
    }


def test_messages_have_three_sections_below_them(cms: Cms) -> None:
    sections = {row["id"]: row for row in cms.call("GET", "sections", query="per_page=100").json["collection"]}
    messages = cms.done("GET", "sections/messages")["id"]
    below = {row["system_name"]: row["partial_path"] for row in sections.values() if row["parent_id"] == messages}
    assert below == {"outbox": "/messages/outbox", "inbox": "/messages/inbox", "trash": "/messages/trash"}
