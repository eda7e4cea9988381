"""Names and ids of a product's metrics. A name never gets another id, so an id once seen is never asked for again."""

from typing import TYPE_CHECKING

from dynamic_providers.threescale.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from dynamic_providers.json_object import Json
    from dynamic_providers.threescale.client import AdminApi

KEY = "system_name"


def metric_ids(api: "AdminApi", product_id: str, *, needed: "AbstractSet[str]" = frozenset()) -> dict[str, str]:
    """Return system name → id of the metrics and methods of a product, asking 3scale only when one is not known yet.

    Raises:
        Rejected: a needed metric does not exist.
    """
    ids = _index(api, product_id)
    if needed - ids.keys():
        ids = _index(api, product_id, fresh=True)
    if missing := sorted(needed - ids.keys()):
        known = ", ".join(sorted(ids))
        reason = f"{', '.join(missing)} does not exist in product {product_id}; it has {known}"
        raise Rejected(f"look up metrics of product {product_id}", {"metric": [reason]})
    return ids


def metric_names(api: "AdminApi", product_id: str, ids: "Iterable[str]") -> dict[str, str]:
    """Return id → system name; a metric that is none of the product's is called `metric <id>`."""
    wanted = set(ids)
    known = _index(api, product_id)
    if wanted - set(known.values()):
        known = _index(api, product_id, fresh=True)
    names = {id_: name for name, id_ in known.items()}
    return {id_: names.get(id_, f"metric {id_}") for id_ in wanted}


def remember_metrics(api: "AdminApi", product_id: str, held: "Mapping[str, Json]") -> None:
    """Keep system name → metric of a product whose metrics have just been read or made."""
    api.know(_path(product_id), KEY, {name: str(metric["id"]) for name, metric in held.items()})


def _index(api: "AdminApi", product_id: str, *, fresh: bool = False) -> dict[str, str]:
    return api.index(_path(product_id), "metrics", KEY, fresh=fresh)


def _path(product_id: str) -> str:
    return f"services/{product_id}/metrics"
