"""What an operation is, what it is given and how it answers; entity modules declare their operations with these."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.threescale.refusals import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sandbox.threescale.params import Params
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

Json = dict[str, Any]

# porta, app/controllers/admin/api/filters/pagination.rb: default and most; anything odd falls back to it.
PER_PAGE = 500


@dataclass(frozen=True)
class Item:
    """One object under its wrapper; an empty wrapper means the body stands alone."""

    wrapper: str
    body: Any
    status: int = 0
    """0 = what the method usually answers: 201 for POST, 200 else."""


@dataclass(frozen=True)
class Listing:
    """A collection: `wrapper` "" is a bare array, `item` "" leaves the items unwrapped."""

    wrapper: str
    item: str
    items: list[Json]
    metadata: Json | None = None


class Nothing:
    """An empty body."""


@dataclass(frozen=True)
class Text:
    """A body that is no JSON."""

    status: int
    content_type: str
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)
    data: bytes = b""
    """Sent in place of `body` when it is not empty."""


Answer = Item | Listing | Nothing | Text


@dataclass(frozen=True)
class Call:
    """One request, after authentication, routing and unwrapping."""

    tenant: Tenant
    path: Mapping[str, str]
    """The variable segments of the path."""
    fields: Params
    """The permitted fields that were given."""
    params: Params
    """Everything that was given, in query and body."""
    user: Row | None = None
    """Whose token it is."""
    body: Params = field(default_factory=dict)
    """What was given in the body alone, as it was sent."""

    def number(self, name: str = "id") -> int:
        """A path segment as an id.

        Raises:
            NotFound: it is no number.
        """
        value = self.path[name]
        if not value.isascii() or not value.isdigit():
            raise NotFound
        return int(value)

    def row(self, kind: str, name: str = "id", /, **match: object) -> Row:
        """The row that a path segment names.

        Raises:
            NotFound: there is none, it does not match, or it is being deleted.
        """
        found = self.tenant.store.find(kind, self.number(name))
        if found is None or found.get("state") == "deleted":
            raise NotFound
        if any(found.get(key) != value for key, value in match.items()):
            raise NotFound
        return found

    def product(self) -> Row:
        """The product the path names."""
        return self.row("service", "service_id")

    def page(self, rows: list[Row]) -> tuple[list[Row], Json | None]:
        """The rows of the wanted page, and the metadata that is shown when there is more than one page."""
        size = _positive(self.params.get("per_page"), PER_PAGE)
        size = min(size, PER_PAGE)
        current = _positive(self.params.get("page"), 1)
        shown = rows[(current - 1) * size : current * size]
        if len(rows) <= size:
            return shown, None
        pages = -(-len(rows) // size)
        return shown, {"per_page": size, "total_entries": len(rows), "total_pages": pages, "current_page": current}


def _positive(value: object, default: int) -> int:
    try:
        number = int(str(value))
    except ValueError:
        return default
    return number if number > 0 else default


@dataclass(frozen=True)
class Operation:
    """One verb on one path, the handler that answers it and how its parameters come."""

    method: str
    path: str
    """Without format suffix, variable segments in braces: `/admin/api/services/{service_id}/metrics`."""
    handler: Callable[[Call], Answer]
    wrapper: str = ""
    """Key the fields may be nested under; empty = always flat, query string included."""
    fields: tuple[str, ...] = ()
    """What the controller permits; everything else is dropped without a word."""
    attributes: tuple[str, ...] = ()
    """Names that count as known when a flat body is wrapped, though they are not permitted."""
    json_only: bool = False
    json_default: bool = False
    scopes: tuple[str, ...] = ("account_management",)
    newer_scopes: tuple[str, ...] = ()
    """Further scopes that are good enough from 2.16 on."""

    @property
    def name(self) -> str:
        """Method and path."""
        return f"{self.method} {self.path}"

    @property
    def known(self) -> frozenset[str]:
        """The names that are wrapped automatically."""
        return frozenset((*self.fields, *self.attributes, "id", "created_at", "updated_at"))


def shown(body: Mapping[str, Any], nulls: Iterable[str] = ()) -> Json:
    """The body without absent values: porta leaves nil out, except for a few fields (`nulls`)."""
    return {key: value for key, value in body.items() if value is not None or key in nulls}


def links(**targets: str) -> list[Json]:
    """The links of a representation: relation → address."""
    return [{"rel": rel, "href": href} for rel, href in targets.items()]


def stamps(row: Row) -> Json:
    """The two time stamps of a row."""
    return {"created_at": row["created_at"], "updated_at": row["updated_at"]}
