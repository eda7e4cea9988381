"""Layouts, partials, pages and built-ins over the CMS API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.threescale.entities.cms.conftest import Cms

TAKEN = ["has already been taken"]
PAGE = {"type": "page", "title": "Examples", "path": "/examples"}


def test_a_page_is_made_with_the_defaults_of_the_api_and_shown_without_an_envelope(cms: Cms) -> None:
    page = cms.done("POST", "templates", **PAGE, draft="<p>1</p>")
    root = cms.done("GET", "sections/root")["id"]
    assert {name: page[name] for name in page if name not in ("id", "created_at", "updated_at")} == {
        "type": "page",
        "title": "Examples",
        "system_name": "examples",
        "layout_id": None,
        "section_id": root,
        "path": "/examples",
        "content_type": "text/html",
        "liquid_enabled": False,
        "hidden": True,
        "draft": "<p>1</p>",
        "published": None,
    }
    assert cms.done("GET", f"templates/{page['id']}") == page


def test_lists_come_in_pages_of_twenty_and_of_a_hundred_at_most(cms: Cms) -> None:
    first = cms.call("GET", "templates").json
    counts = {"per_page": 20, "total_entries": 60, "total_pages": 3, "current_page": 1}
    assert (len(first["collection"]), first["metadata"]) == (20, counts)
    for number in range(50):
        cms.done("POST", "templates", type="partial", system_name=f"part{number}")
    clamped = cms.call("GET", "templates", query="per_page=500&page=2").json
    assert (clamped["metadata"]["per_page"], len(clamped["collection"])) == (100, 10)
    whole = cms.call("GET", "sections", query="per_page=100").json
    assert set(whole) == {"collection"}


def test_texts_are_listed_only_when_asked_for(cms: Cms) -> None:
    bare = cms.call("GET", "templates", query="type=layout").json["collection"]
    assert [(row["system_name"], "published" in row) for row in bare] == [("main_layout", False), ("error", False)]
    assert "{% content %}" in cms.template("layout", "main_layout")["published"]


@pytest.mark.parametrize(
    ("method", "path", "query", "fields"),
    [
        ("POST", "templates", "", {**PAGE, "foo": 1}),
        ("POST", "templates", "", {"foo": 1}),
        ("PUT", "templates/1", "", {"draft": "{% content %}", "foo": 1}),
        ("GET", "templates", "foo=1", None),
        ("PUT", "templates/1/publish", "foo=1", None),
        ("POST", "sections", "", {"title": "T", "foo": 1}),
        ("GET", "files/1", "foo=1", None),
    ],
)
def test_an_unknown_parameter_is_refused(cms: Cms, method: str, path: str, query: str, fields: Any) -> None:  # noqa: ANN401 - any JSON value
    answer = cms.call(method, path, fields, query=query)
    assert (answer.status, answer.json) == (422, {"error": 'Unpermitted parameters: ["foo"]'})


def test_there_is_json_only_and_the_scope_cms_is_enough(cms: Cms) -> None:
    assert cms.api.call("GET", "/admin/api/cms/templates.xml").status == 406
    assert cms.api.call("GET", "/admin/api/cms/templates").json["collection"]
    for scope, status in (("cms", 200), ("account_management", 200), ("stats", 403)):
        token = cms.api.made("/personal/access_tokens", name=scope, permission="rw", scopes=[scope])
        assert cms.call("GET", "files", basic=f":{token['value']}").status == status


def test_a_draft_is_what_is_written_and_publishing_makes_it_visible(cms: Cms) -> None:
    page = cms.done("POST", "templates", **PAGE, draft="one")
    assert cms.seen("/examples").status == 404
    published = cms.done("PUT", f"templates/{page['id']}/publish")
    assert (published["draft"], published["published"], published["hidden"]) == (None, "one", False)
    cms.done("PUT", f"templates/{page['id']}", draft="two")
    assert cms.seen("/examples").body == b"one"
    cms.done("PUT", f"templates/{page['id']}/publish")
    assert cms.seen("/examples").body == b"two"
    assert cms.done("PUT", f"templates/{page['id']}/publish")["published"] == "two"


@pytest.mark.parametrize("kind", ["builtin_page", "builtin_partial", "portlet", ""])
def test_only_three_types_can_be_made(cms: Cms, kind: str) -> None:
    answer = cms.refused("POST", "templates", type=kind, system_name="x1")
    assert answer == (422, {"error": f"Unknown template type '{kind}'"})


def test_a_type_in_a_put_is_read_literally(cms: Cms) -> None:
    found = cms.template("builtin_page", "login/new")
    path = f"templates/{found['id']}"
    assert cms.done("PUT", path, type="builtin_page", draft="lost")["draft"] is None
    assert cms.done("PUT", path, draft="kept")["draft"] == "kept"


def test_a_builtin_takes_its_text_and_a_page_its_layout_and_nothing_else(cms: Cms) -> None:
    error = cms.template("layout", "error")["id"]
    page, partial = cms.template("builtin_page", "login/new"), cms.template("builtin_partial", "submenu")
    changed = cms.done("PUT", f"templates/{page['id']}", title="X", system_name="other", layout_id=error, draft="d")
    assert (changed["title"], changed["system_name"], changed["layout_id"]) == (page["title"], "login/new", error)
    by_name = cms.done("PUT", f"templates/{page['id']}", layout_name="main_layout", draft="e")
    assert (by_name["layout_id"], by_name["draft"]) == (error, "e")
    assert cms.done("PUT", f"templates/{partial['id']}", system_name="x1", draft="d")["system_name"] == "submenu"
    for builtin in (page, partial):
        refusal = cms.refused("DELETE", f"templates/{builtin['id']}")
        assert refusal == (422, {"error": "Built-in resources can't be deleted"})


def test_nothing_of_a_static_builtin_can_be_changed_and_nobody_is_told(cms: Cms) -> None:
    store = cms.api.emulator.tenant.store
    with store.transaction():
        fields = {name: value for name, value in store.row("cms_template", 1).items() if name != "id"}
        static = store.insert("cms_template", **fields | {"type": "builtin_static_page"})
    before = cms.done("GET", f"templates/{static['id']}")
    assert cms.done("PUT", f"templates/{static['id']}", draft="d", layout_id=1) == before
    assert cms.refused("DELETE", f"templates/{static['id']}")[0] == 422


def test_a_layout_in_use_stays(cms: Cms) -> None:
    layout = cms.done("POST", "templates", type="layout", system_name="plain", title="Plain", draft="x")
    page = cms.done("POST", "templates", **PAGE, layout_id=layout["id"])
    assert page["layout_id"] == layout["id"]
    assert cms.refused("DELETE", f"templates/{layout['id']}")[0] == 403
    assert cms.done("PUT", f"templates/{page['id']}", layout_id="")["layout_id"] is None
    assert cms.done("DELETE", f"templates/{layout['id']}") == {}


def test_section_and_layout_of_a_new_page_are_read_beside_the_wrapper_only(cms: Cms) -> None:
    css, main = cms.done("GET", "sections/css")["id"], cms.template("layout", "main_layout")["id"]
    nested = {"title": "Nested", "path": "/n", "section_id": css, "layout_id": main}
    page = cms.done("POST", "templates", type="page", template={**nested, "type": "page"})
    assert (page["section_id"], page["layout_id"]) == (cms.done("GET", "sections/root")["id"], None)
    beside = {"type": "page", "title": "Beside", "path": "/b", "section_name": "css", "layout_name": "main_layout"}
    assert cms.done("POST", "templates", **beside)["section_id"] == css
    assert cms.done("PUT", f"templates/{page['id']}", template={"section_id": css})["section_id"] == css
    status, told = cms.refused("POST", "templates", **PAGE, layout_id=999)
    assert (status, set(told)) == (422, {"error"})


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"type": "page"}, {"title": ["can't be blank"], "path": ["can't be blank"]}),
        (PAGE | {"path": "examples"}, {"path": ["needs to start with a slash ( / )"]}),
        (PAGE | {"path": "/docs/"}, {"path": TAKEN}),
        (PAGE | {"path": "/a b"}, {"path": ["was invalid. Please verify it and save again"]}),
        (PAGE | {"title": "Root", "system_name": "x"}, {"system_name": ["invalid"]}),
        ({"type": "layout", "system_name": "error"}, {"system_name": TAKEN}),
        ({"type": "layout"}, {"system_name": ["can't be blank"]}),
        ({"type": "partial", "system_name": "analytics"}, {"system_name": TAKEN}),
        ({"type": "partial", "system_name": "login/sso"}, {"system_name": ["reserved for internal use"]}),
        (PAGE | {"handler": "word"}, {"handler": ["is not included in the list"]}),
        (PAGE | {"title": "t" * 256, "system_name": "tt"}, {"title": ["is too long (maximum is 255 characters)"]}),
    ],
)
def test_a_template_that_is_not_valid_is_refused(cms: Cms, fields: dict[str, Any], errors: Any) -> None:  # noqa: ANN401 - any JSON value
    assert cms.refused("POST", "templates", **fields) == (422, {"errors": errors})


def test_a_system_name_is_unique_within_its_type_and_follows_the_title_of_a_page(cms: Cms) -> None:
    cms.done("POST", "templates", **PAGE)
    status, told = cms.refused("POST", "templates", **PAGE | {"path": "/other"})
    assert (status, told) == (422, {"errors": {"system_name": TAKEN}})
    assert cms.done("POST", "templates", type="partial", system_name="examples")["system_name"] == "examples"


def test_a_path_loses_its_last_slash(cms: Cms) -> None:
    assert cms.done("POST", "templates", type="page", title="Long", path="/long/")["path"] == "/long"
    assert cms.template("page", "/")["title"] == "Homepage"


def test_the_main_layout_must_say_where_the_content_goes(cms: Cms) -> None:
    main = cms.template("layout", "main_layout")["id"]
    answer = cms.refused("PUT", f"templates/{main}", draft="<html></html>")
    assert answer == (422, {"errors": {"draft": ["must contain '{&#37; content &#37;}' tag"]}})
    cms.done("PUT", f"templates/{cms.template('layout', 'error')['id']}", draft="<html></html>")


def test_liquid_is_judged_where_it_is_on(cms: Cms) -> None:
    broken = "{% if a %}"
    page = cms.done("POST", "templates", **PAGE, draft=broken)
    told = {"errors": {"draft": ["Liquid syntax error: 'if' tag was never closed"]}}
    assert cms.refused("PUT", f"templates/{page['id']}", liquid_enabled=True) == (422, told)
    submenu = cms.template("builtin_partial", "submenu")["id"]
    assert cms.refused("PUT", f"templates/{submenu}", draft=broken) == (422, told)


def test_a_body_without_a_known_key_is_400_and_ids_are_numbers(cms: Cms) -> None:
    assert cms.call("PUT", "templates/1", {}).text == "Required parameter missing: template"
    assert cms.call("POST", "templates", query="type=page&title=T&path=/t").status == 400
    assert cms.call("PUT", "templates/1", {"template": "text"}).text == "Wrong type for parameter: template"
    for wanted in ("999", "main_layout"):
        assert cms.refused("GET", f"templates/{wanted}") == (404, {"status": "Not found"})
