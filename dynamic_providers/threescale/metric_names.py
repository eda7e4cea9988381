"""Names and ids of a product's metrics. A name never gets another id, so an id once seen is never asked for again."""

from typing import TYPE_CHECKING

from dynamic_providers.threescale.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from dynamic_providers.threescale.client import AdminApi


def metric_ids(api: "AdminApi", product_id: str, *, needed: "AbstractSet[str]" = frozenset()) -> dict[str, str]:
    """Return system name → id of the metrics and methods of a product, asking 3scale only when one is not known yet.

    Raises:
        Rejected: a needed metric does not exist.
    """
    path = f"services/{product_id}/metrics"
    ids = api.index(path, "metrics", "system_name")
    if needed - ids.keys():
        ids = api.index(path, "metrics", "system_name", fresh=True)
    if missing := sorted(needed - ids.keys()):
        known = ", ".join(sorted(ids))
        reason = f"{', '.join(missing)} does not exist in product {product_id}; it has {known}"
        raise Rejected(f"look up metrics of product {product_id}", {"metric": [reason]})
    return ids


def metric_names(api: "AdminApi", product_id: str, ids: "Iterable[str]") -> dict[str, str]:
    """Return id → system name; a metric that is none of the product's is called `metric <id>`."""
    wanted = set(ids)
    path = f"services/{product_id}/metrics"
    known = api.index(path, "metrics", "system_name")
    if wanted - set(known.values()):
        known = api.index(path, "metrics", "system_name", fresh=True)
    names = {id_: name for name, id_ in known.items()}
    return {id_: names.get(id_, f"metric {id_}") for id_ in wanted}
