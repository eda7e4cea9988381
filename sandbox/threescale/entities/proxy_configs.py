"""Saved gateway configurations: reading, promoting, and the two endpoints gateways poll.

porta, app/controllers/admin/api/services/proxy/configs_controller.rb, admin/api/account/proxy_configs_controller.rb,
master/api/proxy/configs_controller.rb. Refuses: an unknown environment, a version that production already has.
"""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING

from sandbox.threescale import deployment
from sandbox.threescale.operation import Answer, Call, Item, Json, Listing, Operation, Text
from sandbox.threescale.refusals import TAKEN, Invalid, MissingParameter, NotFound, Said
from sandbox.threescale.tenant import digest

if TYPE_CHECKING:
    from sandbox.threescale.store import Row

_ENVIRONMENTS = {"sandbox": "sandbox", "staging": "sandbox", "production": "production"}


def render(row: Row) -> Json:
    """A configuration as the API shows it."""
    return {name: row[name] for name in ("id", "version", "environment", "content")}


def _environment(call: Call, status: int = 400) -> str:
    name = _ENVIRONMENTS.get(call.path["environment"])
    if name is None:
        raise Said(status, "invalid environment")
    return name


def index(call: Call) -> Listing:
    """All versions of one product in one environment."""
    environment, product = _environment(call), call.product()
    rows = call.tenant.store.rows("proxy_config", service_id=product["id"], environment=environment)
    return Listing("proxy_configs", "proxy_config", [render(row) for row in rows])


def latest(call: Call) -> Item:
    """The version that is in force."""
    environment, product = _environment(call), call.product()
    row = deployment.latest(call.tenant, product["id"], environment)
    if row is None:
        raise NotFound
    return Item("proxy_config", render(row))


def show(call: Call) -> Item:
    """One version."""
    return Item("proxy_config", render(_version(call, _environment(call))))


def _version(call: Call, environment: str) -> Row:
    product, version = call.product(), call.number("version")
    row = call.tenant.store.first("proxy_config", service_id=product["id"], environment=environment, version=version)
    if row is None:
        raise NotFound
    return row


def promote(call: Call) -> Item:
    """Copy a version, number and content, into another environment."""
    row = _version(call, _environment(call))
    target = call.fields.get("to")
    if not target:
        raise MissingParameter("to")
    if target not in ("sandbox", "production"):
        raise Invalid({"environment": ["is not included in the list"]})
    store = call.tenant.store
    same = {"proxy_id": row["proxy_id"], "environment": target, "version": row["version"]}
    if store.first("proxy_config", **same) is not None:
        raise Invalid({"version": [TAKEN]})
    copy = {name: row[name] for name in ("service_id", "content", "hosts")}
    user = call.user["id"] if call.user else None
    return Item("proxy_config", render(call.tenant.insert("proxy_config", **same, **copy, user_id=user)))


def _in_force(call: Call, environment: str) -> list[Row]:
    host = call.params.get("host")
    newest = (deployment.latest(call.tenant, product["id"], environment) for product in call.tenant.products())
    return [row for row in newest if row is not None and (not host or host in row["hosts"])]


def by_host(call: Call) -> Item:
    """The configuration in force that serves a host."""
    rows = _in_force(call, _environment(call))
    if not rows:
        raise NotFound
    return Item("proxy_config", render(rows[0]))


def account_index(call: Call) -> Listing:
    """What a self-managed gateway polls: the tenant's configurations, by host and version, in pages."""
    environment = _environment(call, 422)
    version = call.params.get("version")
    if version == "latest":
        rows = _in_force(call, environment)
    else:
        alive = {product["id"] for product in call.tenant.products()}
        rows = [
            row
            for row in call.tenant.store.rows("proxy_config", environment=environment)
            if row["service_id"] in alive and version in (None, "", str(row["version"]))
        ]
        host = call.params.get("host")
        rows = [row for row in rows if not host or host in row["hosts"]]
    shown, metadata = call.page(rows)
    return Listing("proxy_configs", "proxy_config", [render(row) for row in shown], metadata)


def master_index(call: Call) -> Answer:
    """What the operator's gateways poll on the master portal; a bad token is 401 here, with a bare word."""
    options = call.tenant.options
    scheme, _, encoded = str(call.params.get("authorization", "")).partition(" ")
    given = call.params.get("access_token")
    if not given and scheme.lower() == "basic":
        user, _, password = b64decode(encoded).decode().partition(":")
        given = user or password
    tenant_token = call.tenant.store.first("access_token", digest=digest(str(given)))
    if not given or (given != options.apicast_token if options.apicast_token else tenant_token is None):
        return Text(401, "text/plain; charset=utf-8", "unauthorized")
    rows = _in_force(call, _environment(call))
    return Listing("proxy_configs", "proxy_config", [render(row) for row in rows])


_PATH = "/admin/api/services/{service_id}/proxy/configs/{environment}"
OPERATIONS = (
    Operation("GET", _PATH, index, json_only=True),
    Operation("GET", f"{_PATH}/latest", latest, json_only=True),
    Operation("GET", f"{_PATH}/{{version}}", show, json_only=True),
    Operation("POST", f"{_PATH}/{{version}}/promote", promote, fields=("to",), json_only=True),
    Operation("GET", "/admin/api/services/proxy/configs/{environment}", by_host, json_only=True),
    Operation("GET", "/admin/api/account/proxy_configs/{environment}", account_index, json_default=True),
    Operation("GET", "/master/api/proxy/configs/{environment}", master_index, json_only=True),
)
