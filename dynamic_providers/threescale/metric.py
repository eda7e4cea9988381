"""One metric or method of a product: what is declared of it, what 3scale tells of it, and where 3scale keeps it."""

from typing import TYPE_CHECKING

from dynamic_providers.declared import Member
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.errors import ThreescaleError
from dynamic_providers.threescale.shapes import Title

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

HITS = "hits"
"""Made by 3scale with each product, parent of all its methods, undeletable."""
KINDS = ("metrics", "methods")
"""The inputs that members are declared in."""


class Method(Member):
    """A way to call the product, counted into `hits`."""

    friendly_name: Title
    description: str = ""


class Metric(Method):
    """Something counted by itself."""

    unit: Title


def metric_fields(item: Json, kind: str) -> Json:
    """Return the fields of a metric of the server that one of `kind` declares."""
    model = Metric if kind == "metrics" else Method
    return {name: item.get(name) or "" for name in model.model_fields}


def kind_of(item: Json) -> str:
    """Return which of `KINDS` a metric of the server is; methods have a parent."""
    return "methods" if item.get("parent_id") else "metrics"


def held_metrics(api: "AdminApi", product_id: str) -> dict[str, Json]:
    """Return system name → metric of all metrics and methods of a product."""
    return {item["system_name"]: item for item in api.pages(f"services/{product_id}/metrics", "metrics")}


def list_path(product_id: str, kind: str, held: dict[str, Json]) -> str:
    """Return where a new metric of `kind` is sent; methods belong to `hits`, which is among the metrics `held`."""
    metrics = f"services/{product_id}/metrics"
    return metrics if kind == "metrics" else f"{metrics}/{held[HITS]['id']}/methods"


def metric_path(product_id: str, item: Json) -> str:
    """Return where a metric of the server is changed and deleted."""
    metrics = f"services/{product_id}/metrics"
    if kind_of(item) == "methods":
        return f"{metrics}/{item['parent_id']}/methods/{item['id']}"
    return f"{metrics}/{item['id']}"


def metrics_of_new_product(api: "AdminApi", product_id: str) -> dict[str, Json]:
    """Return the metrics of a product that this process has just made: `hits`, whose id the rule on it tells.

    The rule comes with the product and is needed next, so asking for it saves asking for the metrics.
    """
    path = f"services/{product_id}/proxy/mapping_rules"
    rules = list(api.pages(path, "mapping_rules"))
    if len(rules) != 1:
        return held_metrics(api, product_id)
    api.expect(path, rules)
    return {HITS: {"id": rules[0]["metric_id"], "system_name": HITS}}


def of_other_kind(product_id: str, name: str, kind: str) -> ThreescaleError:
    """Return the error of a member declared as `kind` that the server has as the other one."""
    other = next(one for one in KINDS if one != kind)
    return ThreescaleError(
        f"declare {name!r} among the {kind} of product {product_id}",
        f"3scale has it among the {other}",
        "A metric never becomes a method, nor a method a metric",
        "Give it another system name; the old one goes with the next promotion that does not count it",
    )
