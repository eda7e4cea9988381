"""The models of a deployed example stack, called through its gateway with an application's key."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import requests

from tests.example_stacks.deployed import Deployment

_SECONDS = 60.0
_LIVE_SECONDS = 120.0
"""How long a gateway of the sandbox takes at most until it has read a configuration."""
_NOT_YET = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.SERVICE_UNAVAILABLE})
"""What a gateway answers that has not read the configuration, or the application, yet."""

_DEVELOPER = "somebody"
_TEXT = "A question of a developer."

CALLS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "chat-completions": ("/v1/chat/completions", {"max_tokens": 8, "messages": [{"role": "user", "content": _TEXT}]}),
    "embeddings": ("/v1/embeddings", {"input": [_TEXT]}),
    "embed": ("/embed", {"inputs": [_TEXT]}),
    "convert-source": ("/v1/convert/source", {"sources": [{"kind": "http", "url": "https://example.com/a.pdf"}]}),
    "generate": ("/generate", {"prompt": _TEXT}),
    "judge": ("/v1/models/{model}:predict", {"instances": [{"image": {"b64": ""}}]}),
}
"""What is asked of a model, by the first of these operations that it offers: path and body."""

_ANSWERS = ("choices", "data", "document", "job_id", "predictions")
"""What one of them holds; the embeddings of `/embed` are a plain list."""


@dataclass(frozen=True)
class Portal:
    """3scale's Admin API, as a person with the first administrator's token uses it."""

    deployment: Deployment
    url: str
    """The admin portal."""

    def send(self, method: str, url: str, **options: Any) -> requests.Response:  # noqa: ANN401 - requests' own
        """A request through the router, whose authority is known."""
        endpoints = self.deployment.platform.endpoints
        return requests.request(
            method,
            url,
            proxies={"https": endpoints["proxy"]},
            verify=endpoints["ca_file"],
            timeout=_SECONDS,
            **options,
        )

    def call(self, method: str, path: str, **fields: object) -> Any:  # noqa: ANN401 - JSON
        """One call of the Admin API."""
        token = self.deployment.secrets()["threescaleSeedToken"]
        url = f"{self.url}/admin/api/{path}.json"
        answer = self.send(method, url, json=fields or None, auth=("", token))
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None


def call_models(deployment: Deployment) -> dict[str, str]:
    """Call every model of the stack once, as a developer of its own who signs up for all of them.

    Returns the operation that answered, by the name of the model. The developer is removed again.

    Raises:
        AssertionError: One did not answer as it must.
    """
    outputs = deployment.platform.outputs()
    portal = Portal(deployment, outputs["threescale_admin_url"])
    account = _signed_up(portal)
    try:
        return {
            model["name"]: _called(portal, model, _key(portal, account, _plan(deployment, model)), outputs)
            for model in outputs["models"]
        }
    finally:
        portal.call("DELETE", f"accounts/{account}")


def _signed_up(portal: Portal) -> int:
    made = portal.call(
        "POST",
        "signup",
        org_name=_DEVELOPER,
        username=_DEVELOPER,
        email=f"{_DEVELOPER}@example.com",
        password="canary-of-somebody-1",
    )["account"]
    if made["state"] != "approved":
        portal.call("PUT", f"accounts/{made['id']}/approve")
    return int(made["id"])


def _plan(deployment: Deployment, model: Mapping[str, Any]) -> str:
    """The id of a plan that nobody has to approve."""
    plans = deployment.example.config["plans"]
    return next(str(id_) for name, id_ in model["plan_ids"].items() if not plans[name].get("approvalRequired"))


def _key(portal: Portal, account: int, plan: str) -> str:
    fields = {"plan_id": plan, "name": f"plan {plan}", "description": "A call of a test"}
    made = portal.call("POST", f"accounts/{account}/applications", **fields)
    return str(made["application"]["user_key"])


def _called(portal: Portal, model: Mapping[str, Any], key: str, outputs: Mapping[str, Any]) -> str:
    """The operation that answered."""
    operation = next(name for name in CALLS if name in model["operations"])
    path, body = CALLS[operation]
    served = model["served_model_name"]
    promoted = outputs["proxy_versions"][model["system_name"]]["production"]
    base = (model["production_url"] if promoted else model["staging_url"]).rstrip("/")
    url, asked = base + path.format(model=served), {"model": served, **body}
    headers = {"Authorization": f"Bearer {key}"}
    deadline = time.monotonic() + _LIVE_SECONDS
    while (answer := portal.send("POST", url, json=asked, headers=headers)).status_code in _NOT_YET:
        assert time.monotonic() < deadline, f"{url}: {answer.status_code} {answer.text}"
        time.sleep(0.5)  # the gateway gives no sign when it has read its configuration
    assert answer.status_code == HTTPStatus.OK, f"{url}: {answer.status_code} {answer.text}"
    found = answer.json()
    assert found if isinstance(found, list) else any(found.get(name) for name in _ANSWERS), found
    refused = portal.send("POST", url, json=asked, headers={"Authorization": "Bearer nobody"})
    assert refused.status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}, refused.text
    return operation
