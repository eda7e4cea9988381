"""Metrics: the metrics and methods of a product as one set. It only adds and changes.

A metric that a promoted configuration counts cannot be deleted (porta: 403), so a member left out is forgotten here
and kept on the server until `RetiredMetrics`, which runs after the promotion without it, removes it. Metrics that
nobody declared are that resource's business too.
"""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi import Input, Output, ResourceOptions
from pydantic import Field

from dynamic_providers.declared import Props
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.entity import EntityResource
from dynamic_providers.threescale.errors import Rejected
from dynamic_providers.threescale.foreign import REMOVE, Foreign
from dynamic_providers.threescale.metric import (
    HITS,
    KINDS,
    Method,
    Metric,
    held_metrics,
    kind_of,
    list_path,
    metric_fields,
    metric_path,
    metrics_of_new_product,
    of_other_kind,
)
from dynamic_providers.threescale.metric_names import remember_metrics
from dynamic_providers.threescale.metric_titles import free_titles
from dynamic_providers.threescale.owned import OwnedProvider, removed
from dynamic_providers.threescale.shapes import Id, SystemName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dynamic_providers.threescale.client import AdminApi


@dataclass(frozen=True, kw_only=True)
class MetricsArgs:
    """What a caller declares. Names are unique over metrics and methods of the product, friendly names likewise."""

    product_id: Input[str]
    metrics: "Input[Mapping[str, Input[Mapping[str, Input[str]]]]]"
    """System name → `friendly_name`, `unit`, `description`."""
    methods: "Input[Mapping[str, Input[Mapping[str, Input[str]]]]]"
    """System name → `friendly_name`, `description`."""
    foreign: Input[str] = REMOVE
    """A metric that nobody declared and that has a declared title: `remove` renames it, as `RetiredMetrics` is going to
    remove it; `keep` refuses the title."""


class MetricsProps(Props):
    """The same fields, resolved."""

    product_id: Id
    metrics: dict[SystemName, Metric] = Field(default_factory=dict)
    methods: dict[SystemName, Method] = Field(default_factory=dict)
    foreign: Foreign = "remove"


class MetricsProvider(OwnedProvider):
    """`/admin/api/services/{product_id}/metrics` and `…/metrics/{hits}/methods`."""

    props = MetricsProps

    def live(self, api: "AdminApi", known: Json) -> Json:
        """Return the declared members that exist, and their ids."""
        held = held_metrics(api, known["product_id"])
        kinds = {
            kind: {name: metric_fields(held[name], kind) for name in known[kind] if _is(held.get(name), kind)}
            for kind in KINDS
        }
        return kinds | {"metric_ids": _ids(held, known)}

    def converge(self, api: "AdminApi", wanted: Json) -> Json:
        """Change what differs and add what is missing, one after the other."""
        product_id = wanted["product_id"]
        held = held_metrics(api, product_id) or metrics_of_new_product(api, product_id)
        free_titles(api, product_id, held, wanted)
        for kind in KINDS:
            for name, fields in wanted[kind].items():
                if name not in held:
                    body = {"metric": {"system_name": name, **fields}}
                    held[name] = api.item("POST", list_path(product_id, kind, held), body)
                elif not _is(held[name], kind):
                    raise of_other_kind(product_id, name, kind)
                elif metric_fields(held[name], kind) != fields:
                    api.call("PUT", metric_path(product_id, held[name]), {"metric": fields})
        remember_metrics(api, product_id, held)
        return {"metric_ids": _ids(held, wanted)}

    def clear(self, api: "AdminApi", known: Json) -> None:
        """Remove the declared members that no gateway configuration uses, and name those left to their product."""
        product_id = known["product_id"]
        held = held_metrics(api, product_id)
        left = []
        for name in sorted({*known["metrics"], *known["methods"]} & held.keys()):
            try:
                removed(api, [metric_path(product_id, held[name])])
            except Rejected:
                left.append(name)
        if left:
            names = ", ".join(left)
            sys.stdout.write(f"left in product {product_id}, whose configuration uses them: {names}\n")


def _is(item: Json | None, kind: str) -> bool:
    return item is not None and kind_of(item) == kind


def _ids(held: dict[str, Json], known: Json) -> dict[str, str]:
    names = [HITS, *known["metrics"], *known["methods"]]
    return {name: str(held[name]["id"]) for name in names if name in held}


class Metrics(EntityResource, module="threescale", name="Metrics"):
    """Metrics and methods of one product."""

    product_id: Output[str]
    metric_ids: Output[dict[str, str]]
    """System name → id of every declared member and of `hits`."""

    def __init__(self, name: str, args: MetricsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(MetricsProvider(), name, args, opts)
