"""The emulator as one function from request to answer: host, token, format, parameters, operation, envelope.

No rule about an entity is here; those are in `entities`. The order of the checks follows porta's filters
(app/controllers/admin/api/base_controller.rb).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from sandbox.threescale import jobs, portal, transactions
from sandbox.threescale.fixture import SAMPLE_DATA
from sandbox.threescale.operation import Call, Item, Listing, Nothing, Text
from sandbox.threescale.operations import NOT_IMPLEMENTED, OPERATIONS
from sandbox.threescale.params import body_params, query_params, unwrapped
from sandbox.threescale.refusals import NotFound, NotSimulated, Refusal
from sandbox.threescale.tenant import Tenant, digest
from sandbox.threescale.xml import document, sentences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.threescale.operation import Answer, Operation
    from sandbox.threescale.params import Params
    from sandbox.threescale.portal.realm import Exchange, Failed, Profile
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
    profile: Profile | Failed | None = None
    """What a realm said about the visitor, when the server asked it beforehand (`Emulator.exchange`)."""


@dataclass(frozen=True)
class Response:
    """One HTTP answer."""

    status: int
    body: bytes = b""
    content_type: str = _JSON
    headers: Mapping[str, str] = field(default_factory=dict)


@cache
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
            return _refused(refusal, as_xml=self._wants_xml(request))
        response = _conditional(response, request)
        return replace(response, body=b"") if request.method == "HEAD" else response

    def _wants_xml(self, request: Request) -> bool:
        """Whether a refusal is told in XML: asked for by the suffix, or by the route when there is no suffix."""
        if request.path.endswith((".xml", ".json")):
            return request.path.endswith(".xml")
        routes = (route for route in self._routes if route[0] == request.method)
        operation = next((operation for _, pattern, operation in routes if pattern.fullmatch(request.path)), None)
        return operation is not None and not (operation.json_only or operation.json_default)

    def exchange(self, request: Request) -> Exchange | None:
        """What a realm has to be asked before this request can be answered."""
        return portal.exchange(self.tenant, request) if self._is_portal(_hostname(request)) else None

    def _is_portal(self, host: str) -> bool:
        return host == self.tenant.portal_domain or host.partition(".")[0] == "system-developer"

    def _by_host(self, request: Request) -> Response:
        host = _hostname(request)
        tenant = self.tenant
        internal = host.partition(".")[0]
        if request.path.startswith("/transactions") and (
            host in (*_ADMIN_ALIASES, tenant.backend_domain) or internal in ("backend-listener", "backend")
        ):
            return _text(transactions.answer(tenant, request))
        if host in (*_ADMIN_ALIASES, tenant.admin_domain) or internal in ("system-master", "system-provider"):
            return self._admin(request)
        if self._is_portal(host):
            if request.path.startswith("/admin/api"):
                raise Refusal(403, _DENIED)
            return _text(portal.answer(tenant, request))
        raise Refusal(404, f"No tenant is served on the host {host}", plain=True)

    def _admin(self, request: Request) -> Response:
        if not request.path.startswith(("/admin/api", "/master/api", "/stats", "/api/")):
            return _text(portal.admin_page(self.tenant, request.path))
        if self.tenant.options.sample_data_status and self.tenant.store.first("job", job=SAMPLE_DATA):
            raise Refusal(self.tenant.options.sample_data_status, None)
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
        answer = operation.handler(Call(self.tenant, path, fields, params, user, body))
        as_xml = suffix == ".xml" or not (suffix or operation.json_only or operation.json_default)
        return _rendered(answer, request.method, as_xml=as_xml, location=self._location(request))

    def _location(self, request: Request) -> str:
        # porta merges the query into the Location of a 201, an access token included (responder.rb).
        query = f"?{request.query}" if request.query else ""
        return f"https://{self.tenant.admin_domain}{re.sub(r'[.](json|xml)$', '', request.path)}{query}"

    def operation_name(self, method: str, path: str) -> str:
        """Method and path as the operations are named, `GET /admin/api/services/{id}`; empty when there is none."""
        for verb, pattern, operation in self._routes:
            if verb == method and pattern.fullmatch(path):
                return str(operation.name)
        bare = f"{method} {path.removesuffix('.xml')}"
        return bare if bare in transactions.CALLS else ""

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
        scopes = (*operation.scopes, *(operation.newer_scopes if self.tenant.at_least("2.16") else ()))
        if not set(scopes) & set(token["scopes"]):
            raise Refusal(403, _NO_PERMISSION)
        if token["permission"] == "ro" and request.method not in ("GET", "HEAD"):
            raise Refusal(403, _NO_PERMISSION)
        return self.tenant.store.find("user", token["user_id"])


def _hostname(request: Request) -> str:
    return re.sub(r":\d+$", "", request.host).strip("[]").lower()


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
        if answer.metadata and not as_xml:
            data["metadata"] = answer.metadata
    headers = {}
    if status == 201 and isinstance(answer, Item):  # noqa: PLR2004  # the status itself
        headers["Location"] = _object_location(location, answer)
    if as_xml:
        root = answer.wrapper if isinstance(answer, Listing | Item) and answer.wrapper else "result"
        pages = answer.metadata if isinstance(answer, Listing) else None
        return Response(status, document(root, data, pages or {}).encode(), _XML, headers)
    return Response(status, json.dumps(data).encode(), _JSON, headers)


def _object_location(collection: str, answer: Item) -> str:
    number = answer.body.get("id") if isinstance(answer.body, dict) else None
    path, mark, query = collection.partition("?")
    return f"{path}/{number}{mark}{query}" if number is not None else collection


def _text(answer: Text) -> Response:
    return Response(answer.status, answer.data or answer.body.encode(), answer.content_type, answer.headers)


def _conditional(response: Response, request: Request) -> Response:
    """The answer with its tag, or 304 when the client has it already (Rack::ETag, Rack::ConditionalGet)."""
    if request.method not in ("GET", "HEAD") or response.status != 200 or not response.body:  # noqa: PLR2004  # the status itself
        return response
    if response.content_type not in (_JSON, _XML):
        return response
    tag = f'W/"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    if request.headers.get("if-none-match") == tag:
        return Response(304, b"", response.content_type, {"ETag": tag})
    return replace(response, headers={**response.headers, "ETag": tag})


def _refused(refusal: Refusal, *, as_xml: bool) -> Response:
    if refusal.plain:
        kind = "text/plain; charset=utf-8" if refusal.status != 422 else _JSON  # noqa: PLR2004  # §1.3 of porta's wrapper rules
        return Response(refusal.status, str(refusal.body).encode(), kind)
    if refusal.body is None:
        return Response(refusal.status, b"")
    if as_xml:
        return Response(refusal.status, sentences(refusal.body).encode(), _XML)
    return Response(refusal.status, json.dumps(refusal.body).encode(), _JSON)
