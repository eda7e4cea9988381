"""What templates refuse: porta, app/models/cms/{template,page,layout,partial}.rb; texts from config/locales/en.yml."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.threescale.entities.cms import liquid
from sandbox.threescale.entities.cms.requests import FORMAT
from sandbox.threescale.refusals import NOT_INCLUDED, TAKEN, Errors
from sandbox.threescale.values import SYSTEM_NAME

if TYPE_CHECKING:
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

KIND = "cms_template"
BUILTIN_PARTIALS = (
    "applications/form",
    "field",
    "login/sso",
    "menu_item",
    "messages/menu",
    "shared/pagination",
    "shared/swagger_ui",
    "signup/cas",
    "stats/chart",
    "submenu",
    "users_menu",
)
_LEGAL_TERMS = ("new_application_licence", "service_subscription_licence", "signup_licence")
_RESERVED_PATHS = tuple(name + end for name in ("terms", "privacy", "refunds") for end in ("", ".html", ".htm"))
_HANDLERS = ("markdown", "textile")
_MOST = 16_777_215


def check(tenant: Tenant, row: Row, own: int | None) -> None:
    """Refuse a template that is not valid; `own` is its id, None for a new one."""
    errors = Errors()
    others = [other for other in tenant.store.rows(KIND, type=row["type"]) if other["id"] != own]
    _check_names(errors, row, others)
    if row["type"] == "page":
        _check_page(errors, row, others)
    if row["type"] == "layout" and row["system_name"] == "main_layout":
        for field in ("draft", "published"):
            tagged = row[field] is None or liquid.CONTENT.search(row[field])
            errors.unless(tagged, field, "must contain '{&#37; content &#37;}' tag")
    if row["handler"] is not None:
        errors.one_of("handler", row["handler"], _HANDLERS, NOT_INCLUDED)
    if row["draft"] is not None:
        errors.short("draft", row["draft"], _MOST)
        wrong = liquid.problem(row["draft"]) if row["liquid_enabled"] or row["type"].startswith("builtin") else ""
        errors.unless(not wrong, "draft", wrong)
    errors.refuse()


def _check_names(errors: Errors, row: Row, others: list[Row]) -> None:
    name = row["system_name"]
    if row["type"] != "page":
        errors.present("system_name", name)
    if name:
        errors.unless(SYSTEM_NAME.fullmatch(name), "system_name", FORMAT)
        errors.short("system_name", name)
        errors.unless(name not in [other["system_name"] for other in others], "system_name", TAKEN)
    if row["type"] == "partial":
        errors.unless(name not in (*BUILTIN_PARTIALS, *_LEGAL_TERMS), "system_name", "reserved for internal use")


def _check_page(errors: Errors, row: Row, others: list[Row]) -> None:
    path = row["path"]
    errors.present("title", row["title"])
    errors.present("path", path)
    for field in ("title", "path", "content_type"):
        errors.short(field, row[field])
    if path:
        errors.unless(path.startswith("/"), "path", "needs to start with a slash ( / )")
        errors.unless(path not in [other["path"] for other in others], "path", TAKEN)
        errors.unless(path not in _RESERVED_PATHS, "path", "is reserved")
        legible = not re.search(r"[\s<>\"{}|\\^`]", path)
        errors.unless(legible, "path", "was invalid. Please verify it and save again")
