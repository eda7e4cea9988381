"""The Routes: `backend` from the operator, every other one from zync, with generated names and computable hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sandbox.operators.kinds import ROUTE
from sandbox.operators.reconcile import suffix
from sandbox.operators.threescale.workloads import head

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.operators.reconcile import Product, View
    from sandbox.operators.store import Manifest
    from sandbox.operators.threescale.installation import Installation

_CREATED_BY = "3scale.net/created-by"
_SERVICE_ID = "3scale.net/service_id"
_ROUTE_TO = "zync.3scale.net/route-to"
_TENANT_ID = "2"
"""porta's id of the first tenant; 1 is the master's account (porta, db/seeds.rb)."""


def expected_hosts(installation: Installation) -> list[str]:
    """The hosts without which an APIManager is not Available (3scale-operator, defaultRoutesReady).

    The default product's are among them: whoever deletes that product loses Available.
    """
    tenant, domain = installation.tenant, installation.domain
    hosts = [f"backend-{tenant}.{domain}"]
    if installation.zync:
        hosts += [f"api-{tenant}-apicast-{environment}.{domain}" for environment in ("production", "staging")]
        hosts += [f"master.{domain}", f"{tenant}.{domain}", f"{tenant}-admin.{domain}"]
    return hosts


def backend_route(installation: Installation) -> Manifest:
    """The operator's own Route."""
    spec = {
        "host": f"backend-{installation.tenant}.{installation.domain}",
        "to": {"kind": "Service", "name": "backend-listener"},
        "port": {"targetPort": "http"},
        "tls": {"termination": "edge", "insecureEdgeTerminationPolicy": "Allow"},
    }
    return {**head(installation, ROUTE.api_version, ROUTE.kind, "backend"), "spec": spec}


def portal_routes(installation: Installation) -> tuple[Manifest, ...]:
    """The Routes of the master, the admin portal and the developer portal."""
    tenant, domain = installation.tenant, installation.domain
    return (
        _route(installation, "master", f"master.{domain}", "system-master", {"3scale.net/tenant_id": "1"}),
        _route(installation, "provider", f"{tenant}-admin.{domain}", "system-provider", {}),
        _route(installation, "provider", f"{tenant}.{domain}", "system-developer", {}),
    )


def product_routes(installation: Installation, products: Sequence[Product]) -> tuple[Manifest, ...]:
    """Two Routes per product that runs on the hosted gateways."""
    return tuple(
        _route(installation, "api", host, f"apicast-{environment}", {_SERVICE_ID: str(product.id)})
        for product in products
        if product.deployment_option == "hosted"
        for environment, address in sorted(product.endpoints.items())
        if (host := urlsplit(address).hostname)
    )


def stale_routes(installation: Installation, wanted: Sequence[Manifest], view: View) -> tuple[Manifest, ...]:
    """Routes of products that are gone or no longer hosted."""
    names = {route["metadata"]["name"] for route in wanted}
    return tuple(
        route
        for route in view.store.objects(ROUTE, installation.namespace)
        if route["metadata"].get("labels", {}).get(_CREATED_BY) == "zync"
        and _SERVICE_ID in route["metadata"]["labels"]
        and route["metadata"]["name"] not in names
    )


def admitted_hosts(namespace: str, view: View) -> set[str]:
    """The hosts in a namespace that the router serves."""
    return {
        route["spec"]["host"]
        for route in view.store.objects(ROUTE, namespace)
        if any(_admitted(ingress) for ingress in route.get("status", {}).get("ingress", ()))
    }


def _admitted(ingress: Manifest) -> bool:
    return any(c["type"] == "Admitted" and c["status"] == "True" for c in ingress.get("conditions", ()))


def _route(installation: Installation, prefix: str, host: str, service: str, labels: dict[str, str]) -> Manifest:
    name = f"zync-3scale-{prefix}-{suffix(installation.manager['metadata']['uid'], host)}"
    manifest = head(installation, ROUTE.api_version, ROUTE.kind, name)
    manifest["metadata"]["labels"] = {
        _CREATED_BY: "zync",
        "3scale.net/tenant_id": _TENANT_ID,
        _ROUTE_TO: service,
        "zync.3scale.net/ingress": "proxy" if prefix == "api" else "provider",
        **labels,
    }
    manifest["metadata"]["annotations"] = {"zync.3scale.net/host": host}
    spec = {
        "host": host,
        "to": {"kind": "Service", "name": service},
        "port": {"targetPort": "gateway" if prefix == "api" else "http"},
        "tls": {"termination": "edge", "insecureEdgeTerminationPolicy": "Redirect"},
    }
    return {**manifest, "spec": spec}
