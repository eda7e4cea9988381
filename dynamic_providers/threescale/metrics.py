"""Metrics: the metrics and methods of a product as one set. It only adds and changes.

A metric that a promoted configuration counts cannot be deleted (porta: 403), so a member left out is forgotten here
and kept on the server until something that runs after the promotion without it removes it. Metrics that nobody
declared are kept too.
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
from dynamic_providers.threescale.metric import KINDS, Method, Metric, metric_fields
from dynamic_providers.threescale.metric_names import remember_metrics
from dynamic_providers.threescale.owned import OwnedProvider, removed
from dynamic_providers.threescale.shapes import Id, SystemName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dynamic_providers.threescale.client import AdminApi

HITS = "hits"
"""Made by 3scale with each product, parent of all its methods, undeletable."""


@dataclass(frozen=True, kw_only=True)
class MetricsArgs:
    """What a caller declares. Names are unique over metrics and methods of the product, friendly names likewise."""

    product_id: Input[str]
    metrics: "Input[Mapping[str, Input[Mapping[str, Input[str]]]]]"
    """System name → `friendly_name`, `unit`, `description`."""
    methods: "Input[Mapping[str, Input[Mapping[str, Input[str]]]]]"
    """System name → `friendly_name`, `description`."""


class MetricsProps(Props):
    """The same fields, resolved."""

    product_id: Id
    metrics: dict[SystemName, Metric] = Field(default_factory=dict)
    methods: dict[SystemName, Method] = Field(default_factory=dict)


class MetricsProvider(OwnedProvider):
    """`/admin/api/services/{product_id}/metrics` and `…/metrics/{hits}/methods`."""

    props = MetricsProps

    def live(self, api: "AdminApi", known: Json) -> Json:
        """Return the declared members that exist, and their ids."""
        held = self._held(api, known)
        kinds = {
            kind: {name: metric_fields(held[name], kind) for name in known[kind] if name in held} for kind in KINDS
        }
        return kinds | {"metric_ids": self._ids(held, known)}

    def converge(self, api: "AdminApi", wanted: Json) -> Json:
        """Change what differs and add what is missing, one after the other."""
        held = self._held(api, wanted)
        for kind in KINDS:
            list_path = self._path(wanted, held, kind)
            for name, fields in wanted[kind].items():
                if name not in held:
                    body = {"metric": {"system_name": name, **fields}}
                    held[name] = api.item("POST", list_path, body)
                elif metric_fields(held[name], kind) != fields:
                    api.call("PUT", f"{list_path}/{held[name]['id']}", {"metric": fields})
        remember_metrics(api, wanted["product_id"], held)
        return {"metric_ids": self._ids(held, wanted)}

    def clear(self, api: "AdminApi", known: Json) -> None:
        """Remove the declared members that no gateway configuration uses, and name those left to their product."""
        held = self._held(api, known)
        left = []
        for kind in KINDS:
            for name in known[kind].keys() & held.keys():
                try:
                    removed(api, [f"{self._path(known, held, kind)}/{held[name]['id']}"])
                except Rejected:
                    left.append(name)
        if left:
            names = ", ".join(sorted(left))
            sys.stdout.write(f"left in product {known['product_id']}, whose configuration uses them: {names}\n")

    def _held(self, api: "AdminApi", known: Json) -> dict[str, Json]:
        return {item["system_name"]: item for item in api.pages(f"services/{known['product_id']}/metrics", "metrics")}

    def _path(self, known: Json, held: dict[str, Json], kind: str) -> str:
        metrics = f"services/{known['product_id']}/metrics"
        return metrics if kind == "metrics" else f"{metrics}/{held[HITS]['id']}/methods"

    def _ids(self, held: dict[str, Json], known: Json) -> dict[str, str]:
        names = [HITS, *known["metrics"], *known["methods"]]
        return {name: str(held[name]["id"]) for name in names if name in held}


class Metrics(EntityResource, module="threescale", name="Metrics"):
    """Metrics and methods of one product."""

    product_id: Output[str]
    metric_ids: Output[dict[str, str]]
    """System name → id of every declared member and of `hits`."""

    def __init__(self, name: str, args: MetricsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(MetricsProvider(), name, args, opts)
