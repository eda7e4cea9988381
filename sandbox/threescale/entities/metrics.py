"""Metrics and methods of products and backends: porta, app/models/metric.rb, BackendApiLogic::MetricExtension.

Methods are metrics under `hits`; both share one namespace. A backend's names are stored with the suffix `.<id>`.
Refuses: a taken system name or friendly name, a missing unit, methods under anything but hits, the deletion of hits
and of a metric that the newest gateway configuration uses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.threescale import deployment
from sandbox.threescale.operation import Call, Item, Json, Listing, Nothing, Operation, links, shown, stamps
from sandbox.threescale.refusals import TAKEN, DeletionRefused, Errors, NotFound
from sandbox.threescale.values import check_system_name, system_name, text

if TYPE_CHECKING:
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

SERVICE, BACKEND = "Service", "BackendApi"
_COLLECTIONS = {SERVICE: "services", BACKEND: "backend_apis"}


def add_hits(tenant: Tenant, owner_type: str, owner: int) -> Row:
    """The metric every product and backend is created with."""
    return tenant.insert(
        "metric",
        owner_type=owner_type,
        owner_id=owner,
        parent_id=None,
        system_name=_stored("hits", owner_type, owner),
        friendly_name="Hits",
        unit="hit",
        description="Number of API hits",
    )


def _stored(name: str, owner_type: str, owner: int) -> str:
    return name if owner_type == SERVICE or name.endswith(f".{owner}") else f"{name}.{owner}"


def _owner(call: Call) -> tuple[str, int]:
    if "service_id" in call.path:
        return SERVICE, int(call.product()["id"])
    return BACKEND, int(call.row("backend_api", "backend_api_id")["id"])


def _all(call: Call, **match: object) -> list[Row]:
    owner_type, owner = _owner(call)
    return call.tenant.store.rows("metric", owner_type=owner_type, owner_id=owner, **match)


def _one(call: Call, name: str = "id", **match: object) -> Row:
    owner_type, owner = _owner(call)
    return call.row("metric", name, owner_type=owner_type, owner_id=owner, **match)


def render(tenant: Tenant, row: Row, *, as_method: bool = False) -> Json:
    """A metric or method as the API shows it (app/representers/metric_representer.rb, method_representer.rb).

    A method among the metrics shows its unit, under `methods` it does not.
    """
    owner_url = f"https://{tenant.admin_domain}/admin/api/{_COLLECTIONS[row['owner_type']]}/{row['owner_id']}"
    parent = row["parent_id"]
    own = f"metrics/{parent}/methods/{row['id']}" if parent else f"metrics/{row['id']}"
    body = {
        "id": row["id"],
        "name": row["system_name"] if row["owner_type"] == SERVICE else None,
        "system_name": row["system_name"],
        "friendly_name": row["friendly_name"],
        "unit": None if as_method else row["unit"],
        "parent_id": parent,
        "description": row["description"],
        **stamps(row),
        "links": links(self=f"{owner_url}/{own}", **({} if parent else {"methods": f"{owner_url}/{own}/methods"})),
    }
    return shown(body)


def _listing(call: Call, rows: list[Row], wrapper: str, item: str) -> Listing:
    """Backends' metrics come in pages, products' always whole."""
    metadata = None
    if "backend_api_id" in call.path:
        rows, metadata = call.page(rows)
    items = [render(call.tenant, row, as_method=item == "method") for row in rows]
    return Listing(wrapper, item, items, metadata)


def index(call: Call) -> Listing:
    """All metrics; methods are among them and carry `parent_id`."""
    return _listing(call, _all(call), "metrics", "metric")


def methods_index(call: Call) -> Listing:
    """The methods under a metric."""
    parent = _one(call, "metric_id")
    return _listing(call, _all(call, parent_id=parent["id"]), "methods", "method")


def show(call: Call) -> Item:
    """One metric or method."""
    return Item("metric", render(call.tenant, _one(call)))


def show_method(call: Call) -> Item:
    """One method."""
    return Item("method", render(call.tenant, _method(call), as_method=True))


def _method(call: Call) -> Row:
    parent = _one(call, "metric_id")
    return _one(call, parent_id=parent["id"])


def create(call: Call) -> Item:
    """A new metric."""
    return Item("metric", render(call.tenant, _added(call, None)))


def create_method(call: Call) -> Item:
    """A new method under hits."""
    return Item("method", render(call.tenant, _added(call, _one(call, "metric_id")), as_method=True))


def _added(call: Call, parent: Row | None) -> Row:
    tenant, fields = call.tenant, call.fields
    owner_type, owner = _owner(call)
    friendly = text(fields.get("friendly_name"))
    name = _stored(system_name(fields.get("system_name"), friendly, "metric"), owner_type, owner)
    unit = parent["unit"] if parent else text(fields.get("unit"))
    errors = Errors()
    _check_name(errors, name, owner_type, owner)
    errors.unless(not _all(call, system_name=name), "system_name", TAKEN)
    _check_friendly(errors, call, friendly, None)
    errors.present("unit", unit)
    errors.short("unit", unit)
    if parent is not None and (parent["parent_id"] or parent["system_name"] != _stored("hits", owner_type, owner)):
        errors.add("parent_id", "You can only create methods under 'hits'")
    errors.refuse()
    row = tenant.insert(
        "metric",
        owner_type=owner_type,
        owner_id=owner,
        parent_id=parent["id"] if parent else None,
        system_name=name,
        friendly_name=friendly,
        unit=unit,
        description=text(fields.get("description")),
    )
    _touch_owner(tenant, row)
    return row


def _check_name(errors: Errors, name: str, owner_type: str, owner: int) -> None:
    check_system_name(errors, name if owner_type == SERVICE else name.removesuffix(f".{owner}"))


def _check_friendly(errors: Errors, call: Call, friendly: str | None, own: int | None) -> None:
    errors.present("friendly_name", friendly)
    errors.short("friendly_name", friendly)
    others = [row for row in _all(call, friendly_name=friendly) if row["id"] != own]
    errors.unless(not others or friendly is None, "friendly_name", TAKEN)


def _touch_owner(tenant: Tenant, row: Row) -> None:
    """A metric touches its owner, so that the next deployment differs (Metric: `belongs_to :owner, touch: true`)."""
    tenant.touch("service" if row["owner_type"] == SERVICE else "backend_api", row["owner_id"])


def update(call: Call) -> Item:
    """Change a metric; the system name stays."""
    return Item("metric", render(call.tenant, _changed(call, _one(call))))


def update_method(call: Call) -> Item:
    """Change a method; the system name stays."""
    return Item("method", render(call.tenant, _changed(call, _method(call)), as_method=True))


def _changed(call: Call, row: Row) -> Row:
    values = {name: text(call.fields[name]) for name in ("friendly_name", "unit", "description") if name in call.fields}
    if row["parent_id"]:
        values.pop("unit", None)
    errors = Errors()
    if "friendly_name" in values:
        _check_friendly(errors, call, values["friendly_name"], row["id"])
    if "unit" in values:
        errors.present("unit", values["unit"])
    errors.refuse()
    changed = call.tenant.change("metric", row, **values)
    if changed is not row:
        _touch_owner(call.tenant, row)
    return changed


def delete(call: Call) -> Nothing:
    """Remove a metric with its limits, prices and rules."""
    return _removed(call.tenant, _one(call))


def delete_method(call: Call) -> Nothing:
    """Remove a method with its limits, prices and rules."""
    return _removed(call.tenant, _method(call))


def _removed(tenant: Tenant, row: Row) -> Nothing:
    reasons = []
    if row["id"] in _in_use(tenant, row):
        kind = "Method" if row["parent_id"] else "Metric"
        reasons.append(f"{kind} is used by the latest gateway configuration and cannot be deleted")
    if row["system_name"] == _stored("hits", row["owner_type"], row["owner_id"]):
        reasons.append("The Hits metric cannot be deleted")
    if reasons:
        raise DeletionRefused({"base": reasons})
    purge(tenant, row)
    _touch_owner(tenant, row)
    return Nothing()


def _in_use(tenant: Tenant, row: Row) -> set[int]:
    if row["owner_type"] == SERVICE:
        return deployment.metrics_in_use(tenant, row["owner_id"])
    users = tenant.store.rows("backend_usage", backend_api_id=row["owner_id"])
    return set().union(*(deployment.metrics_in_use(tenant, usage["service_id"]) for usage in users))


def purge(tenant: Tenant, row: Row) -> None:
    """Remove the row, its methods and whatever counts on them."""
    for child in tenant.store.rows("metric", parent_id=row["id"]):
        purge(tenant, child)
    for kind in ("limit", "pricing_rule", "mapping_rule"):
        for dependent in tenant.store.rows(kind, metric_id=row["id"]):
            tenant.store.delete(kind, dependent["id"])
    tenant.store.delete("metric", row["id"])


def metric_of_product(tenant: Tenant, product: int, number: int | None) -> Row:
    """A metric of the product or of a backend linked to it.

    Raises:
        NotFound: it is neither.
    """
    row = tenant.store.find("metric", number)
    backends = {usage["backend_api_id"] for usage in tenant.usages(product)}
    if row is None:
        raise NotFound
    own = row["owner_type"] == SERVICE and row["owner_id"] == product
    if not own and not (row["owner_type"] == BACKEND and row["owner_id"] in backends):
        raise NotFound
    return row


def _operations(owner: str, *, json_only: bool) -> tuple[Operation, ...]:
    path, method_path = f"{owner}/metrics", f"{owner}/metrics/{{metric_id}}/methods"
    create_fields = ("friendly_name", "system_name", "unit", "description")
    change_fields = ("friendly_name", "unit", "description")

    def made(method: str, path: str, handler: object, fields: tuple[str, ...] = ()) -> Operation:
        wrapper = "metric" if fields else ""
        known = ("system_name", "name", "unit", "parent_id")
        return Operation(method, path, handler, wrapper, fields, known, json_only=json_only)  # type: ignore[arg-type]  # a handler

    return (
        made("GET", path, index),
        made("POST", path, create, create_fields),
        made("GET", f"{path}/{{id}}", show),
        made("PUT", f"{path}/{{id}}", update, change_fields),
        made("DELETE", f"{path}/{{id}}", delete),
        made("GET", method_path, methods_index),
        made("POST", method_path, create_method, create_fields),
        made("GET", f"{method_path}/{{id}}", show_method),
        made("PUT", f"{method_path}/{{id}}", update_method, change_fields),
        made("DELETE", f"{method_path}/{{id}}", delete_method),
    )


OPERATIONS = (
    *_operations("/admin/api/services/{service_id}", json_only=False),
    *_operations("/admin/api/backend_apis/{backend_api_id}", json_only=True),
)
