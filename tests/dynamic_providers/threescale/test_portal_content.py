"""The developer portal's content, in the real plugin process against the emulated tenant."""

import contextlib
import hashlib
import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import pytest
import requests

from dynamic_providers.threescale.portal_content import PortalContentProvider
from dynamic_providers.threescale.portal_memory import JOURNAL, unpacked
from tests.dynamic_providers.threescale.conformance import LostAnswers
from tests.dynamic_providers.threescale.tenant import Held, Json, Tenant
from tests.support.plugin_host import ROOT, PluginError

PROVIDER = PortalContentProvider
NUMBERS = itertools.count(1)
LISTS = {"GET cms/sections", "GET cms/templates", "GET cms/files"}
SUBMENU, SHOW = "builtin_partial submenu", "builtin_page applications/show"


def file(source: str = "LICENSE", **more: str) -> Json:
    """A declared file whose bytes are one of the project's own."""
    sha256 = hashlib.sha256((ROOT / source).read_bytes()).hexdigest()
    return {"source": source, "sha256": sha256, "content_type": "text/plain", "section": "root", **more}


def page(content: str = "<h1>Examples</h1>", **more: Any) -> Json:  # noqa: ANN401 - any field
    fields = {"layout": "", "section": "root", "content_type": "text/html", "liquid_enabled": True}
    return {"content": content, "title": "Examples", **fields, **more}


def declared(**more: Any) -> Json:  # noqa: ANN401 - any field
    return {"sections": {}, "templates": {}, "files": {}, "foreign": "keep", "restore": True} | more


def example() -> Json:
    """Objects of every kind, of names that no other test uses."""
    number = next(NUMBERS)
    templates = {
        f"layout frame{number}": {
            "content": "<html>{% content %}</html>",
            "title": "Frame",
            "liquid_enabled": True,
        },
        f"page /examples{number}": page(layout=f"frame{number}", section=f"folder{number}"),
        f"page /css/own{number}.css": page(
            "a {}", title="own.css", content_type="text/css", liquid_enabled=False, section="css"
        ),
        f"partial part{number}": {"content": "<p>{{ a }}</p>"},
    }
    return declared(
        sections={f"folder{number}": {"title": f"Folder {number}", "parent": "root"}},
        templates=templates,
        files={f"/images/own{number}.txt": file(section="images")},
    )


def portal(tenant: Tenant, path: str) -> requests.Response:
    """What a visitor gets."""
    code = tenant.api.item("GET", "provider").get("site_access_code", "")
    headers = {"Host": "maas.apps.maas.test", "Cookie": f"access_code={code}"}
    return requests.get(tenant.url + path, headers=headers, timeout=5)


def templates(tenant: Tenant) -> dict[str, Json]:
    """Key → template, with its texts, as the tenant has them."""
    found = tenant.api.pages("cms/templates", "collection", {"content": "true"}, size=100)
    return {f"{one['type']} {one.get('path') or one['system_name']}": one for one in found}


def whole(tenant: Tenant) -> Json:
    """Everything that a person could have made or changed, without ids and time stamps."""
    held = {"templates": templates(tenant)}
    held["sections"] = {one["system_name"]: one for one in tenant.api.pages("cms/sections", "collection", size=100)}
    held["files"] = {one["path"]: one for one in tenant.api.pages("cms/files", "collection", size=100)}
    told = ("title", "draft", "published", "layout_id", "section_id", "parent_id", "liquid_enabled", "content_type")
    return {
        kind: {key: {name: one.get(name) for name in told} for key, one in items.items()}
        for kind, items in held.items()
    }


@pytest.fixture
def made(tenant: Tenant) -> Iterator[list[Held]]:
    """What the test leaves to be destroyed, so that built-ins are as they came."""
    held: list[Held] = []
    yield held
    tenant.clear()
    for one in reversed(held):
        tenant.host.delete(PROVIDER, one)


