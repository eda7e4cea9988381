"""The emulator as one function from request to answer: host, token, format, parameters, operation, envelope.

No rule about an entity is here; those are in `entities`. The order of the checks follows porta's filters
(app/controllers/admin/api/base_controller.rb).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.threescale import jobs, portal, transactions
from sandbox.threescale.operation import Call, Item, Listing, Nothing, Text
from sandbox.threescale.operations import NOT_IMPLEMENTED, OPERATIONS
from sandbox.threescale.params import body_params, query_params, unwrapped
from sandbox.threescale.refusals import NotFound, NotSimulated, Refusal
from sandbox.threescale.tenant import Tenant, digest
from sandbox.threescale.xml import document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.threescale.operation import Answer, Operation
    from sandbox.threescale.params import Params
    from sandbox.threescale.store import Row

_JSON = "application/json; charset=utf-8"
_XML = "application/xml; charset=utf-8"
_DENIED = {"error": "Access denied"}
_NO_PERMISSION = {"error": "Your access token does not have the correct permissions"}
_ADMIN_ALIASES = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Request:
    """One HTTP request; header names are lower case."""

    method: str
    host: str
    """The Host header, port included."""
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Response:
    """One HTTP answer."""

    status: int
    body: bytes = b""
    content_type: str = _JSON
    headers: Mapping[str, str] = field(default_factory=dict)


def _compiled(operation: tuple[str, str]) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+?)", re.escape(operation[1])) + r"(?P<suffix>\.json|\.xml)?")


def _specific_first(path: str) -> tuple[int, int]:
    return (path.count("{"), -len(path))


class Emulator:
    """One tenant behind its hosts."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self._routes = [
            (operation.method, _compiled((operation.method, operation.path)), operation)
            for operation in sorted(OPERATIONS, key=lambda item: _specific_first(item.path))
        ]
        self._known = [
            (method, _compiled((method, path)), f"{method} {path}")
            for method, _, path in (name.partition(" ") for name in sorted(NOT_IMPLEMENTED, key=_specific_first))
        ]

    def answer(self, request: Request) -> Response:
        """The answer; everything a refused request would have written is undone."""
        jobs.run_due(self.tenant)
        try:
            with self.tenant.store.transaction():
                response = self._by_host(request)
        except Refusal as refusal:
            return _refused(refusal, request.path)
        return Response(response.status, b"", response.content_type) if request.method == "HEAD" else response

    def _by_host(self, request: Request) -> Response:
        host = re.sub(r":\d+$", "", request.host).strip("[]").lower()
        tenant = self.tenant
        internal = host.partition(".")[0]
        if request.path.startswith("/transactions") and (
            host in (*_ADMIN_ALIASES, tenant.backend_domain) or internal in ("backend-listener", "backend")
        ):
            return _text(transactions.answer(tenant, request))
        if host in (*_ADMIN_ALIASES, tenant.admin_domain) or internal in ("system-master", "system-provider"):
            return self._admin(request)
        if host == tenant.portal_domain or internal == "system-developer":
            if request.path.startswith("/admin/api"):
                raise Refusal(403, _DENIED)
            return _text(portal.page(tenant, request.method, request.path, request.query))
        raise Refusal(404, f"No tenant is served on the host {host}", plain=True)

    def _admin(self, request: Request) -> Response:
        if not request.path.startswith(("/admin/api", "/master/api", "/stats", "/api/")):
            return _text(portal.admin_page(self.tenant, request.path))
        operation, path, suffix = self._operation(request)
        if suffix == ".xml" and operation.json_only:
            return Response(406, b"")
        query = query_params(request.query)
        body = body_params(request.headers.get("content-type", ""), request.body)
        user = None if operation.path.startswith("/master") else self._authenticated(request, operation, query, body)
        params: Params = {**query, **body, **path}
        given = unwrapped(operation.wrapper, operation.known, query, body) if operation.wrapper else {**query, **body}
        fields = {name: given[name] for name in operation.fields if name in given}
        params["authorization"] = request.headers.get("authorization", "")
        answer = operation.handler(Call(self.tenant, path, fields, params, user))
        as_xml = suffix == ".xml" or not (suffix or operation.json_only or operation.json_default)
        return _rendered(answer, request.method, as_xml=as_xml, location=self._location(request))

    def _location(self, request: Request) -> str:
        # porta merges the query into the Location of a 201, an access token included (responder.rb).
        query = f"?{request.query}" if request.query else ""
        return f"https://{self.tenant.admin_domain}{re.sub(r'[.](json|xml)$', '', request.path)}{query}"

    def _operation(self, request: Request) -> tuple[Operation, dict[str, str], str]:
        method = "GET" if request.method == "HEAD" else request.method
        for verb, pattern, operation in self._routes:
            match = pattern.fullmatch(request.path) if verb == method else None
            if match:
                path = match.groupdict()
                return operation, path, path.pop("suffix") or ""
        for verb, pattern, name in self._known:
            if verb == method and pattern.fullmatch(request.path):
                raise NotSimulated(name)
        raise NotFound

    def _authenticated(self, request: Request, operation: Operation, query: Params, body: Params) -> Row | None:
        given = (
            body.get("access_token") or query.get("access_token") or _basic(request.headers.get("authorization", ""))
        )
        token = self.tenant.store.first("access_token", digest=digest(str(given))) if given else None
        if token is None or (token.get("expires_at") or "9999") <= self.tenant.now():
            raise Refusal(403, _DENIED)
        if not set(operation.scopes) & set(token["scopes"]):
            raise Refusal(403, _NO_PERMISSION)
        if token["permission"] == "ro" and request.method not in ("GET", "HEAD"):
            raise Refusal(403, _NO_PERMISSION)
        return self.tenant.store.find("user", token["user_id"])


