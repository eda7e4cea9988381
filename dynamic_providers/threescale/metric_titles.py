"""Titles of metrics are unique in a product (porta, app/models/metric.rb), so one that changes hands is freed first."""

from typing import TYPE_CHECKING

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.errors import ThreescaleError
from dynamic_providers.threescale.foreign import BEFORE, KEEP
from dynamic_providers.threescale.metric import HITS, KINDS, metric_path

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

TITLE = "friendly_name"
LONGEST_TITLE = 255
"""Characters that fit the column (porta, db/schema.rb, metrics)."""


def free_titles(api: "AdminApi", product_id: str, held: dict[str, Json], wanted: Json) -> None:
    """Rename those of `held` whose title another declared member gets, and note it there.

    These are members that get another title themselves, in `wanted`; members that an update stops declaring, as their
    successors may carry on their titles while the gateways still count them; and, where `foreign` is `remove`, members
    that nobody declared, which stay until `RetiredMetrics` runs next.

    Raises:
        ThreescaleError: a title belongs to a member that is to be left alone; nothing was renamed.
    """
    heirs = {fields[TITLE]: name for kind in KINDS for name, fields in wanted[kind].items()}
    declared = (part.get(kind, {}) for part in (wanted, wanted.get(BEFORE, {})) for kind in KINDS)
    ours = {name for members in declared for name in members}
    in_the_way = [name for name, item in held.items() if heirs.get(item.get(TITLE, ""), name) != name]
    for name in in_the_way:
        if name not in ours and (name == HITS or wanted["foreign"] == KEEP):
            raise _taken(product_id, held[name], heirs[held[name][TITLE]])
    for name in in_the_way:
        beside = f" ({name})"
        freed = {TITLE: f"{held[name][TITLE][: LONGEST_TITLE - len(beside)]}{beside}"}
        api.call("PUT", metric_path(product_id, held[name]), {"metric": freed})
        held[name] = held[name] | freed


def _taken(product_id: str, holder: Json, heir: str) -> ThreescaleError:
    """Return the refusal of the title of `heir`, which `holder` has."""
    name, title = holder["system_name"], holder[TITLE]
    whose = "which 3scale made" if name == HITS else "which nobody declared"
    spare = "" if name == HITS else ", or let it be removed (`threescale.foreignMembers: remove`)"
    return ThreescaleError(
        f"call {heir!r} of product {product_id} {title!r}",
        f"{name!r} (id {holder['id']}), {whose}, has this title already",
        "Titles are unique over the metrics and methods of a product",
        f"Declare another `friendly_name` for {heir!r}, or rename {name!r} in 3scale{spare}",
    )
