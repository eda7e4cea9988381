"""Edits of the developer portal by hand: they are shown, then taken back."""

from typing import Any

import pytest

from tests.dynamic_providers.threescale.portal_objects import (
    PROVIDER,
    SUBMENU,
    PutBack,
    declared,
    file,
    page,
    portal,
    templates,
)
from tests.dynamic_providers.threescale.tenant import Held, Json, Tenant
from tests.support.plugin_host import ROOT


class TestDrift(PutBack):
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
