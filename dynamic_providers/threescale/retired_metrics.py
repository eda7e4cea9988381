"""RetiredMetrics: what `Metrics` leaves behind. It removes members of a product that are not declared any more.

3scale refuses to delete a metric that the newest configuration of staging or production counts (porta,
app/models/metric.rb). So `Metrics` only adds and changes, rules let go of a member, `ProxyPromotion` hands the
configuration without it to the gateways, and this resource comes after that one. `hits` is 3scale's own and stays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pulumi import Input, Output, ResourceOptions

from dynamic_providers.declared import Props
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.entity import EntityResource
from dynamic_providers.threescale.errors import Rejected, ThreescaleError
from dynamic_providers.threescale.foreign import BEFORE, REMOVE, Foreign, left_out
from dynamic_providers.threescale.metric import HITS, held_metrics, kind_of, metric_path
from dynamic_providers.threescale.metric_names import metric_ids, remember_metrics
from dynamic_providers.threescale.owned import OwnedProvider, removed
from dynamic_providers.threescale.shapes import Id, SystemName

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

IN_USE = "used by the latest gateway configuration"
"""Part of 3scale's reason (porta, config/locales/en.yml)."""


@dataclass(frozen=True, kw_only=True)
class RetiredMetricsArgs:
    """What a caller declares."""

    product_id: Input[str]
    members: Input[Mapping[str, Input[str]]]
    """System name → `metric` or `method`: everything that stays, `hits` aside."""
    foreign: Input[str] = REMOVE
    """`remove` whatever is not declared, or `keep` what never was."""


class RetiredMetricsProps(Props):
    """The same fields, resolved."""

    product_id: Id
    members: dict[SystemName, Literal["metric", "method"]]
    foreign: Foreign = "remove"


class RetiredMetricsProvider(OwnedProvider):
    """`/admin/api/services/{product_id}/metrics`; only deletions."""

    props = RetiredMetricsProps

    def live(self, api: "AdminApi", known: Json) -> Json:
        """Return the declared members, which are not this resource's to miss, and by name those that are to go."""
        held = held_metrics(api, known["product_id"])
        strange = {name: kind_of(held[name]).removesuffix("s") for name in _strange(held, known)}
        return {"members": known["members"] | strange}

    def converge(self, api: "AdminApi", wanted: Json) -> Json:
        """Remove what is not declared; a create looks again only where this process has just seen something strange."""
        product_id = wanted["product_id"]
        if BEFORE not in wanted and not _strange(metric_ids(api, product_id), wanted):
            return {}
        held = held_metrics(api, product_id)
        refused = []
        for name in _strange(held, wanted):
            try:
                removed(api, [metric_path(product_id, held[name])])
                del held[name]
            except Rejected as refusal:
                if not any(IN_USE in reason for reasons in refusal.reasons.values() for reason in reasons):
                    raise
                refused.append(name)
        remember_metrics(api, product_id, held)
        if refused:
            raise _in_use(product_id, refused)
        return {}

    def clear(self, api: "AdminApi", known: Json) -> None:
        """Leave the product alone: what it still has is declared."""


def _strange(held: Iterable[str], wanted: Json) -> list[str]:
    """Return the names among `held` that are to go."""
    if wanted["foreign"] == REMOVE:
        return sorted(set(held) - wanted["members"].keys() - {HITS})
    return sorted(set(held) & left_out(wanted, "members"))


def _in_use(product_id: str, names: list[str]) -> ThreescaleError:
    return ThreescaleError(
        f"remove metrics of product {product_id}",
        f"{', '.join(names)} cannot go, because the gateways still count them",
        "Allowed are metrics that no mapping rule in the newest configuration of staging and production counts",
        "Remove their mapping rules and promote to production; or, to keep them, declare them or `foreign: keep`",
    )


class RetiredMetrics(EntityResource, module="threescale", name="RetiredMetrics"):
    """What is removed from the metrics of one product."""

    product_id: Output[str]

    def __init__(self, name: str, args: RetiredMetricsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(RetiredMetricsProvider(), name, args, opts)
