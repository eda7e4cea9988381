"""Mapping rules of products and backends: porta, app/models/proxy_rule.rb; positions are those of acts_as_list.

Two identical rules are accepted, and both count. Refuses: an unknown verb, a malformed pattern, a delta below 1, a
metric of somebody else (404).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.threescale.operation import Call, Item, Json, Listing, Nothing, Operation, links, shown, stamps
from sandbox.threescale.refusals import Errors, NotFound
from sandbox.threescale.values import boolean, integer, text

if TYPE_CHECKING:
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

VERBS = ("GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS")
_PARAM = r"(?:[A-Za-z0-9\-_.!~*'():@&=+,;]|%[0-9a-fA-F]{2}|\{\w+\})*"
_PATTERN = re.compile(
    rf"(?:/{_PARAM})+\$?(?:\?(?:[A-Za-z0-9\-_.!~*'();/?:@&=+$,\[\]]|%[0-9a-fA-F]{{2}}|\w+=\{{\w+\}})*)?", re.ASCII
)
# The two texts end with a line break, as they do there.
_SHAPE = (
    "has to start with '/' and can only contain valid URL characters and\n"
    "'wildcards' - words inside curly brackets ('{}')\n"
)
_FIELDS = ("http_method", "pattern", "metric_id", "delta", "last", "position", "redirect_url")


def _owner(call: Call) -> tuple[str, int]:
    if "service_id" in call.path:
        return "Proxy", int(call.tenant.proxy(call.product()["id"])["id"])
    return "BackendApi", int(call.row("backend_api", "backend_api_id")["id"])


def _all(tenant: Tenant, owner_type: str, owner: int) -> list[Row]:
    rows = tenant.store.rows("mapping_rule", owner_type=owner_type, owner_id=owner)
    return sorted(rows, key=lambda row: (row["position"], row["id"]))


def _one(call: Call) -> Row:
    owner_type, owner = _owner(call)
    return call.row("mapping_rule", owner_type=owner_type, owner_id=owner)


def render(tenant: Tenant, row: Row) -> Json:
    """A rule as the API shows it (app/representers/mapping_rule_representer.rb)."""
    if row["owner_type"] == "Proxy":
        product = tenant.store.row("proxy", row["owner_id"])["service_id"]
        base = f"/admin/api/services/{product}"
        addresses = {"self": f"{base}/proxy/mapping_rules/{row['id']}", "service": base, "proxy": f"{base}/proxy"}
    else:
        base = f"/admin/api/backend_apis/{row['owner_id']}"
        addresses = {"self": f"{base}/mapping_rules/{row['id']}", "backend_api": base}
    names = ("id", "metric_id", "pattern", "http_method", "delta", "position", "last", "redirect_url")
    return shown({**{name: row[name] for name in names}, **stamps(row), "links": links(**addresses)})


def index(call: Call) -> Listing:
    """All rules by position; a product's come whole, a backend's in pages, never with metadata."""
    rows = _all(call.tenant, *_owner(call))
    if "backend_api_id" in call.path:
        rows, _ = call.page(rows)
    return Listing("mapping_rules", "mapping_rule", [render(call.tenant, row) for row in rows])


def show(call: Call) -> Item:
    """One rule."""
    return Item("mapping_rule", render(call.tenant, _one(call)))


def _values(call: Call) -> Row:
    values: dict[str, Any] = {}
    for name, value in call.fields.items():
        if name in ("metric_id", "position"):
            values[name] = integer(value)
        elif name == "last":
            values[name] = bool(boolean(value))
        elif name == "delta":
            values[name] = value
        else:
            values[name] = text(value)
    return values


def _check(call: Call, values: Row, owner_type: str, owner: int) -> None:
    errors = Errors()
    errors.present("http_method", values["http_method"])
    errors.one_of("http_method", values["http_method"], VERBS)
    _check_pattern(errors, values["pattern"])
    errors.present("metric_id", values["metric_id"])
    delta = integer(values["delta"])
    if delta is None or values["delta"] in (None, "") or delta != float(str(values["delta"])):
        errors.add("delta", "is not a number" if delta is None else "must be an integer")
    elif delta <= 0:
        errors.add("delta", "must be greater than 0")
    if values["metric_id"] is not None:
        _check_metric(call.tenant, values["metric_id"], owner_type, owner)
    errors.refuse()
    values["delta"] = delta


def _check_pattern(errors: Errors, pattern: str | None) -> None:
    if not pattern or not pattern.strip():
        errors.add("pattern", f"a Mapping Rule can't be empty, {_SHAPE}")
        return
    errors.unless(_PATTERN.fullmatch(pattern), "pattern", f"a Mapping Rule {_SHAPE}")
    errors.short("pattern", pattern)
    path, _, query = pattern.partition("?")
    keys = [part.partition("=")[0] for part in query.split("&") if part]
    names = re.findall(r"\{(\w+)\}", path) + keys
    errors.unless(len(names) == len(set(names)), "pattern", "Can't have repeated variable names")
    errors.unless(not any("{" in key for key in keys), "pattern", "Can't use variables as keys in the querystring")


def _check_metric(tenant: Tenant, number: int, owner_type: str, owner: int) -> None:
    """A foreign metric is looked up among the owner's own and not found there."""
    row = tenant.store.find("metric", number)
    if owner_type == "Proxy":
        wanted = ("Service", tenant.store.row("proxy", owner)["service_id"])
    else:
        wanted = ("BackendApi", owner)
    if row is None or (row["owner_type"], row["owner_id"]) != wanted:
        raise NotFound


