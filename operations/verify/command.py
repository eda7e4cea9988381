"""`verify`: call every model through the gateway as an application does, then read the token counts from 3scale.

The proof that the platform does its job: models listed, a completion in one piece and one as a stream, and the tokens
of exactly these calls found in 3scale's counters.
"""

import json
import os
from collections.abc import Mapping
from typing import Any

from components.config.namespaces import Namespaces
from operations import cluster, secret
from operations.errors import OperationError
from operations.stack import Stack
from operations.verify.counters import Counters
from operations.verify.gateway import Gateway
from operations.verify.pasted import Entry, addresses, curl


def _access_token(stack: Stack) -> str:
    """The token that reads the counters: `threescaleAccessToken`, by default the seed token.

    Raises:
        OperationError: Neither is set.
    """
    token = stack.config("threescaleAccessToken") or stack.config("threescaleSeedToken")
    if token is None:
        message = (
            f"asked for the 3scale token of stack {stack.name}: neither threescaleAccessToken nor threescaleSeedToken "
            f"is set; make one with `python3 -m toolchain secrets {stack.name}`"
        )
        raise OperationError(message)
    return token


def _called(model: Mapping[str, Any], key: str, counters: Counters) -> None:
    """List, complete, stream and count; prints one line per step, and more while it waits.

    Raises:
        OperationError: A step did not answer as it must.
    """
    gateway, name = Gateway(model["production_url"], key), str(model["served_model_name"])
    listed = gateway.listed()
    if name not in listed:
        raise OperationError(
            f"asked {model['production_url']} for model {name}; it lists {', '.join(listed) or 'none'}"
        )
    print(f"{name}: GET /v1/models lists it")
    before = counters.total()
    plain, stream = gateway.completed(name), gateway.streamed(name)
    print(f"{name}: chat completion {plain} tokens, streamed {stream} tokens")
    counted = counters.risen(before, plain + stream) - before
    print(f"{name}: 3scale counted {counted} tokens for the two calls")


def _namespaces(stack: Stack) -> Namespaces:
    """The namespaces of the stack's configuration.

    Raises:
        OperationError: It holds no such section.
    """
    try:
        return Namespaces.model_validate(json.loads(stack.config("namespaces") or "{}"))
    except ValueError:  # of JSON and of pydantic
        message = (
            f"asked for the namespaces of stack {stack.name}: maas:namespaces of its file is no valid section; "
            "`pulumi preview` names the field; correct it"
        )
        raise OperationError(message) from None


def main(name: str) -> int:
    """Call every model that has a test application, then print how to do it by hand and where to look; returns 0.

    Raises:
        OperationError: The stack has no test application, or a call failed.
    """
    stack = Stack(name=name)
    outputs = stack.outputs()
    models = {model["system_name"]: model for model in outputs.get("models") or []}
    references: Mapping[str, Mapping[str, str]] = outputs.get("test_application_keys") or {}
    if not models or not references:
        message = (
            f"asked to verify stack {name}: it has {len(models)} models and {len(references)} test applications, "
            "one of each is needed; add a consumers account with an application, then run `pulumi up`"
        )
        raise OperationError(message)
    token, access = _access_token(stack), cluster.of(stack)
    live, lines = cluster.connect(access), []
    for reference in references.values():
        model = models[reference["model"]]
        entry = Entry(namespace=reference["namespace"], name=reference["name"], key=reference["key"])
        key = secret.value(live, f"{entry.namespace}/{entry.name}", entry.key)
        _called(model, key, Counters(outputs["threescale_admin_url"], token, model["system_name"]))
        lines.append(curl(model, entry, access, os.environ))
    print("\nTry it:", *lines, "", *addresses(outputs, _namespaces(stack), access), sep="\n")
    return 0