def _basic(header: str) -> str:
    """The first non-empty of user and password; other schemes are not read (app/lib/api_authentication)."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        user, _, password = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return user or password


def _rendered(answer: Answer, method: str, *, as_xml: bool, location: str) -> Response:
    status = 201 if method == "POST" else 200
    if isinstance(answer, Text):
        return _text(answer)
    if isinstance(answer, Nothing):
        return Response(status, b"")
    data: Any
    if isinstance(answer, Item):
        status = answer.status or status
        data = {answer.wrapper: answer.body} if answer.wrapper else answer.body
    else:
        items = [{answer.item: item} if answer.item else item for item in answer.items]
        data = {answer.wrapper: items} if answer.wrapper else items
        if answer.metadata:
            data["metadata"] = answer.metadata
    headers = {}
    if status == 201 and isinstance(answer, Item):  # noqa: PLR2004  # the status itself
        headers["Location"] = _object_location(location, answer)
    if as_xml:
        root = answer.wrapper if isinstance(answer, Listing | Item) and answer.wrapper else "result"
        return Response(status, document(root, data).encode(), _XML, headers)
    return Response(status, json.dumps(data).encode(), _JSON, headers)


def _object_location(collection: str, answer: Item) -> str:
    number = answer.body.get("id") if isinstance(answer.body, dict) else None
    path, mark, query = collection.partition("?")
    return f"{path}/{number}{mark}{query}" if number is not None else collection


def _text(answer: Text) -> Response:
    return Response(answer.status, answer.body.encode(), answer.content_type, answer.headers)


def _refused(refusal: Refusal, path: str) -> Response:
    if refusal.plain:
        kind = "text/plain; charset=utf-8" if refusal.status != 422 else _JSON  # noqa: PLR2004  # §1.3 of porta's wrapper rules
        return Response(refusal.status, str(refusal.body).encode(), kind)
    if refusal.body is None:
        return Response(refusal.status, b"")
    if path.endswith(".xml"):
        return Response(refusal.status, document("errors", refusal.body).encode(), _XML)
    return Response(refusal.status, json.dumps(refusal.body).encode(), _JSON)