class TestPortalContent(LostAnswers):
    provider = PROVIDER
    recorded = "dynamic_providers.threescale.portal_content.PortalContentProvider"
    lost_post = "/cms/"

    change: ClassVar[Json] = {"templates": {"page /conformance": page("<p>2</p>", title="Other", layout="error")}}
    spelled: ClassVar[Json] = {"foreign": None, "restore": None}

    def example(self, tenant: Tenant) -> Json:  # noqa: ARG002 - needs nothing of the tenant
        return example()

    def remove_by_hand(self, tenant: Tenant, held: Held) -> None:
        for key in sorted(held.outs["made"], reverse=True):
            kind, _, name = key.partition(" ")
            if kind == "section":
                tenant.api.call("DELETE", f"cms/sections/{name}")
            elif kind == "file":
                ids = {one["path"]: one["id"] for one in tenant.api.pages("cms/files", "collection", size=100)}
                tenant.api.call("DELETE", f"cms/files/{ids[name]}")
            else:
                tenant.api.call("DELETE", f"cms/templates/{templates(tenant)[key]['id']}")

    def test_four_at_once_are_made_once_each(self, tenant: Tenant) -> None:
        examples = [self.example(tenant) for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            held = list(pool.map(lambda example: tenant.host.create(PROVIDER, example), examples))
        for one, example in zip(held, examples, strict=True):
            assert tenant.host.read(PROVIDER, one).inputs == example

    def test_creating_again_changes_nothing(self, tenant: Tenant) -> None:
        held = tenant.host.create(PROVIDER, self.example(tenant))
        tenant.clear()
        assert tenant.host.create(PROVIDER, held.inputs) == held
        assert tenant.writes() == []

    def test_an_update_that_broke_off_is_healed_by_the_next(self, tenant: Tenant) -> None:
        held = tenant.host.create(PROVIDER, self.example(tenant))
        wanted = held.inputs | self.change
        for method in ("POST", "PUT", "DELETE"):
            tenant.fault("status", method, "/cms/", status=422)
        for _ in range(4):
            with contextlib.suppress(PluginError):
                tenant.host.update(PROVIDER, held, wanted)
        updated = tenant.host.update(PROVIDER, held, wanted)
        assert tenant.host.read(PROVIDER, updated) == updated
        assert not held.inputs["templates"].keys() & templates(tenant).keys()


class TestCalls:
    @pytest.mark.row("S-184")
    def test_a_create_lists_three_times_notes_once_and_writes_a_template_twice(
        self, tenant: Tenant, made: list[Held]
    ) -> None:
        wanted = example() | {"templates": {f"page /n{n}": page(title=f"n{n}") for n in range(6)}}
        tenant.clear()
        made.append(tenant.host.create(PROVIDER, wanted))
        assert {one for one in tenant.requests() if one.startswith("GET")} == LISTS
        # The note, a section, six pages with a draft and its publication each, a file.
        assert len(tenant.writes()) == 1 + 1 + 6 * 2 + 1

    @pytest.mark.row("S-185")
    def test_an_update_without_change_writes_nothing(self, tenant: Tenant, made: list[Held]) -> None:
        held = tenant.host.create(PROVIDER, example())
        made.append(held)
        tenant.clear()
        assert tenant.host.update(PROVIDER, held, held.inputs).outs == held.outs
        assert set(tenant.requests()) == LISTS

    def test_one_changed_text_is_two_writes_and_one_changed_title_is_one(
        self, tenant: Tenant, made: list[Held]
    ) -> None:
        held = tenant.host.create(PROVIDER, declared(templates={"page /one": page(), "page /two": page(title="Two")}))
        made.append(held)
        for change, writes in ((page("new"), ["PUT", "PUT"]), (page("new", title="New"), ["PUT"])):
            tenant.clear()
            wanted = held.inputs | {"templates": held.inputs["templates"] | {"page /one": change}}
            tenant.host.update(PROVIDER, held, wanted)
            assert [one.split()[0] for one in tenant.writes()] == writes

    def test_a_file_that_only_moves_is_not_uploaded_again(self, tenant: Tenant, made: list[Held]) -> None:
        held = tenant.host.create(PROVIDER, declared(files={"/moved.txt": file()}))
        made.append(held)
        for change, writes in ((file(section="css"), 1), (file("CONTRIBUTING.md", section="css"), 1)):
            tenant.clear()
            updated = tenant.host.update(PROVIDER, held, held.inputs | {"files": {"/moved.txt": change}})
            assert len(tenant.writes()) == writes
            assert tenant.host.read(PROVIDER, updated) == updated
        assert portal(tenant, "/moved.txt").content == (ROOT / "CONTRIBUTING.md").read_bytes()

    def test_more_than_a_page_of_templates_is_read_to_the_end(self, tenant: Tenant, made: list[Held]) -> None:
        parts = {f"partial many{number}": {"content": "x"} for number in range(60)}
        made.append(tenant.host.create(PROVIDER, declared(templates=parts)))
        tenant.clear()
        assert tenant.host.read(PROVIDER, made[0]) == made[0]
        assert tenant.requests().count("GET cms/templates") == 2

    def test_the_state_holds_each_text_once(self, tenant: Tenant, made: list[Held]) -> None:
        text = "canary-of-size " * 2000
        made.append(tenant.host.create(PROVIDER, declared(templates={"page /long": page(text)})))
        assert text in str(made[0].inputs)
        assert len(str(made[0].outs)) < 1000


class TestTakingOver:
    @pytest.mark.row("S-192")
    def test_builtins_and_stock_pages_are_put_back_by_destroy(self, tenant: Tenant) -> None:
        before = whole(tenant)
        wanted = {
            "layout main_layout": {"content": "<body>{% content %}</body>", "title": "Own", "liquid_enabled": True},
            SUBMENU: {"content": "<nav>models</nav>"},
            SHOW: {"content": "<h1>Key</h1>", "layout": "error"},
            "page /": page("<h1>Models</h1>", title="Home", layout="main_layout"),
        }
        sections = {"css": {"title": "Styles", "parent": "images"}}
        tenant.clear()
        held = tenant.host.create(PROVIDER, declared(templates=wanted, sections=sections))
        assert portal(tenant, "/").text == "<body><h1>Models</h1></body>"
        assert held.outs["made"] == []
        assert unpacked(held.outs["former"])[SUBMENU] == {
            "content": "<!-- submenu -->\n",
            "draft": None,
            "published": "<!-- submenu -->\n",
        }
        assert tenant.host.read(PROVIDER, held) == held
        tenant.host.delete(PROVIDER, held)
        assert whole(tenant) == before

    @pytest.mark.row("S-186")
    def test_an_entry_that_is_no_longer_declared_is_deleted_or_put_back(self, tenant: Tenant) -> None:
        before = whole(tenant)
        wanted = {SUBMENU: {"content": "<nav/>"}, "page /mine": page()}
        held = tenant.host.create(PROVIDER, declared(templates=wanted, files={"/own.txt": file()}))
        updated = tenant.host.update(PROVIDER, held, declared())
        assert whole(tenant) == before
        assert (updated.outs["made"], unpacked(updated.outs["former"])) == ([], {})

    def test_a_draft_of_somebody_else_comes_back_as_a_draft(self, tenant: Tenant) -> None:
        submenu = templates(tenant)[SUBMENU]["id"]
        tenant.api.call("PUT", f"cms/templates/{submenu}", {"draft": "half done"})
        before = whole(tenant)
        held = tenant.host.create(PROVIDER, declared(templates={SUBMENU: {"content": "<nav/>"}}))
        tenant.host.delete(PROVIDER, held)
        assert whole(tenant) == before
        tenant.api.call("PUT", f"cms/templates/{submenu}", {"draft": "<!-- submenu -->\n"})
        tenant.api.call("PUT", f"cms/templates/{submenu}/publish")

    def test_a_page_that_was_never_published_is_hidden_again(self, tenant: Tenant) -> None:
        body = {"type": "page", "title": "Hidden", "path": "/hidden", "draft": "soon", "liquid_enabled": True}
        item = tenant.api.item("POST", "cms/templates", body)
        held = tenant.host.create(PROVIDER, declared(templates={"page /hidden": page("now", title="Hidden")}))
        assert portal(tenant, "/hidden").text == "now"
        tenant.host.delete(PROVIDER, held)
        assert portal(tenant, "/hidden").status_code == 404
        again = templates(tenant)["page /hidden"]
        assert (again["draft"], again["published"]) == ("soon", None)
        assert again["id"] != item["id"]
        tenant.api.call("DELETE", f"cms/templates/{again['id']}")

    def test_without_restore_the_rest_stays_and_is_named(self, tenant: Tenant, made: list[Held]) -> None:
        wanted = declared(templates={SUBMENU: {"content": "<nav/>"}, "page /mine": page()})
        held = tenant.host.create(PROVIDER, wanted)
        tenant.host.delete(PROVIDER, Held(held.id, held.inputs, held.outs | {"restore": False}))
        assert templates(tenant)[SUBMENU]["published"] == "<nav/>"
        assert "page /mine" not in templates(tenant)
        assert f"left as it is in the developer portal: {SUBMENU}" in tenant.host.lines
        made.append(held)

    def test_a_file_that_was_there_stays_and_is_named(self, tenant: Tenant) -> None:
        path = "/images/desk.jpg"
        held = tenant.host.create(PROVIDER, declared(files={path: file(section="images")}))
        assert portal(tenant, path).content == (ROOT / "LICENSE").read_bytes()
        tenant.host.delete(PROVIDER, held)
        assert portal(tenant, path).content == (ROOT / "LICENSE").read_bytes()
        assert f"left as it is in the developer portal: file {path}" in tenant.host.lines

    @pytest.mark.parametrize("writes", range(8))
    def test_what_was_before_is_known_after_a_run_that_ended_anywhere(self, tenant: Tenant, writes: int) -> None:
        before = whole(tenant)
        wanted = declared(
            sections={"folder": {"title": "Folder", "parent": "root"}},
            templates={
                SUBMENU: {"content": "<nav/>"},
                "page /mine": page(section="folder"),
                "page /": page("own", title="Own"),
            },
        )
        tenant.fault("latency", "", "/cms/", seconds=0, count=3 + writes)  # three lists, and that many writes go well
        tenant.fault("status", "", "/cms/", status=422)
        with pytest.raises(PluginError, match="3scale refused it"):
            tenant.host.create(PROVIDER, wanted)
        held = tenant.host.create(PROVIDER, wanted)
        assert tenant.host.read(PROVIDER, held) == held
        tenant.host.delete(PROVIDER, held)
        assert whole(tenant) == before

    def test_what_was_before_is_known_after_a_create_whose_outcome_nobody_kept(self, tenant: Tenant) -> None:
        before = whole(tenant)
        wanted = declared(templates={SUBMENU: {"content": "<nav/>"}, "page /mine": page()})
        tenant.host.create(PROVIDER, wanted)
        tenant.clear()
        again = tenant.host.create(PROVIDER, wanted)
        assert tenant.writes() == []
        tenant.host.delete(PROVIDER, again)
        assert whole(tenant) == before

    @pytest.mark.parametrize("edit", ["deleted", "published", "overwritten"])
    def test_the_state_is_enough_when_somebody_meddles_with_the_notes(self, tenant: Tenant, edit: str) -> None:
        held = tenant.host.create(PROVIDER, declared(templates={SUBMENU: {"content": "<nav/>"}, "page /mine": page()}))
        path = f"cms/templates/{templates(tenant)[f'partial {JOURNAL}']['id']}"
        if edit == "deleted":
            tenant.api.call("DELETE", path)
        elif edit == "published":
            tenant.api.call("PUT", f"{path}/publish")
        else:
            tenant.api.call("PUT", path, {"draft": "what is this?"})
        tenant.clear()
        assert tenant.host.update(PROVIDER, held, held.inputs).outs == held.outs
        assert tenant.writes() == []
        tenant.host.delete(PROVIDER, held)
        found = templates(tenant)
        assert found[SUBMENU]["published"] == "<!-- submenu -->\n"
        assert "page /mine" not in found
        if left := found.get(f"partial {JOURNAL}"):  # what others in this tenant noted, spoilt by the edit
            tenant.api.call("DELETE", f"cms/templates/{left['id']}")

    def test_nothing_of_the_notes_stays_in_the_tenant(self, tenant: Tenant) -> None:
        held = tenant.host.create(PROVIDER, declared(templates={"page /noted": page()}))
        note = templates(tenant)[f"partial {JOURNAL}"]
        assert note["published"] is None
        assert "Never published" in note["draft"]
        others = {key for key in unpacked(note["draft"].splitlines()[1]) if key != "page /noted"}
        tenant.host.delete(PROVIDER, held)
        left = templates(tenant).get(f"partial {JOURNAL}")
        assert (set(unpacked(left["draft"].splitlines()[1])) if left else set()) == others


class TestDrift:
    @pytest.fixture
    def held(self, tenant: Tenant, made: list[Held]) -> Held:
        own = {"page /drift": page(), SUBMENU: {"content": "<nav/>"}, "partial drifting": {"content": "x"}}
        sections = {"drift": {"title": "Drift", "parent": "root"}}
        made.append(tenant.host.create(PROVIDER, declared(templates=own, sections=sections, files={"/d.txt": file()})))
        return made[0]

    def put(self, tenant: Tenant, key: str, *, publish: bool = True, **fields: Any) -> None:  # noqa: ANN401 - any field
        path = f"cms/templates/{templates(tenant)[key]['id']}"
        tenant.api.call("PUT", path, fields)
        if publish:
            tenant.api.call("PUT", f"{path}/publish")

    def repaired(self, tenant: Tenant, drifted: Held, held: Held) -> None:
        assert drifted.inputs != held.inputs
        assert drifted.inputs.keys() == held.inputs.keys()
        updated = tenant.host.update(PROVIDER, drifted, held.inputs)
        assert tenant.host.read(PROVIDER, updated) == updated == held

    @pytest.mark.row("S-189", "S-190")
    @pytest.mark.parametrize("publish", [True, False])
    def test_a_text_changed_by_hand_is_shown_published_or_not(self, tenant: Tenant, held: Held, publish: bool) -> None:  # noqa: FBT001 - a case
        self.put(tenant, SUBMENU, draft="<nav>hand</nav>", publish=publish)
        drifted = tenant.host.read(PROVIDER, held)
        assert drifted.inputs["templates"][SUBMENU]["content"] == "<nav>hand</nav>"
        self.repaired(tenant, drifted, held)

    @pytest.mark.row("S-189")
    def test_a_published_text_behind_our_own_waiting_draft_is_shown(self, tenant: Tenant, held: Held) -> None:
        self.put(tenant, "page /drift", draft="other")
        self.put(tenant, "page /drift", draft=page()["content"], publish=False)
        drifted = tenant.host.read(PROVIDER, held)
        assert drifted.inputs["templates"]["page /drift"]["content"] == "other"
        tenant.clear()
        self.repaired(tenant, drifted, held)
        assert [one.rpartition("/")[2] for one in tenant.writes()] == ["publish"]

    @pytest.mark.row("S-190", "S-193")
    @pytest.mark.parametrize(
        ("field", "value"),
        [("title", "Hand"), ("content_type", "text/plain"), ("liquid_enabled", False), ("layout", "error")],
    )
    def test_each_field_of_a_page_is_shown(self, tenant: Tenant, held: Held, field: str, value: Any) -> None:  # noqa: ANN401 - of several fields
        sent = {"layout_name": value} if field == "layout" else {field: value}
        self.put(tenant, "page /drift", publish=False, **sent)
        drifted = tenant.host.read(PROVIDER, held)
        assert drifted.inputs["templates"]["page /drift"] == page() | {field: value}
        self.repaired(tenant, drifted, held)

    def test_a_page_moved_to_another_section_and_a_section_moved_below_another_are_shown(
        self, tenant: Tenant, held: Held
    ) -> None:
        css = next(one["id"] for one in tenant.api.pages("cms/sections", "collection") if one["system_name"] == "css")
        self.put(tenant, "page /drift", publish=False, section_id=css)
        tenant.api.call("PUT", "cms/sections/drift", {"title": "Hand", "parent_id": css})
        drifted = tenant.host.read(PROVIDER, held)
        assert drifted.inputs["templates"]["page /drift"]["section"] == "css"
        assert drifted.inputs["sections"] == {"drift": {"title": "Hand", "parent": "css"}}
        self.repaired(tenant, drifted, held)

    def test_what_was_deleted_by_hand_is_missing_and_made_again(self, tenant: Tenant, held: Held) -> None:
        for key in ("page /drift", "partial drifting"):
            tenant.api.call("DELETE", f"cms/templates/{templates(tenant)[key]['id']}")
        drifted = tenant.host.read(PROVIDER, held)
        assert drifted.inputs["templates"].keys() == {SUBMENU}
        self.repaired(tenant, drifted, held)

    def test_another_upload_is_shown_by_its_name(self, tenant: Tenant, held: Held) -> None:
        (found,) = [one for one in tenant.api.pages("cms/files", "collection") if one["path"] == "/d.txt"]
        attachment = ("hand.txt", b"by hand", "text/html")
        tenant.api.call("PUT", f"cms/files/{found['id']}", {}, attachment=attachment)
        drifted = tenant.host.read(PROVIDER, held)
        told = {"sha256": "unknown, the upload is named hand.txt", "content_type": "text/html"}
        assert drifted.inputs["files"]["/d.txt"] == file() | told
        self.repaired(tenant, drifted, held)
        assert portal(tenant, "/d.txt").content == (ROOT / "LICENSE").read_bytes()

    def test_objects_of_others_are_neither_shown_nor_touched(self, tenant: Tenant, held: Held) -> None:
        drift = next(
            one["id"]
            for one in tenant.api.pages("cms/sections", "collection", size=100)
            if one["system_name"] == "drift"
        )
        body = {"type": "page", "title": "Foreign", "path": "/foreign", "draft": "f", "section_id": drift}
        item = tenant.api.item("POST", "cms/templates", body)
        assert tenant.host.read(PROVIDER, held) == held
        tenant.clear()
        tenant.host.update(PROVIDER, held, held.inputs)
        assert tenant.writes() == []
        tenant.api.call("DELETE", f"cms/templates/{item['id']}")

    @pytest.mark.row("S-186")
    def test_with_remove_a_section_made_here_holds_nothing_else(self, tenant: Tenant, held: Held) -> None:
        ids = {one["system_name"]: one["id"] for one in tenant.api.pages("cms/sections", "collection", size=100)}
        outside: Json = {}
        for name, section in (("inside", "drift"), ("outside", "css")):
            body = {"type": "page", "title": name, "path": f"/{name}", "draft": name, "section_id": ids[section]}
            outside[name] = tenant.api.item("POST", "cms/templates", body)["id"]
            sent = {"path": f"/{name}.txt", "section_id": ids[section]}
            attachment = ("f.txt", b"f", "text/plain")
            outside[f"{name} file"] = tenant.api.call("POST", "cms/files", sent, attachment=attachment)["id"]
        strict = tenant.host.check(PROVIDER, held.inputs | {"foreign": "remove"}).inputs
        known = Held(held.id, strict, held.outs | {"foreign": "remove"})
        drifted = tenant.host.read(PROVIDER, known)
        extra = drifted.inputs["templates"].keys() - held.inputs["templates"].keys()
        assert (extra, drifted.inputs["files"].keys()) == ({"page /inside"}, {"/d.txt", "/inside.txt"})
        updated = tenant.host.update(PROVIDER, drifted, strict)
        assert tenant.host.read(PROVIDER, updated) == updated
        left = {one["path"] for one in tenant.api.pages("cms/files", "collection", size=100)}
        assert ("page /outside" in templates(tenant), "/outside.txt" in left) == (True, True)
        tenant.api.call("DELETE", f"cms/templates/{outside['outside']}")
        tenant.api.call("DELETE", f"cms/files/{outside['outside file']}")


class TestRefusals:
    def test_a_builtin_that_comes_with_a_switch_names_the_switch(self, tenant: Tenant) -> None:
        key = "builtin_page services/new"
        told = r"change built-in page 'services/new' .* no built-in page of that name\. .* switch `service_plans`"
        with pytest.raises(PluginError, match=told):
            tenant.host.create(PROVIDER, declared(templates={key: {"content": "x"}}))

    def test_a_builtin_that_does_not_exist_names_those_like_it(self, tenant: Tenant) -> None:
        with pytest.raises(PluginError, match=r"'submenus' .* among others, submenu"):
            tenant.host.create(PROVIDER, declared(templates={"builtin_partial submenus": {"content": "x"}}))

    @pytest.mark.parametrize("field", ["layout", "section"])
    def test_a_layout_or_section_that_does_not_exist_is_named(self, tenant: Tenant, field: str) -> None:
        wrong = declared(templates={"page /lost": page(**{field: "nowhere"})})
        with pytest.raises(
            PluginError, match=rf"write page /lost .* {field} `nowhere` does not exist\. The portal has .*"
        ):
            tenant.host.create(PROVIDER, wrong)

    def test_liquid_that_is_not_well_formed_is_refused_by_3scale(self, tenant: Tenant) -> None:
        with pytest.raises(PluginError, match="draft Liquid syntax error: 'if' tag was never closed"):
            tenant.host.create(PROVIDER, declared(templates={"page /broken": page("{% if a %}")}))

    def test_a_layout_that_a_foreign_page_has_stays_and_the_page_is_named(self, tenant: Tenant) -> None:
        layout = {"content": "{% content %}", "liquid_enabled": True}
        held = tenant.host.create(PROVIDER, declared(templates={"layout used": layout}))
        body = {"type": "page", "title": "Foreign user", "path": "/user", "layout_name": "used"}
        item = tenant.api.item("POST", "cms/templates", body)
        with pytest.raises(PluginError, match="page /user of the developer portal still has this layout"):
            tenant.host.delete(PROVIDER, held)
        tenant.api.call("DELETE", f"cms/templates/{item['id']}")
        tenant.host.delete(PROVIDER, held)

    def test_a_file_with_another_checksum_is_refused_with_both(self, tenant: Tenant) -> None:
        wrong = file() | {"sha256": "0" * 64}
        told = rf"upload file /x.txt: `LICENSE` has the sha256 {file()['sha256']}, declared is {'0' * 64}"
        with pytest.raises(PluginError, match=told):
            tenant.host.create(PROVIDER, declared(files={"/x.txt": wrong}))

    def test_a_file_that_is_not_there_is_refused(self, tenant: Tenant) -> None:
        with pytest.raises(PluginError, match=r"`nowhere\.png` is no file there"):
            tenant.host.create(PROVIDER, declared(files={"/x.png": file() | {"source": "nowhere.png"}}))

    @pytest.mark.parametrize(
        ("field", "value", "path", "told"),
        [
            (
                "templates",
                {"page examples": {"content": "x"}},
                'templates["page examples"]',
                "Allowed are `page /path`",
            ),
            ("templates", {"portlet x1": {"content": "x"}}, 'templates["portlet x1"]', "Allowed are `page /path`"),
            (
                "templates",
                {"partial x1": {"content": "x", "layout": "a"}},
                'templates["partial x1"]["layout"]',
                "A partial has content only",
            ),
            (
                "templates",
                {SHOW: {"content": "x", "title": "a"}},
                f'templates["{SHOW}"]["title"]',
                "A builtin_page has content and layout only",
            ),
            ("templates", {"page /a": {"contnet": "x"}}, 'templates["page /a"]["contnet"]', "Extra inputs"),
            ("templates", {"page /a": {"title": "x"}}, 'templates["page /a"]["content"]', "Field required"),
            ("files", {"x.png": {}}, 'files["x.png"]', "Allowed is a path below"),
            ("files", {"/x.png": file() | {"source": "../x.png"}}, 'files["/x.png"]["source"]', "without `..`"),
            (
                "files",
                {"/x.png": file() | {"source": "/etc/passwd"}},
                'files["/x.png"]["source"]',
                "below the program's folder",
            ),
            ("files", {"/x.png": file() | {"sha256": "ab"}}, 'files["/x.png"]["sha256"]', "pattern"),
            (
                "sections",
                {"aa": {"title": "A", "parent": "bb"}, "bb": {"title": "B", "parent": "aa"}},
                "sections",
                "below itself",
            ),
            ("foreign", "purge", "foreign", "'keep' or 'remove'"),
        ],
    )
    def test_a_mistake_is_refused_in_preview_by_its_path(
        self,
        tenant: Tenant,
        field: str,
        value: Any,  # noqa: ANN401 - of several fields
        path: str,
        told: str,
    ) -> None:
        failures = tenant.host.check(PROVIDER, {field: value}).failures
        assert told in failures[next(key for key in failures if key.startswith(path))]

    @pytest.mark.row("S-191")
    def test_what_is_left_out_follows_from_the_key(self, tenant: Tenant) -> None:
        short = {
            "page /": {"content": "x"},
            "page /models/list/": {"content": "x", "layout": "main_layout"},
            "page /css/own.css": {"content": "x"},
            "layout frame": {"content": "x"},
            SHOW: {"content": "x"},
        }
        files = {"/logo.png": {"source": "LICENSE", "sha256": "0" * 64}}
        checked = tenant.host.check(PROVIDER, {"templates": short, "files": files})
        assert checked.failures == {}
        assert checked.inputs["templates"] == {
            "page /": page("x", title="Home"),
            "page /models/list": page("x", title="list", layout="main_layout"),
            "page /css/own.css": page("x", title="own.css", content_type="text/css", liquid_enabled=False),
            "layout frame": {"content": "x", "liquid_enabled": True},
            SHOW: {"content": "x"},
        }
        assert checked.inputs["files"]["/logo.png"]["content_type"] == "image/png"