def create(call: Call) -> Item:
    """A new rule at its position, by default the last."""
    owner_type, owner = _owner(call)
    values = {**dict.fromkeys(_FIELDS), "last": False, **_values(call)}
    _check(call, values, owner_type, owner)
    others = _all(call.tenant, owner_type, owner)
    if values["position"] is None:
        values["position"] = max((row["position"] for row in others), default=0) + 1
    else:
        _shift(call.tenant, [row for row in others if row["position"] >= values["position"]], 1)
    row = call.tenant.insert("mapping_rule", owner_type=owner_type, owner_id=owner, **values)
    _owner_changed(call.tenant, row)
    return Item("mapping_rule", render(call.tenant, row))


def _shift(tenant: Tenant, rows: list[Row], by: int) -> None:
    for row in rows:
        tenant.change("mapping_rule", row, position=row["position"] + by)


def update(call: Call) -> Item:
    """Change a rule; a taken position moves the rules between the old and the new place."""
    tenant, row = call.tenant, _one(call)
    values = _values(call)
    if values.get("position") is None:
        values.pop("position", None)
    complete = {**{name: row[name] for name in _FIELDS}, **values}
    _check(call, complete, row["owner_type"], row["owner_id"])
    values = {name: complete[name] for name in values}
    _make_room(tenant, row, int(complete["position"]))
    changed = tenant.change("mapping_rule", row, **values)
    if changed is not row:
        _owner_changed(tenant, row)
    return Item("mapping_rule", render(tenant, changed))


def _make_room(tenant: Tenant, row: Row, position: int) -> None:
    old = row["position"]
    others = [other for other in _all(tenant, row["owner_type"], row["owner_id"]) if other["id"] != row["id"]]
    if position == old or not any(other["position"] == position for other in others):
        return
    if old < position:
        _shift(tenant, [other for other in others if old < other["position"] <= position], -1)
    else:
        _shift(tenant, [other for other in others if position <= other["position"] < old], 1)


def delete(call: Call) -> Nothing:
    """Remove a rule; those below move up by one."""
    tenant, row = call.tenant, _one(call)
    tenant.store.delete("mapping_rule", row["id"])
    below = [other for other in _all(tenant, row["owner_type"], row["owner_id"]) if other["position"] > row["position"]]
    _shift(tenant, below, -1)
    _owner_changed(tenant, row)
    return Nothing()


def _owner_changed(tenant: Tenant, row: Row) -> None:
    if row["owner_type"] == "Proxy":
        tenant.gateway_changed(tenant.store.row("proxy", row["owner_id"])["service_id"])
    else:
        tenant.touch("backend_api", row["owner_id"])


def _operations(path: str, *, json_only: bool) -> tuple[Operation, ...]:
    one = f"{path}/{{id}}"
    updates = tuple(
        Operation(verb, one, update, "mapping_rule", _FIELDS, json_only=json_only) for verb in ("PUT", "PATCH")
    )
    return (
        Operation("GET", path, index, json_only=json_only),
        Operation("POST", path, create, "mapping_rule", _FIELDS, json_only=json_only),
        Operation("GET", one, show, json_only=json_only),
        *updates,
        Operation("DELETE", one, delete, json_only=json_only),
    )


OPERATIONS = (
    *_operations("/admin/api/services/{service_id}/proxy/mapping_rules", json_only=False),
    *_operations("/admin/api/backend_apis/{backend_api_id}/mapping_rules", json_only=True),
)
