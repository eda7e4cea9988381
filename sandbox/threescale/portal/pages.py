"""Plain pages: who is signed in, what there is, and errors."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from sandbox.threescale.entities.cms.served import home_is_stock, served
from sandbox.threescale.operation import Text
from sandbox.threescale.portal.visit import HTML, redirect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.threescale.portal.visit import Visit
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant


def page(title: str, body: str, status: int = 200, *, headers: Mapping[str, str] | None = None) -> Text:
    """A page; `body` is HTML."""
    head = f"<!doctype html><html><head><title>{escape(title)}</title></head>"
    return Text(status, HTML, f"{head}<body><h1>{escape(title)}</h1>{body}</body></html>", headers or {})


def not_found() -> Text:
    """The page for an address that leads nowhere."""
    return page("Not found", "<p>The simulated portal has no such page.</p>", 404)


def home(visit: Visit) -> Text:
    """The product list, and who is signed in; once the home page was changed, that page."""
    tenant = visit.tenant
    if not home_is_stock(tenant):
        return served(tenant, "/") or not_found()
    products = "".join(f"<li>{escape(row['name'])}: {escape(_address(tenant, row))}</li>" for row in tenant.products())
    return page("Developer portal", f"<p>Simulated developer portal.</p><ul>{products}</ul>{_who(visit)}")


def dashboard(visit: Visit) -> Text:
    """What the account may use: only products that it is subscribed to."""
    user = visit.session.user
    if user is None:
        return redirect("/login", visit.session.remember(return_to=visit.address))
    contracts = visit.tenant.store.rows("service_contract", account_id=user["account_id"], state="live")
    subscribed = {contract["service_id"] for contract in contracts}
    names = [row["name"] for row in visit.tenant.products() if row["id"] in subscribed]
    listed = "".join(f"<li>{escape(name)}</li>" for name in names)
    return page("Dashboard", f"<ul>{listed}</ul>{_who(visit)}")


def _who(visit: Visit) -> str:
    user = visit.session.user
    if user is None:
        return "<a href='/login'>Log in</a>"
    account = visit.tenant.store.row("account", user["account_id"])
    signed_in = f"Signed in as {escape(user['username'])} of {escape(account['org_name'])}"
    return f"<p>{signed_in}</p><a href='/logout'>Log out</a>"


def _address(tenant: Tenant, product: Row) -> str:
    return str(tenant.proxy(product["id"])["endpoint"] or "no public address")
