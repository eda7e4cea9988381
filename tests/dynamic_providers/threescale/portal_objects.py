"""Content of the developer portal as tests declare it, and as the tenant and a visitor have it."""

import hashlib
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from dynamic_providers.threescale.portal_content import PortalContentProvider
from tests.dynamic_providers.threescale.tenant import Held, Json, Tenant
from tests.support.plugin_host import ROOT

PROVIDER = PortalContentProvider
SUBMENU, SHOW = "builtin_partial submenu", "builtin_page applications/show"
NUMBERS = itertools.count(1)


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


class PutBack:
    """Tests that leave the tenant's built-ins as they came."""

    @pytest.fixture
    def made(self, tenant: Tenant) -> Iterator[list[Held]]:
        """What the test leaves to be destroyed, so that built-ins are as they came."""
        held: list[Held] = []
        yield held
        tenant.clear()
        for one in reversed(held):
            tenant.host.delete(PROVIDER, one)
