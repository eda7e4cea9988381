"""The policy chain of a product: porta, admin/api/services/proxy/policies_controller.rb, Proxy::PoliciesConfig.

Names and configurations are not checked against anything; `apicast` is appended when it is missing. Refuses: a chain
that is no list, items without name or version, a configuration that is no object, more than 2 MiB.
"""

from __future__ import annotations

import json
from typing import Any

from sandbox.threescale import deployment
from sandbox.threescale.entities.proxies import APICAST
from sandbox.threescale.operation import Call, Item, Operation
from sandbox.threescale.refusals import BLANK, Invalid, Refusal

_KEYS = ("name", "version", "configuration", "enabled")
_FORMAT = 'has invalid format. The Correct format is: [{ "name": "apicast"... }]'


def show(call: Call) -> Item:
    """The chain in order of execution."""
    return Item("policies_config", call.tenant.proxy(call.product()["id"])["policies_config"])


def update(call: Call) -> Item:
    """Replace the chain and write a staging configuration."""
    tenant, product = call.tenant, call.product()
    chain = _normalized(call.fields.get("policies_config"))
    proxy = tenant.proxy(product["id"])
    if chain != proxy["policies_config"]:
        tenant.change("proxy", proxy, policies_config=chain, lock_version=proxy["lock_version"] + 1)
        tenant.touch("service", product["id"])
    deployment.deploy(tenant, product["id"], call.user)
    return Item("policies_config", chain)


def _normalized(given: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # whatever a client sends
    items = _list(given)
    chain = [{key: item[key] for key in _KEYS if item.get(key) is not None} for item in items]
    problems = [_problems(item) for item in chain]
    if any(problems):
        shown = [{**item, "errors": errors} if errors else item for item, errors in zip(chain, problems, strict=True)]
        raise Refusal(422, {"policies_config": shown})
    if not any(item["name"] == "apicast" for item in chain):
        chain.append(dict(APICAST))
    if len(json.dumps(chain)) > deployment.MOST_BYTES:
        raise Invalid({"policies_config": [f"is too long (maximum is {deployment.MOST_BYTES} characters)"]})
    return chain


def _list(given: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # whatever a client sends
    if isinstance(given, str):
        try:
            given = json.loads(given) if given.strip() else []
        except ValueError:
            raise Invalid({"policies_config": [_FORMAT]}) from None
    given = given or []
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise Invalid({"policies_config": [_FORMAT]})
    return given


def _problems(item: dict[str, Any]) -> dict[str, list[str]]:
    blank = [name for name in ("name", "version") if not str(item.get(name) or "").strip()]
    if not isinstance(item.get("configuration"), dict):
        blank.append("configuration")
    return {name: [BLANK] for name in blank}


_PATH = "/admin/api/services/{service_id}/proxy/policies"
_NEWER = ("policy_registry",)
OPERATIONS = (
    Operation("GET", _PATH, show, json_only=True, newer_scopes=_NEWER),
    Operation("PUT", _PATH, update, "proxy", ("policies_config",), json_only=True, newer_scopes=_NEWER),
)
