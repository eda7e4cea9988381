"""What the developer portal had before: it is taken over, noted in the tenant, and put back."""

import pytest

from dynamic_providers.threescale.portal_memory import JOURNAL, unpacked
from tests.dynamic_providers.threescale.portal_objects import (
    PROVIDER,
    SHOW,
    SUBMENU,
    PutBack,
    declared,
    file,
    page,
    portal,
    templates,
    whole,
)
from tests.dynamic_providers.threescale.tenant import Held, Tenant
from tests.support.plugin_host import ROOT, PluginError


class TestTakingOver(PutBack):
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
