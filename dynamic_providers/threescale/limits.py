"""Limits of an application plan: `hits per day` → value. Periods are unique per plan and metric."""

from typing import TYPE_CHECKING

from pydantic import NonNegativeInt

from dynamic_providers.declared import Member
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.metric_names import metric_ids, metric_names
from dynamic_providers.threescale.owned import removed

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

PERIODS = ("eternity", "year", "month", "week", "day", "hour", "minute")
"""porta, app/models/usage_limit.rb."""


class Limit(Member):
    """How often in its period."""

    value: NonNegativeInt
    """0 forbids what is counted before a call, such as hits; tokens are refused once more than the value is used."""


def limit_key(value: str) -> str:
    """Return `value` when it names a metric and a period."""
    metric, found, period = value.rpartition(" per ")
    if not found or not metric.strip() or period not in PERIODS:
        raise ValueError(f"Allowed is `<metric> per <period>`; periods are {', '.join(PERIODS)}")
    return value


def held_limits(api: "AdminApi", plan: Json, product_id: str) -> dict[str, Json]:
    """Return key → limit of a plan. The list per metric is not used: it returns those of all plans."""
    limits = list(api.pages(f"application_plans/{plan['id']}/limits", "limits"))
    if not limits:
        return {}
    names = metric_names(api, product_id, {str(limit["metric_id"]) for limit in limits})
    return {f"{names[str(limit['metric_id'])]} per {limit['period']}": limit for limit in limits}


def limit_fields(limit: Json) -> Json:
    """Return what is declared of a limit that the server holds; a blank value stands for 0 there."""
    return {"value": limit.get("value") or 0}


def set_limits(api: "AdminApi", plan: Json, product_id: str, wanted: Json, held: dict[str, Json]) -> None:
    """Bring the limits of a plan from `held` to `wanted`."""
    metrics = {key: key.rpartition(" per ")[0] for key in wanted}
    ids = metric_ids(api, product_id, needed=set(metrics.values())) if wanted.keys() - held.keys() else {}
    removed(api, (_path(plan, held[key]["metric_id"], held[key]["id"]) for key in held.keys() - wanted.keys()))
    for key, limit in wanted.items():
        if key not in held:
            body = {"period": key.rpartition(" per ")[2], "value": limit["value"]}
            api.call("POST", _path(plan, ids[metrics[key]]), {"usage_limit": body})
        elif limit_fields(held[key]) != limit:
            path = _path(plan, held[key]["metric_id"], held[key]["id"])
            api.call("PUT", path, {"usage_limit": {"value": limit["value"]}})


def _path(plan: Json, metric_id: str | int, id_: int | None = None) -> str:
    limits = f"application_plans/{plan['id']}/metrics/{metric_id}/limits"
    return limits if id_ is None else f"{limits}/{id_}"
