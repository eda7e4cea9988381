"""The developer portal's content, in the real plugin process against the emulated tenant."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest

from tests.dynamic_providers.threescale.conformance import LostAnswers
from tests.dynamic_providers.threescale.portal_objects import (
    PROVIDER,
    PutBack,
    declared,
    example,
    file,
    page,
    portal,
    templates,
)
from tests.dynamic_providers.threescale.tenant import Held, Json, Tenant
from tests.support.plugin_host import ROOT, PluginError

LISTS = {"GET cms/sections", "GET cms/templates", "GET cms/files"}


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
            held = list(pool.map(lambda inputs: tenant.host.create(PROVIDER, inputs), examples))
        for one, inputs in zip(held, examples, strict=True):
            assert tenant.host.read(PROVIDER, one).inputs == inputs

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


class TestCalls(PutBack):
    @pytest.mark.row("S-184", "C-35")
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
