"""Features of products and of the tenant, and which plan has them: porta, app/models/feature.rb, features_plan.rb.

A feature of a product is for application plans or for service plans (`scope`), one of the tenant for account plans. A
missing name is taken. Refuses: a taken or malformed system name, another scope, and attaching a feature to a plan of
another kind (422), of another owner (404) or twice (409, from the database's own index).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sandbox.threescale.entities.plans import ACCOUNT, APPLICATION, SERVICE
from sandbox.threescale.operation import Call, Item, Json, Listing, Nothing, Operation, links, shown, stamps
from sandbox.threescale.refusals import TAKEN, Errors, Invalid, NotFound, Refusal
from sandbox.threescale.tenant import PROVIDER
from sandbox.threescale.values import boolean, check_system_name, integer, system_name, text

if TYPE_CHECKING:
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

SCOPES = {"ApplicationPlan": APPLICATION, "ServicePlan": SERVICE, "AccountPlan": ACCOUNT}
"""The scope as it is sent → as it is shown, which is also the type of the plans it is for."""
_TEXTS = ("name", "system_name", "description", "scope")


def render(tenant: Tenant, row: Row) -> Json:
    """A feature as the API shows it (app/representers/feature_representer.rb)."""
    base, product = f"https://{tenant.admin_domain}/admin/api", row["service_id"]
    if product is None:
        addresses = {"self": f"{base}/features/{row['id']}"}
    else:
        # The second address is porta's own: the collection with the product's id as its format.
        addresses = {"self": f"{base}/services/{product}/features/{row['id']}", "service": f"{base}/services.{product}"}
    names = ("id", "name", "system_name")
    rest = {"scope": SCOPES[row["scope"]], "visible": row["visible"], "description": row["description"]}
    return shown({**{name: row[name] for name in names}, **rest, **stamps(row), "links": links(**addresses)})


def _owner(call: Call) -> int | None:
    """The product's id, or None for the tenant's own features."""
    return int(call.product()["id"]) if "service_id" in call.path else None


def _one(call: Call) -> Row:
    return call.row("feature", service_id=_owner(call))


def _values(call: Call) -> Row:
    values: Row = {name: text(call.fields[name]) for name in _TEXTS if name in call.fields}
    if "visible" in call.fields:
        values["visible"] = bool(boolean(call.fields["visible"]))
    return values


def _check(call: Call, row: Row, own: int | None) -> None:
    errors = Errors()
    check_system_name(errors, row["system_name"] or "")
    same = call.tenant.store.rows("feature", service_id=row["service_id"], system_name=row["system_name"])
    errors.unless(not [other for other in same if other["id"] != own], "system_name", TAKEN)
    if row["service_id"] is not None:
        fits = row["scope"] in ("ApplicationPlan", "ServicePlan")
        errors.unless(fits, "scope", "must be ApplicationPlan or ServicePlan")
    errors.refuse()


def index(call: Call) -> Listing:
    """Every feature of the product, of both scopes, or of the tenant; always whole."""
    rows = call.tenant.store.rows("feature", service_id=_owner(call))
    return Listing("features", "feature", [render(call.tenant, row) for row in rows])


def show(call: Call) -> Item:
    """One feature."""
    return Item("feature", render(call.tenant, _one(call)))


def create(call: Call) -> Item:
    """A new feature, for application plans unless `scope` says otherwise."""
    owner = _owner(call)
    defaults: Row = {"name": None, "description": None, "scope": "ApplicationPlan", "visible": True}
    row = {**defaults, **_values(call), "service_id": owner}
    row["system_name"] = system_name(row.get("system_name"), row["name"], "feature")
    if owner is None:
        row["scope"] = "AccountPlan"
    _check(call, row, None)
    return Item("feature", render(call.tenant, call.tenant.insert("feature", **row)))


def update(call: Call) -> Item:
    """Change a feature: unlike elsewhere the system name and the scope can be changed too."""
    row, values = _one(call), _values(call)
    if row["service_id"] is None:
        values.pop("scope", None)
    _check(call, {**row, **values}, row["id"])
    return Item("feature", render(call.tenant, call.tenant.change("feature", row, **values)))


def delete(call: Call) -> Nothing:
    """Remove a feature from the product and from its plans."""
    row, store = _one(call), call.tenant.store
    for attached in store.rows("plan_feature", feature_id=row["id"]):
        store.delete("plan_feature", attached["id"])
    store.delete("feature", row["id"])
    return Nothing()


def _plan(kind: str, call: Call) -> Row:
    plan = call.row("plan", f"{kind}_id", type=kind)
    if kind != ACCOUNT and call.tenant.store.row("service", plan["issuer_id"])["state"] == "deleted":
        raise NotFound
    return plan


def index_of_plan(kind: str, call: Call) -> Listing:
    """The features attached to a plan."""
    store = call.tenant.store
    attached = store.rows("plan_feature", plan_id=_plan(kind, call)["id"])
    rows = [store.row("feature", item["feature_id"]) for item in attached]
    return Listing("features", "feature", [render(call.tenant, row) for row in rows])


def attach(kind: str, call: Call) -> Item:
    """Give the plan a feature of its product (or tenant); the answer is the feature."""
    store, plan = call.tenant.store, _plan(kind, call)
    feature = store.find("feature", integer(call.fields.get("feature_id")))
    issuer = PROVIDER if feature is None or feature["service_id"] is None else feature["service_id"]
    if feature is None or (feature["service_id"] is None) != (kind == ACCOUNT) or issuer != plan["issuer_id"]:
        raise NotFound
    if SCOPES[feature["scope"]] != kind:
        raise Invalid({"plan_type": ["mismatch"]})
    if store.first("plan_feature", plan_id=plan["id"], feature_id=feature["id"]) is not None:
        raise Refusal(409, None)
    store.insert("plan_feature", plan_id=plan["id"], feature_id=feature["id"])
    return Item("feature", render(call.tenant, feature))


def detach(kind: str, call: Call) -> Nothing:
    """Take the feature from the plan; the feature stays."""
    store = call.tenant.store
    attached = store.first("plan_feature", plan_id=_plan(kind, call)["id"], feature_id=call.number())
    if attached is None:
        raise NotFound
    store.delete("plan_feature", attached["id"])
    return Nothing()


def _of_owner(path: str) -> tuple[Operation, ...]:
    one, fields = f"{path}/{{id}}", (*_TEXTS, "visible")
    return (
        Operation("GET", path, index),
        Operation("POST", path, create, "feature", fields),
        Operation("GET", one, show),
        Operation("PUT", one, update, "feature", fields),
        Operation("DELETE", one, delete),
    )


def _of_plan(kind: str) -> tuple[Operation, ...]:
    path = f"/admin/api/{kind}s/{{{kind}_id}}/features"
    return (
        Operation("GET", path, partial(index_of_plan, kind)),
        Operation("POST", path, partial(attach, kind), fields=("feature_id",)),
        Operation("DELETE", f"{path}/{{id}}", partial(detach, kind)),
    )


OPERATIONS = (
    *_of_owner("/admin/api/services/{service_id}/features"),
    *_of_owner("/admin/api/features"),
    *(operation for kind in (APPLICATION, SERVICE, ACCOUNT) for operation in _of_plan(kind)),
)
