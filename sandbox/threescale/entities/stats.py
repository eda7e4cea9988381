"""Usage over time: porta, app/controllers/stats/api. The numbers are the counters of the authorisation backend.

Refuses: a missing or unknown metric, period or granularity (400). Time zones other than UTC are not simulated.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.threescale.counters import Counters, period_end, period_start
from sandbox.threescale.operation import Call, Item, Json, Operation
from sandbox.threescale.refusals import NotFound, Said

if TYPE_CHECKING:
    from sandbox.threescale.store import Row

# What one value stands for in each period (porta, lib/stats).
_GRANULARITY = {"year": "month", "month": "day", "week": "day", "day": "hour"}
_LONGEST = timedelta(days=3700)


def _moment(text: object, name: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(str(text))
    except ValueError:
        raise Said(400, f"{name} is not a valid time") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _window(call: Call) -> tuple[str | None, datetime, datetime, str]:
    """Name of the period, first and last moment, granularity."""
    params = call.params
    period = params.get("period")
    if period:
        if period not in _GRANULARITY:
            raise Said(400, f"period {period} is not valid, allowed are {', '.join(_GRANULARITY)}")
        now = datetime.fromtimestamp(call.tenant.clock(), UTC)
        start = _moment(params["since"], "since") if params.get("since") else period_start(period, now)
        start = period_start(_GRANULARITY[period] if params.get("since") else period, start)
        return period, start, period_end(period, start), _GRANULARITY[period]
    if not (params.get("since") and params.get("until") and params.get("granularity")):
        raise Said(400, "Missing required parameter: period, or since, until and granularity")
    granularity = str(params["granularity"])
    if granularity not in ("month", "day", "hour"):
        raise Said(400, f"granularity {granularity} is not valid, allowed are month, day, hour")
    since = period_start(granularity, _moment(params["since"], "since"))
    until = _moment(params["until"], "until") + timedelta(seconds=1)
    if not since < until <= since + _LONGEST:
        raise Said(400, "since must be before until")
    return None, since, until, granularity


def _starts(since: datetime, until: datetime, granularity: str) -> list[datetime]:
    starts, moment = [], period_start(granularity, since)
    while moment < until:
        starts.append(moment)
        moment = period_end(granularity, moment)
    return starts


def _metric(call: Call, owner_type: str, owner: int) -> Row:
    name = call.params.get("metric_name")
    if not name:
        raise Said(400, "Missing required parameter: metric_name")
    rows = call.tenant.store.rows("metric", owner_type=owner_type, owner_id=owner)
    found = next((row for row in rows if name in (row["system_name"], row["system_name"].partition(".")[0])), None)
    if found is None:
        raise Said(400, f"metric {name} not found")
    return found


def _usage(call: Call, scope: str, number: int, metric: Row) -> Json:
    period, since, until, granularity = _window(call)
    starts = _starts(since, until, granularity)
    values = Counters(call.tenant.store).series(scope, number, [metric["id"]], granularity, starts)
    last = until - timedelta(seconds=1)
    names = {"id": "id", "name": "friendly_name", "system_name": "system_name", "unit": "unit"}
    return {
        "metric": {shown: metric[name] for shown, name in names.items()},
        "period": {
            "name": period,
            "since": since.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "until": last.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "timezone": "Etc/UTC",
            "granularity": granularity,
        },
        "total": sum(values),
        "values": values,
    }


def of_service(call: Call) -> Item:
    """What a product was used."""
    product = call.row("service")
    return Item("", _usage(call, "service", product["id"], _metric(call, "Service", product["id"])))


def of_backend(call: Call) -> Item:
    """What a backend was used, by every product together; the metric's name may come without its suffix."""
    backend = call.row("backend_api", "backend_api_id")
    return Item("", _usage(call, "", 0, _metric(call, "BackendApi", backend["id"])))


def of_application(call: Call) -> Item:
    """What one application used."""
    row = call.tenant.store.find("application", call.number())
    if row is None:
        raise NotFound
    store = call.tenant.store
    plan, account = store.row("plan", row["plan_id"]), store.row("account", row["account_id"])
    application = {
        "id": row["id"],
        "name": row["name"],
        "state": row["state"],
        "description": row["description"],
        "plan": {"id": plan["id"], "name": plan["name"]},
        "account": {"id": account["id"], "name": account["org_name"]},
        "service": {"id": row["service_id"]},
    }
    usage = _usage(call, "application", row["id"], _metric(call, "Service", row["service_id"]))
    return Item("", {"application": application, **usage})


def top_applications(call: Call) -> Item:
    """The applications of a product by what they used, most first."""
    product = call.row("service")
    metric = _metric(call, "Service", product["id"])
    period, since, until, granularity = _window(call)
    starts = _starts(since, until, granularity)
    counters, found = Counters(call.tenant.store), []
    for row in call.tenant.store.rows("application", service_id=product["id"]):
        value = sum(counters.series("application", row["id"], [metric["id"]], granularity, starts))
        if value:
            found.append({"id": row["id"], "name": row["name"], "value": str(value)})
    found.sort(key=lambda item: -int(item["value"]))
    head = {"id": metric["id"], "name": metric["friendly_name"], "system_name": metric["system_name"]}
    span = {"name": period, "since": since.isoformat(), "until": until.isoformat()}
    return Item("", {"metric": {**head, "unit": metric["unit"]}, "period": span, "applications": found})


_SCOPES = ("stats",)
OPERATIONS = (
    Operation("GET", "/stats/services/{id}/usage", of_service, json_default=True, scopes=_SCOPES),
    Operation("GET", "/stats/applications/{id}/usage", of_application, json_default=True, scopes=_SCOPES),
    Operation("GET", "/stats/backend_apis/{backend_api_id}/usage", of_backend, json_default=True, scopes=_SCOPES),
    Operation("GET", "/stats/services/{id}/top_applications", top_applications, json_default=True, scopes=_SCOPES),
)
