"""A policy definition that a chain uses: 3scale refuses to touch it, and does not say whose chain it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.errors import Rejected, ThreescaleError

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi


@contextmanager
def explained(api: "AdminApi", verb: str, known: Json) -> Iterator[None]:
    """Name the chains that use the definition, and the way out, where 3scale refuses to `verb` it.

    Raises:
        ThreescaleError: it is in use.
        Rejected: it was refused for another reason.
    """
    name, version = known["name"], known["version"]
    try:
        yield
    except Rejected:
        if not (users := _users(api, name, version)):
            raise
        raise ThreescaleError(
            f"{verb} policy definition {name} {version}",
            f"the policy chain of product {', '.join(users)} uses it",
            "3scale changes and deletes only what no chain uses",
            "Declare another manifest under a new version and let the chains use that, or take the policy out of these "
            "chains first",
        ) from None


def _users(api: "AdminApi", name: str, version: str) -> list[str]:
    """Return the system names of the products whose chain has this policy."""
    return [
        product["system_name"]
        for product in api.pages("services", "services")
        if any(
            (one.get("name"), one.get("version")) == (name, version)
            for one in api.call("GET", f"services/{product['id']}/proxy/policies")["policies_config"]
        )
    ]
