"""The calls a gateway makes: authorise, report, and both at once. Facts: apisonator, lib/3scale/backend.

Usage of a method adds to its parent. Only limits on metrics of the call and their parents are checked. A call that is
not authorised records nothing. A report never fails because of limits; its mistakes are found later, that is never.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape, quoteattr

from sandbox.threescale.counters import Counters, period_end, period_start
from sandbox.threescale.operation import Text
from sandbox.threescale.params import body_params, query_params
from sandbox.threescale.refusals import NotSimulated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.threescale.params import Params
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

CALLS = ("GET /transactions/authorize", "GET /transactions/authrep", "POST /transactions")
"""The operations of the authorisation backend that are here; those for legacy OAuth are not."""
_XML = "application/vnd.3scale-v2.0+xml"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


class _RefusedError(Exception):
    """An error element with its code, sentence and status."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.sentence = sentence

    @property
    def xml(self) -> str:
        return f"{_HEAD}<error code={quoteattr(self.code)}>{escape(self.sentence)}</error>"


@dataclass(frozen=True)
class _Report:
    """One limit and what is used of it."""

    metric: str
    period: str
    start: datetime
    maximum: int
    current: int
    exceeded: bool

    @property
    def xml(self) -> str:
        mark = ' exceeded="true"' if self.exceeded else ""
        span = ""
        if self.period != "eternity":
            begin, end = self.start, period_end(self.period, self.start)
            span = f"<period_start>{_printed(begin)}</period_start><period_end>{_printed(end)}</period_end>"
        values = f"<max_value>{self.maximum}</max_value><current_value>{self.current}</current_value>"
        head = f"<usage_report metric={quoteattr(self.metric)} period={quoteattr(self.period)}{mark}>"
        return f"{head}{span}{values}</usage_report>"


