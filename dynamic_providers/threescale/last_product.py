"""The last product of a tenant: 3scale keeps it (porta, app/models/service.rb), so a destroy leaves it behind."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dynamic_providers.threescale.errors import Rejected
from dynamic_providers.threescale.owned import removed

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi


def is_last(api: "AdminApi", id_: str) -> bool:
    """Tell whether the tenant has this product and no other."""
    return [str(one["id"]) for one in api.pages("services", "services")] == [id_]


@contextmanager
def left_behind(api: "AdminApi", id_: str) -> Iterator[None]:
    """Leave the product `id_` where deleting it inside the block is refused because it is the last one.

    Raises:
        Rejected: it is refused for another reason.
    """
    try:
        yield
    except Rejected:
        if not is_last(api, id_):
            raise
        leave(api, id_)


def leave(api: "AdminApi", id_: str) -> None:
    """Unmount the product's backends, so that those can go, and say what stays."""
    usages = f"services/{id_}/backend_usages"
    removed(api, [f"{usages}/{one['id']}" for one in api.pages(usages)])
    sys.stdout.write(
        f"product {id_} stays, without its backends: 3scale keeps the last product of a tenant; "
        "to take it over later, declare `adopt: true`\n"
    )
