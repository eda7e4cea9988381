"""When staging has what a product is set to: judged by reading alone."""

from collections.abc import Callable
from typing import Any

import pytest

from dynamic_providers.threescale.gateway_config import STAGING, newest
from dynamic_providers.threescale.policy_chain import PolicyChainProvider
from dynamic_providers.threescale.proxy_promotion import ProxyPromotionProvider
from dynamic_providers.threescale.staged import is_current
from tests.dynamic_providers.threescale.tenant import Tenant

CORS = {"name": "cors", "version": "builtin", "configuration": {"a": None, "b": [1]}, "enabled": True}
OFF = {"name": "soap", "version": "builtin", "configuration": {}, "enabled": False}
APICAST = {"name": "apicast", "version": "builtin", "configuration": {}, "enabled": True}


def deployed(tenant: Tenant) -> str:
    """The id of a product with everything that a configuration is made from, deployed."""
    id_ = tenant.product()
    tenant.api.call("PUT", f"services/{id_}/proxy/policies", {"proxy": {"policies_config": [CORS, OFF, APICAST]}})
    tenant.deploy(id_)
    return id_


def current(tenant: Tenant, id_: str) -> bool:
    staged = newest(tenant.api, id_, STAGING)
    assert staged is not None
    return is_current(tenant.api, id_, staged)


def rule(tenant: Tenant, id_: str) -> str:
    path = f"services/{id_}/proxy/mapping_rules"
    return f"{path}/{next(tenant.api.pages(path, 'mapping_rules'))['id']}"


def backend(tenant: Tenant, id_: str) -> str:
    return f"backend_apis/{next(tenant.api.pages(f'services/{id_}/backend_usages'))['backend_id']}"


def mounted(tenant: Tenant, id_: str) -> None:
    usage = {"backend_api_config": {"backend_api_id": int(tenant.backend()), "path": "/v2"}}
    tenant.api.call("POST", f"services/{id_}/backend_usages", usage)


EDITS: dict[str, Callable[[Tenant, str], Any]] = {
    "a rule": lambda by, id_: by.api.call("PATCH", rule(by, id_), {"mapping_rule": {"delta": 7}}),
    "a rule less": lambda by, id_: by.api.call("DELETE", rule(by, id_)),
    "a name": lambda by, id_: by.api.call("PUT", f"services/{id_}", {"service": {"name": by.unique("Other")}}),
    "a usage rule": lambda by, id_: by.api.call("PUT", f"services/{id_}", {"service": {"buyers_manage_apps": False}}),
    "the upstream": lambda by, id_: by.api.call(
        "PUT", backend(by, id_), {"backend_api": {"private_endpoint": "https://other.example"}}
    ),
    "another backend": mounted,
}
"""What leaves staging behind, by hand."""


def test_what_is_deployed_is_current_and_looking_writes_nothing(tenant: Tenant) -> None:
    id_ = deployed(tenant)
    tenant.clear()
    assert current(tenant, id_)
    assert tenant.writes() == []


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edit_leaves_staging_behind(tenant: Tenant, edit: Callable[[Tenant, str], Any]) -> None:
    id_ = deployed(tenant)
    edit(tenant, id_)
    assert not current(tenant, id_)
    tenant.api.call("POST", f"services/{id_}/proxy/deploy")
    if edit is not mounted:  # the routing policy that 3scale adds then stands in no product
        assert current(tenant, id_)


def test_a_product_that_is_as_declared_is_taken_over_without_a_write(tenant: Tenant) -> None:
    id_ = deployed(tenant)
    tenant.api.call("POST", f"services/{id_}/proxy/configs/sandbox/1/promote", {"to": "production"})
    tenant.clear()
    tenant.host.create(PolicyChainProvider, {"product_id": id_, "policies": [CORS, OFF, APICAST]})
    held = tenant.host.create(ProxyPromotionProvider, {"product_id": id_, "fingerprint": "abc"})
    assert tenant.writes() == []
    assert tenant.host.read(ProxyPromotionProvider, held) == held
