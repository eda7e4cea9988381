"""`verify`: call every model through the gateway as an application does, then read the token counts from 3scale.

The proof that the platform does its job: models listed, a completion in one piece and one as a stream, and the tokens
of exactly these calls found in 3scale's counters.
"""

import base64
import json
import os
import shlex
import sys
from collections.abc import Mapping
from typing import Any

from operations import cluster
from operations.errors import OperationError
from operations.stack import PROJECT, Stack
from operations.verify.counters import Counters
from operations.verify.gateway import Gateway, question


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
    """List, complete, stream and count; prints one line per step.

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


def curl(model: Mapping[str, Any], reference: Mapping[str, str], environment: Mapping[str, str]) -> str:
    """A line to paste: the key is read by `$(…)` when the line runs, so it is on no screen and in no history."""
    network = []
    if proxy := environment.get("HTTPS_PROXY") or environment.get("https_proxy"):
        network += ["--proxy", proxy]
    if authority := environment.get("SSL_CERT_FILE"):
        network += ["--cacert", authority]
    where = ["--kubeconfig", environment["KUBECONFIG"]] if "KUBECONFIG" in environment else []
    secret = [f"{reference['namespace']}/{reference['name']}", reference["key"]]
    reader = shlex.join([sys.executable, "-m", "operations", "secret", *where, *secret])
    bearer = f'"Authorization: Bearer $(cd {shlex.quote(str(PROJECT))} && {reader})"'
    body = shlex.quote(json.dumps(question(str(model["served_model_name"]))))
    url = f"{model['production_url'].rstrip('/')}/v1/chat/completions"
    return (
        f"curl -sS {shlex.join(network)} -H {bearer} -H 'Content-Type: application/json' -d {body} {shlex.quote(url)}"
    )


def main(name: str) -> int:
    """Call every model that has a test application, then print how to do it by hand; returns 0.

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
    token, live = _access_token(stack), cluster.of(stack)
    for reference in references.values():
        model = models[reference["model"]]
        data = live.secret_data(reference["namespace"], reference["name"])
        key = base64.b64decode(data[reference["key"]]).decode()
        _called(model, key, Counters(outputs["threescale_admin_url"], token, model["system_name"]))
        print(f"\nTry it:\n{curl(model, reference, os.environ)}\n")
    return 0
