"""The content a fresh tenant's portal has: porta, app/lib/simple_layout.rb. Names are porta's, texts are our own.

An installation on OpenShift starts with the switches multiple_services, multiple_applications and multiple_users on
(porta, `hide_basic_switches`), so `applications/new` and `applications/choose_service` are there; `services/*` comes
with the switch service_plans, which is off. There is no static built-in page on a new tenant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.threescale.entities.cms import files, sections, templates
from sandbox.threescale.entities.cms.rules import BUILTIN_PARTIALS
from sandbox.threescale.params import Upload

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

HOME = "<h1>{{ provider.name }}</h1>\n<p>APIs to build with. Sign in to get a key.</p>\n"
_DOCS = "<h1>Documentation</h1>\n{% include 'shared/swagger_ui' %}\n"
_MAIN = (
    "<!doctype html>\n<html>\n<head><title>{{ page.title }}</title>"
    "<link rel='stylesheet' href='/css/default.css'></head>\n"
    "<body>\n{% include 'submenu' %}\n{% content %}\n{% include 'analytics' %}\n</body>\n</html>\n"
)
_ERROR = "<!doctype html>\n<html>\n<body>{% content %}</body>\n</html>\n"
_ANALYTICS = "{% comment %} A place for a tracking snippet. {% endcomment %}\n"

# The smallest GIF there is: one transparent point.
_POINT = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00"
_GIF = _POINT + b"\x01\x00\x01\x00\x00\x02\x01D\x00;"
_IMAGES = {
    "/images/desk.jpg": "image/jpeg",
    "/images/mouse.jpg": "image/jpeg",
    "/images/notes.jpg": "image/jpeg",
    "/images/plant.jpg": "image/jpeg",
    "/images/powered-by-3scale-dark.png": "image/png",
    "/images/powered-by-3scale-light.png": "image/png",
    "/images/powered-by-3scale.png": "image/png",
    "/favicon.ico": "image/x-icon",
}
_ASSETS = {
    "javascripts": ("text/javascript", ("3scale.js", "3scale_v2.js", "bootstrap.js", "excanvas.compiled.js")),
    "css": ("text/css", ("bootstrap.css", "default.css", "plans_widget_overrides.css")),
}
# Section → its path, the section it is in, its built-in pages.
_SECTIONS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "Password": ("/password", "root", ("password/new", "password/show")),
    "Login": ("/login", "root", ("login/new",)),
    "Signup": ("/signup", "root", ("signup/show", "signup/success")),
    "Messages": ("/messages", "root", ()),
    "Outbox": (
        "/messages/outbox",
        "messages",
        ("messages/outbox/index", "messages/outbox/show", "messages/outbox/new"),
    ),
    "Inbox": ("/messages/inbox", "messages", ("messages/inbox/index", "messages/inbox/show")),
    "Trash": ("/messages/trash", "messages", ("messages/trash/index", "messages/trash/show")),
    "Stats": ("/stats", "root", ("stats/index",)),
    "Applications": (
        "/applications",
        "root",
        ("applications/edit", "applications/show", "applications/index", "applications/new"),
    ),
    "Application Alerts": ("/application/alerts", "root", ("applications/alerts/index",)),
    "Invoices": ("/invoices", "root", ("invoices/index", "invoices/show")),
    "Account Plans": ("/account_plans", "root", ("account_plans/index",)),
    "Account": ("/account", "root", ("account/show", "account/edit")),
    "Users": ("/users", "root", ("accounts/users/index", "accounts/users/edit")),
    "User": ("/user", "root", ("user/show",)),
    "Search": ("/search", "root", ("search/index",)),
    "Invitations": ("/invitations", "root", ("invitations/index", "invitations/new")),
    "Payment Gateway": (
        "/payment_gateway",
        "root",
        ("accounts/payment_gateways/edit", "accounts/payment_gateways/show"),
    ),
    "Errors": ("/errors", "root", ("errors/not_found", "errors/internal_server_error", "errors/forbidden")),
    "Invitee signups": ("/invitee_signups", "root", ("accounts/invitee_signups/show",)),
}
MULTIPLE_SERVICES = "applications/choose_service"


def seed(tenant: Tenant) -> None:
    """Fill an empty portal, inside a transaction."""
    root = sections.added(tenant, builtin=True, title="Root", system_name=sections.ROOT, partial_path="/")["id"]
    layouts = {
        name: templates.added(
            tenant, "layout", system_name=name, title=title, published=text, liquid_enabled=True, section_id=None
        )["id"]
        for name, title, text in (("main_layout", "Main layout", _MAIN), ("error", "Error layout", _ERROR))
    }
    for title, path, text in (("Homepage", "/", HOME), ("Documentation", "/docs", _DOCS)):
        place = {"section_id": root, "layout_id": layouts["main_layout"]}
        templates.added(tenant, "page", title=title, path=path, published=text, liquid_enabled=True, **place)
    templates.added(tenant, "partial", system_name="analytics", published=_ANALYTICS)
    _assets(tenant, root)
    for name in BUILTIN_PARTIALS:
        text = f"<!-- {name} -->\n"
        templates.added(tenant, "builtin_partial", system_name=name, published=text, liquid_enabled=True)
    _pages(tenant, ("dashboards/show",), root, layouts)
    _sections(tenant, root, layouts)


def _assets(tenant: Tenant, root: int) -> None:
    for name, (kind, names) in _ASSETS.items():
        section = _section(tenant, name, f"/{name}", root)
        for file in names:
            place = {"section_id": section, "content_type": kind}
            text = f"/* {file} of a fresh tenant */\n"
            templates.added(tenant, "page", title=file, path=f"/{name}/{file}", published=text, **place)
    images = _section(tenant, "images", "/images", root)
    for path, kind in _IMAGES.items():
        files.added(tenant, path, images, Upload(path.rpartition("/")[2], kind, _GIF))


def _sections(tenant: Tenant, root: int, layouts: dict[str, int]) -> None:
    made = {"root": root}
    for title, (path, parent, names) in _SECTIONS.items():
        section = _section(tenant, title, path, made[parent])
        made[title.lower()] = section
        _pages(tenant, names, section, layouts)
    _pages(tenant, (MULTIPLE_SERVICES,), made["applications"], layouts)


def _section(tenant: Tenant, title: str, path: str, parent: int) -> int:
    name = title.lower().replace(" ", "-")
    row = sections.added(tenant, builtin=True, title=title, system_name=name, partial_path=path, parent_id=parent)
    return int(row["id"])


def _pages(tenant: Tenant, names: Iterable[str], section: int, layouts: dict[str, int]) -> None:
    for name in names:
        layout = layouts["error" if name.startswith("errors/") else "main_layout"]
        fields: Row = {"section_id": section, "layout_id": layout, "liquid_enabled": True}
        title = name.replace("/", " ").replace("_", " ").capitalize()
        text = f"<h1>{title}</h1>\n"
        templates.added(tenant, "builtin_page", system_name=name, title=title, published=text, **fields)
