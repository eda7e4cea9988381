"""What the three CMS controllers share: refused parameters, the optional wrapper, pages of at most 100.

porta, admin/api/cms/base_controller.rb and app/lib/api_support/forbid_params.rb.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.threescale.operation import Call, Json, Listing
from sandbox.threescale.refusals import MissingParameter, Said, WrongType
from sandbox.threescale.values import integer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sandbox.threescale.params import Params
    from sandbox.threescale.store import Row

SCOPES = ("cms", "account_management")
DEFAULT_PER_PAGE = 20
MOST_PER_PAGE = 100
FORMAT = "invalid"
"""porta, config/locales/en.yml, activerecord.errors.messages.invalid."""
_ALWAYS = ("id", "page", "per_page", "access_token", "provider_key", "authorization")


def only(call: Call, *allowed: str) -> None:
    """Refuse parameters that are not among `allowed`, before anything else is looked at.

    Raises:
        Said: 422 with the names.
    """
    unknown = [name for name in call.params if name not in (*allowed, *_ALWAYS, *call.path)]
    if unknown:
        names = ", ".join(f'"{name}"' for name in unknown)
        raise Said(422, f"Unpermitted parameters: [{names}]")


def wrapped(call: Call, wrapper: str, allowed: Iterable[str]) -> Params:
    """The fields of the body, under the wrapper or flat; what is nested and not allowed is dropped.

    Raises:
        Said: 422, unknown parameters.
        MissingParameter: nothing of it is in the body.
        WrongType: the wrapper is no object.
    """
    allowed = tuple(allowed)
    only(call, wrapper, *allowed)
    given: Any = call.body.get(wrapper, {name: call.body[name] for name in allowed if name in call.body})
    if given in (None, "", {}, []):
        raise MissingParameter(wrapper)
    if not isinstance(given, dict):
        raise WrongType(wrapper)
    return {name: value for name, value in given.items() if name in allowed}


def listing(call: Call, rows: list[Row], render: Mapping[int, Json]) -> Listing:
    """One page of `rows`; `render` is id → representation. Too many per page are cut to 100, nonsense is 20."""
    size = integer(call.params.get("per_page")) or DEFAULT_PER_PAGE
    size = min(size, MOST_PER_PAGE) if size > 0 else DEFAULT_PER_PAGE
    current = max(integer(call.params.get("page")) or 1, 1)
    shown = rows[(current - 1) * size : current * size]
    pages = -(-len(rows) // size)
    counts = {"per_page": size, "total_entries": len(rows), "total_pages": pages, "current_page": current}
    return Listing("collection", "", [render[row["id"]] for row in shown], counts if len(rows) > size else None)
