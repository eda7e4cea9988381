"""One model's API as an OpenAPI 3.0 document, the page that developers see; pure.

The portal's application page takes the address of the model from it: 3scale fills no placeholder, so the server is the
real one. Only what passes the gateway is in it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from components.config import Settings
from components.config.hosts import gateway_url
from components.model_api.definition import ApiDefinition
from components.model_api.openapi_schemas import FILES, JSON, KNOWN, SCHEMAS, STREAMED, reference

VERSION = "3.0.3"
"""3scale 2.15 validates 3.0 (porta, app/models/api_docs/service.rb)."""

_SERVERS_OWN_RULE = "GET /"
_BODIES = frozenset({"POST", "PUT", "PATCH"})
_SECURITY = "key"


def openapi_document(settings: Settings, key: str, api: ApiDefinition) -> dict[str, Any]:
    """The document of model `key`, whose API is `api`."""
    paths = _paths(api)
    model = {"type": "string", "example": settings.served_model_name(key)}
    schemas = {**SCHEMAS, "Model": model}
    return {
        "openapi": VERSION,
        "info": {"title": api.product["name"], "description": _description(settings, key), "version": "1"},
        "servers": [{"url": gateway_url(settings, key, "production")}],
        "security": [{_SECURITY: []}],
        "paths": paths,
        "components": {
            "securitySchemes": {_SECURITY: _scheme(api.product)},
            "schemas": {name: schemas[name] for name in sorted(_used(paths, schemas))},
        },
    }


def _description(settings: Settings, key: str) -> str:
    length = settings.models[key].max_model_len
    context = f"The longest context is {length} tokens, prompt and answer together." if length else ""
    return " ".join(text for text in (settings.models[key].description, context) if text)


def _scheme(product: Mapping[str, Any]) -> dict[str, str]:
    """How a request carries the key."""
    location = product["credentials_location"]
    if location == "authorization":
        return {"type": "http", "scheme": "bearer"}
    return {"type": "apiKey", "name": product["auth_user_key"], "in": {"headers": "header"}.get(location, location)}


def _paths(api: ApiDefinition) -> dict[str, Any]:
    """Operations by path and method, in the order of the rules; of two rules for one request the first."""
    paths: dict[str, Any] = {}
    for rule in sorted(api.rules, key=lambda one: (api.rules[one]["position"], one)):
        verb, _, pattern = rule.partition(" ")
        path = pattern.partition("?")[0].removesuffix("$")
        if rule != _SERVERS_OWN_RULE:
            paths.setdefault(path, {}).setdefault(verb.lower(), _operation(f"{verb} {path}", api.rules[rule], api))
    return paths


def _operation(request: str, rule: Mapping[str, Any], api: ApiDefinition) -> dict[str, Any]:
    counted = api.methods.get(rule["metric"]) or api.metrics.get(rule["metric"])
    verb, _, path = request.partition(" ")
    body, answer = KNOWN.get(request, ("Anything" if verb in _BODIES else "", "Anything"))
    operation: dict[str, Any] = {"summary": counted["friendly_name"] if counted else request}
    if request not in KNOWN and counted and counted["description"]:
        operation["description"] = counted["description"]
    if names := re.findall(r"\{([^}]+)\}", path):
        operation["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
        ]
    if body:
        form = "multipart/form-data" if request in FILES else JSON
        operation["requestBody"] = {"required": True, "content": {form: {"schema": reference(body)}}}
    return {**operation, "responses": _responses(request, body, answer)}


def _responses(request: str, body: str, answer: str) -> dict[str, Any]:
    content: dict[str, Any] = {JSON: {"schema": reference(answer)}} if answer else {}
    if request in STREAMED:
        content["text/event-stream"] = {"schema": {"type": "string"}}
    responses: dict[str, Any] = {"200": {"description": "Success", **({"content": content} if content else {})}}
    if body:
        refusal = {JSON: {"schema": reference("ValidationError")}}
        responses["422"] = {"description": "The request is not valid", "content": refusal}
    return responses


def _used(value: Any, schemas: Mapping[str, Any]) -> set[str]:  # noqa: ANN401 - any JSON value
    """Names of the schemas that `value` refers to, directly or through another one."""
    found: set[str] = set()
    waiting = list(_references(value))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _references(schemas[name])
    return found


def _references(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    if isinstance(value, Mapping):
        if "$ref" in value:
            yield value["$ref"].rpartition("/")[2]
        for member in value.values():
            yield from _references(member)
    elif isinstance(value, list):
        for member in value:
            yield from _references(member)
