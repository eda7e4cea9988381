"""One template of the developer portal: how it is declared, and what of it the server tells.

Facts from porta: pages are known by their path, everything else by type and system name; texts are written as drafts
and seen when published; a built-in takes its text only, a built-in page its layout too (app/models/cms/*.rb,
app/services/admin/api/cms/template_service.rb).
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from dynamic_providers.declared import Member
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.shapes import SYSTEM_NAME

TAKES = {
    "layout": ("content", "title", "liquid_enabled"),
    "partial": ("content",),
    "builtin_partial": ("content",),
    "builtin_page": ("content", "layout"),
    "page": ("content", "title", "layout", "section", "content_type", "liquid_enabled"),
}
"""Kind → what can be declared of it; in the order in which they are made: what others refer to comes first."""
HTML = "text/html"
CONTENT_TYPES = {".css": "text/css", ".js": "text/javascript", ".txt": "text/plain"}
"""Ending of a page's path → the type it has when none is declared."""
PATH = r"/[\w\-./~%+@,;=!*()&$']*"
"""What a URL can hold without escapes; porta refuses what does not parse as one."""
DIGEST = r"sha256:[0-9a-f]{64}"


def template_key(value: str) -> str:
    """Return a key in canonical form: kind, a space, path or system name; a page's path has no slash at its end."""
    kind, _, name = value.partition(" ")
    if kind == "page":
        name = re.sub(r"(?<=[^/])/+$", "", name)
    if kind not in TAKES or not re.fullmatch(PATH if kind == "page" else SYSTEM_NAME, name, re.ASCII):
        kinds = ", ".join(kind for kind in TAKES if kind != "page")
        raise ValueError(f"Allowed are `page /path` and {kinds} with a system name, such as `partial catalogue`")
    return f"{kind} {name}"


class Template(Member):
    """A layout, partial, page or built-in."""

    kind: str = Field(default="", exclude=True)
    """From the key."""
    content: str
    title: str | None = None
    """Of a page: `Home` for `/`, else the last part of the path."""
    layout: str | None = None
    """System name of the layout, "" for none. Of a built-in page: left as it is when not declared."""
    section: str | None = None
    """System name of the section of a page, `root` by default."""
    content_type: str | None = None
    """Of a page: by the ending of the path, else HTML."""
    liquid_enabled: bool | None = None
    """By default true for layouts and HTML pages, false for style sheets and scripts."""

    @model_validator(mode="before")
    @classmethod
    def _with_defaults(cls, given: Any) -> Any:  # noqa: ANN401 - whatever a program declares
        if not isinstance(given, Mapping) or "key" not in given:
            return given
        kind, _, name = str(given["key"]).partition(" ")
        values = {field: value for field, value in given.items() if field != "key"}
        return _defaults(kind, name, values) | values | {"kind": kind}

    @field_validator("title", "layout", "section", "content_type", "liquid_enabled", mode="after")
    @classmethod
    def _taken(cls, value: Any, info: ValidationInfo) -> Any:  # noqa: ANN401 - of several fields
        kind = info.data.get("kind", "")
        if value is not None and info.field_name not in TAKES.get(kind, (info.field_name,)):
            raise ValueError(f"A {kind} has {' and '.join(TAKES[kind])} only")
        return value


def _defaults(kind: str, name: str, given: Json) -> Json:
    if kind == "layout":
        return {"liquid_enabled": True}
    if kind != "page":
        return {}
    ending = re.search(r"\.\w+$", name)
    found = CONTENT_TYPES.get(ending[0], HTML) if ending else HTML
    return {
        "title": name.rstrip("/").rpartition("/")[2] or "Home",
        "layout": "",
        "section": "root",
        "content_type": found,
        "liquid_enabled": (given.get("content_type") or found) == HTML,
    }


def keyed(value: Any) -> Any:  # noqa: ANN401 - whatever a program declares
    """Return a mapping of members with each one's key inside it, which decides what it may have."""
    if not isinstance(value, Mapping):
        return value
    return {
        key: {**entry, "key": key} if isinstance(entry, Mapping) and "key" not in entry else entry
        for key, entry in value.items()
    }


Templates = Annotated[dict[Annotated[str, AfterValidator(template_key)], Template], BeforeValidator(keyed)]


def digest(content: str) -> str:
    """Return what the state keeps of a text: its SHA-256; of a digest, itself."""
    if re.fullmatch(DIGEST, content):
        return content
    return f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"


def seen(item: Json, wanted: str) -> str:
    """Return the text that stands for a template: what visitors see, unless a draft is neither that nor `wanted`."""
    published, draft = item.get("published"), item.get("draft")
    if draft is not None and draft != published and digest(draft) != digest(wanted):
        return str(draft)
    return str(published or "")


def is_published(item: Json, content: str) -> bool:
    """Tell whether visitors see exactly this text, and no other one waits to be published."""
    return item.get("published") == content and item.get("draft") in (None, content)


def system_name(path: str) -> str:
    """Return the system name of a page that is made: from its path, since titles may be alike."""
    words = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-")
    return f"page-{words}".rstrip("-")
