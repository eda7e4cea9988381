"""Titles of metrics are unique in a product (porta, app/models/metric.rb), so one that changes hands is freed first."""

from typing import TYPE_CHECKING

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.foreign import BEFORE
from dynamic_providers.threescale.metric import KINDS, metric_path

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

TITLE = "friendly_name"


def free_titles(api: "AdminApi", product_id: str, held: dict[str, Json], wanted: Json) -> None:
    """Rename those of `held` whose title another declared member gets, and note it there.

    These are members that get another title themselves, in `wanted`, and members that an update stops declaring:
    their successors may carry on their titles while the gateways still count them. Nobody else's are touched.
    """
    heirs = {fields[TITLE]: name for kind in KINDS for name, fields in wanted[kind].items()}
    declared = (part.get(kind, {}) for part in (wanted, wanted.get(BEFORE, {})) for kind in KINDS)
    for name in {name for members in declared for name in members} & held.keys():
        title = held[name].get(TITLE, "")
        if heirs.get(title, name) != name:
            freed = {TITLE: f"{title} ({name})"}
            api.call("PUT", metric_path(product_id, held[name]), {"metric": freed})
            held[name] = held[name] | freed
