"""What the developer portal cannot hold, and in which words it is refused; what follows from a key."""

from typing import Any

import pytest

from tests.dynamic_providers.threescale.portal_objects import PROVIDER, SHOW, declared, file, page
from tests.dynamic_providers.threescale.tenant import Tenant
from tests.support.plugin_host import PluginError


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