def _printed(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S +0000")


def answer(tenant: Tenant, request: Any) -> Text:  # noqa: ANN401  # the application's Request
    """The answer to one call under /transactions."""
    options = dict(parse_qsl(request.headers.get("3scale-options", "")))
    params = {**query_params(request.query), **body_params(request.headers.get("content-type", ""), request.body)}
    try:
        if request.method == "POST" and request.path == "/transactions.xml":
            return _report(tenant, params)
        if request.method == "GET" and request.path in ("/transactions/authrep.xml", "/transactions/authorize.xml"):
            return _authorize(tenant, params, options, record=request.path.endswith("authrep.xml"))
    except _RefusedError as refused:
        headers = {"3scale-rejection-reason": refused.code} if options.get("rejection_reason_header") == "1" else {}
        return Text(refused.status, _XML, "" if options.get("no_body") == "1" else refused.xml, headers)
    if request.path.startswith("/transactions/oauth_"):
        raise NotSimulated(f"{request.method} {request.path.rpartition('.')[0] or request.path}")
    return Text(404, "text/plain", "")


def _service(tenant: Tenant, params: Params) -> int:
    token, service = params.get("service_token"), str(params.get("service_id") or "")
    if not token:
        sentence = "provider_key or service_token is required"
        raise _RefusedError(403, "provider_key_or_service_token_required", sentence)
    if not service:
        raise _RefusedError(422, "service_id_missing", "service ID is missing")
    row = tenant.store.first("service_token", value=token)
    if row is None or str(row["service_id"]) != service:
        sentence = f'service token "{token}" or service id "{service}" is invalid'
        raise _RefusedError(403, "service_token_invalid", sentence)
    return int(row["service_id"])


def _application(tenant: Tenant, service: int, params: Params) -> Row:
    user_key, app_id = params.get("user_key"), params.get("app_id")
    if user_key:
        row = tenant.store.first("application", service_id=service, user_key=user_key)
        if row is None:
            raise _RefusedError(403, "user_key_invalid", f'user key "{user_key}" is invalid')
        return row
    row = tenant.store.first("application", service_id=service, application_id=app_id) if app_id else None
    if row is None:
        raise _RefusedError(404, "application_not_found", f'application with id="{app_id or ""}" was not found')
    keys = {key["value"] for key in tenant.store.rows("application_key", application_id=row["id"])}
    if keys and params.get("app_key") not in keys:
        raise _RefusedError(409, "application_key_invalid", f'application key "{params.get("app_key")}" is invalid')
    return row


def _usage(tenant: Tenant, service: int, given: object) -> dict[int, tuple[int, bool]]:
    """Metric id → (value, whether it replaces); parents included."""
    usage: dict[int, tuple[int, bool]] = {}
    metrics = {row["system_name"]: row for row in _metrics(tenant, service)}
    for name, raw in given.items() if isinstance(given, dict) else ():
        metric = metrics.get(name)
        if metric is None:
            raise _RefusedError(404, "metric_invalid", f'metric "{name}" is invalid')
        text = str(raw)
        sets = text.startswith("#")
        digits = text.removeprefix("#")
        if not digits.isdigit():
            raise _RefusedError(403, "usage_value_invalid", f'usage value "{text}" for metric "{name}" is invalid')
        for target in filter(None, (metric["id"], metric["parent_id"])):
            before = usage.get(target, (0, False))[0]
            usage[target] = (int(digits) if sets else before + int(digits), sets)
    return usage


def _metrics(tenant: Tenant, service: int) -> list[Row]:
    rows = tenant.store.rows("metric", owner_type="Service", owner_id=service)
    for usage in tenant.usages(service):
        rows += tenant.store.rows("metric", owner_type="BackendApi", owner_id=usage["backend_api_id"])
    return rows


def _authorize(tenant: Tenant, params: Params, options: Mapping[str, str], *, record: bool) -> Text:
    service = _service(tenant, params)
    application = _application(tenant, service, params)
    usage = _usage(tenant, service, params.get("usage"))
    moment = datetime.fromtimestamp(tenant.clock(), UTC)
    account = tenant.store.row("account", application["account_id"])
    if application["state"] != "live" or account["state"] != "approved":
        raise _RefusedError(409, "application_not_active", "application is not active")
    reports = _reports(tenant, application, usage, moment, counted=record)
    refused = any(report.exceeded for report in reports)
    if record and not refused:
        _record(tenant, application, usage, moment)
    headers = _limit_headers(reports, moment) if options.get("limit_headers") == "1" else {}
    if refused and options.get("rejection_reason_header") == "1":
        headers["3scale-rejection-reason"] = "limits_exceeded"
    body = "" if options.get("no_body") == "1" else _status(tenant, application, reports, refused=refused)
    return Text(409 if refused else 200, _XML, body, headers)


def _reports(
    tenant: Tenant, application: Row, usage: dict[int, tuple[int, bool]], moment: datetime, *, counted: bool
) -> list[_Report]:
    counters = Counters(tenant.store)
    reports = []
    for limit in tenant.store.rows("limit", plan_id=application["plan_id"]):
        if usage and limit["metric_id"] not in usage:
            continue
        current = counters.value(application["id"], limit["metric_id"], limit["period"], moment)
        added, sets = usage.get(limit["metric_id"], (0, False))
        after = added if sets else current + added
        exceeded = after > limit["value"]
        metric = tenant.store.row("metric", limit["metric_id"])["system_name"]
        shown = after if counted and not exceeded else current
        start = period_start(limit["period"], moment)
        reports.append(_Report(metric, limit["period"], start, limit["value"], shown, exceeded))
    return reports


def _limit_headers(reports: list[_Report], moment: datetime) -> dict[str, str]:
    """Remaining calls of the tightest limit, seconds until it starts again, its maximum."""
    if not reports:
        return {}
    tightest = min(reports, key=lambda report: (not report.exceeded, report.maximum - report.current))
    reset = -1
    if tightest.period != "eternity":
        reset = max(0, int((period_end(tightest.period, tightest.start) - moment).total_seconds()))
    remaining = 0 if tightest.exceeded else tightest.maximum - tightest.current
    return {
        "3scale-limit-remaining": str(remaining),
        "3scale-limit-reset": str(reset),
        "3scale-limit-max-value": str(tightest.maximum),
    }


def _status(tenant: Tenant, application: Row, reports: list[_Report], *, refused: bool) -> str:
    plan = tenant.store.row("plan", application["plan_id"])["name"]
    reason = "<reason>usage limits are exceeded</reason>" if refused else ""
    inner = "".join(report.xml for report in reports)
    usage = f"<usage_reports>{inner}</usage_reports>" if inner else ""
    authorized = "false" if refused else "true"
    return f"{_HEAD}<status><authorized>{authorized}</authorized>{reason}<plan>{escape(plan)}</plan>{usage}</status>"


def _record(tenant: Tenant, application: Row, usage: dict[int, tuple[int, bool]], moment: datetime) -> None:
    counters = Counters(tenant.store)
    for metric, (value, sets) in usage.items():
        write = counters.replace if sets else counters.add
        write(application["service_id"], application["id"], metric, value, moment)
    if usage and application["first_traffic_at"] is None:
        tenant.store.update("application", application["id"], first_traffic_at=tenant.now())


def _report(tenant: Tenant, params: Params) -> Text:
    service = _service(tenant, params)
    transactions = params.get("transactions") or {}
    for transaction in transactions.values() if isinstance(transactions, dict) else transactions:
        try:
            application = _application(tenant, service, transaction)
            usage = _usage(tenant, service, transaction.get("usage"))
        except _RefusedError:
            # The backend answers first and checks later: such a transaction is lost, and only its own log says so.
            continue
        _record(tenant, application, usage, _moment(tenant, transaction.get("timestamp")))
    return Text(202, _XML, "")


def _moment(tenant: Tenant, stamp: object) -> datetime:
    try:
        parsed = datetime.fromisoformat(str(stamp).replace(" +0000", "+00:00"))
    except ValueError:
        return datetime.fromtimestamp(tenant.clock(), UTC)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
