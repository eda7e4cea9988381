"""One request to the developer portal, as its pages need it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from sandbox.threescale.operation import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.threescale.portal.session import Session
    from sandbox.threescale.tenant import Tenant

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Visit:
    """What was asked, and by whom."""

    tenant: Tenant
    method: str
    path: str
    query: str
    """As it came, without the question mark."""
    params: Mapping[str, str]
    """The query's parameters."""
    form: Mapping[str, Any]
    """The body's parameters, nested as Rack reads them."""
    cookies: Mapping[str, str]
    session: Session

    @property
    def address(self) -> str:
        """Path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path


def redirect(address: str, headers: Mapping[str, str] | None = None) -> Text:
    """A redirect; `headers` may set a cookie."""
    return Text(302, HTML, "", {"Location": address, **(headers or {})})


def local(address: str) -> str:
    """Path and query of an address, so that nobody is sent to another host (redirect_back_or_default)."""
    parts = urlsplit(address)
    path = "/" + parts.path.lstrip("/")
    return urlunsplit(("", "", path, parts.query, ""))
