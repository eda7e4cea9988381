"""What a visitor of the portal gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sandbox.threescale.entities.cms.conftest import Cms


def published(cms: Cms, **fields: object) -> int:
    page = cms.done("POST", "templates", type="page", **fields)
    cms.done("PUT", f"templates/{page['id']}/publish")
    return int(page["id"])


def test_a_text_without_liquid_is_served_as_it_is_with_its_type(cms: Cms) -> None:
    published(cms, title="script", path="/javascripts/s.js", content_type="text/javascript", draft="a = '{{ b }}'")
    answer = cms.seen("/javascripts/s.js")
    assert (answer.status, answer.content_type, answer.body) == (
        200,
        "text/javascript; charset=utf-8",
        b"a = '{{ b }}'",
    )


def test_a_page_with_liquid_is_put_into_its_layout_with_partials_in_place(cms: Cms) -> None:
    cms.done("PUT", f"templates/{cms.template('builtin_partial', 'submenu')['id']}", draft="<nav/>")
    cms.done("PUT", f"templates/{cms.template('builtin_partial', 'submenu')['id']}/publish")
    main = cms.template("layout", "main_layout")["id"]
    published(
        cms, title="Both ways", path="/e", liquid_enabled=True, layout_id=main, draft="<p>{{ provider.name }}</p>"
    )
    text = cms.seen("/e").body.decode()
    assert "<nav/>\n<p>{{ provider.name }}</p>" in text
    assert "<title>{{ page.title }}</title>" in text
    assert "comment" not in text


def test_a_file_comes_before_a_page_of_the_same_path(cms: Cms) -> None:
    published(cms, title="both", path="/both", draft="page")
    assert cms.seen("/both").body == b"page"
    cms.upload("POST", "files", ("f.bin", b"file\xff", "application/x-own"), path="/both")
    answer = cms.seen("/both")
    assert (answer.body, answer.content_type) == (b"file\xff", "application/x-own")
    assert answer.headers["Content-Disposition"] == 'inline; filename="f.bin"'


def test_nothing_in_a_section_that_is_not_public_is_seen(cms: Cms) -> None:
    hidden = cms.done("POST", "sections", title="Hidden", public=False)["id"]
    below = cms.done("POST", "sections", title="Below", parent_id=hidden)["id"]
    page = published(cms, title="Page", path="/p", section_id=below, draft="x")
    cms.upload("POST", "files", ("f", b"x", "text/plain"), path="/f.txt", section_id=str(hidden))
    assert (cms.seen("/p").status, cms.seen("/f.txt").status) == (404, 404)
    cms.done("PUT", f"sections/{hidden}", public=True)
    assert (cms.seen("/p").status, cms.seen("/f.txt").status) == (200, 200)
    cms.done("DELETE", f"templates/{page}")
    assert cms.seen("/p").status == 404


def test_the_home_page_is_the_tenants_own_once_it_was_changed(cms: Cms) -> None:
    home = cms.template("page", "/")["id"]
    assert b"Simulated developer portal" in cms.seen("/").body
    cms.done("PUT", f"templates/{home}", draft="<h1>Models</h1>", layout_id="")
    cms.done("PUT", f"templates/{home}/publish")
    assert cms.seen("/").body == b"<h1>Models</h1>"


def test_stock_files_and_style_sheets_are_served(cms: Cms) -> None:
    assert cms.seen("/favicon.ico").body.startswith(b"GIF89a")
    assert cms.seen("/css/default.css").content_type == "text/css; charset=utf-8"
