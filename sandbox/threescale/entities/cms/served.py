"""What visitors get from the portal's content: porta, developer_portal/cms/new_content_controller.rb.

Order: file, page, nothing (redirects have no API, so there are none). A page that was never published, and whatever is
in a section that is not public, is not found. A page without Liquid is served as it is. With Liquid it is put into its
layout, partials in place; variables, forms and all other tags stay as they are written: see `liquid`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.threescale.entities.cms import files, liquid, sections
from sandbox.threescale.entities.cms.rules import KIND
from sandbox.threescale.entities.cms.stock import HOME
from sandbox.threescale.operation import Text

if TYPE_CHECKING:
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

_HTML = "text/html"


def served(tenant: Tenant, path: str) -> Text | None:
    """The file or page at `path`; None when there is none a visitor may see."""
    file = tenant.store.first(files.KIND, path=path)
    if file is not None:
        return _file(file) if sections.is_public(tenant, file["section_id"]) else None
    page = tenant.store.first(KIND, type="page", path=path)
    if page is None or page["published"] is None or not sections.is_public(tenant, page["section_id"]):
        return None
    body = _page(tenant, page) if page["liquid_enabled"] else page["published"]
    return Text(200, f"{page['content_type'] or _HTML}; charset=utf-8", body)


def home_is_stock(tenant: Tenant) -> bool:
    """Whether the home page is still the one that came with the tenant."""
    page = tenant.store.first(KIND, type="page", path="/")
    return page is not None and page["published"] == HOME


def _file(row: Row) -> Text:
    how = "attachment" if row["downloadable"] else "inline"
    return Text(
        200,
        row["content_type"],
        "",
        {"Content-Disposition": f'{how}; filename="{row["title"]}"'},
        files.content(row),
    )


def _page(tenant: Tenant, page: Row) -> str:
    def partial(name: str) -> str:
        found = [row for row in tenant.store.rows(KIND, system_name=name) if row["type"].endswith("partial")]
        return str(found[0]["published"] or "") if found else ""

    content = liquid.joined(page["published"], partial)
    layout = tenant.store.find(KIND, page["layout_id"])
    if layout is None or layout["published"] is None:
        return content
    return liquid.CONTENT.sub(lambda _: content, liquid.joined(layout["published"], partial))
