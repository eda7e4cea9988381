"""The API server: requests on objects of any kind, discovery on demand, and the client's rate limit."""

from __future__ import annotations

import http
import json
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import urllib3

from toolchain.stand_ins.kubernetes import objects
from toolchain.stand_ins.kubernetes.errors import ApiError, CallError, NoMatch

if TYPE_CHECKING:
    from kubernetes.client import ApiClient

    from toolchain.stand_ins.kubernetes.settings import ClientLimits
    from toolchain.stand_ins.kubernetes.values import Tree, Value

CREATE_MANAGER = "pulumi-kubernetes"
"""The field manager of plain creates; updates use the resource's own one."""

FIRST_CONTACT_SECONDS = 32.0
"""How long the first request may take before the cluster counts as unreachable (client-go, discovery)."""

OLDEST_VERSION = (1, 13)
"""The oldest server that the official plugin talks to."""


@dataclass(frozen=True)
class ApiKind:
    """How the API server calls a kind in its paths."""

    prefix: str
    """`/api/v1` or `/apis/<group>/<version>`."""
    plural: str
    namespaced: bool


@dataclass(frozen=True)
class Place:
    """Where one object lives."""

    kind: ApiKind
    namespace: str
    name: str

    @property
    def collection(self) -> str:
        """The path of all objects of the kind in the namespace."""
        scope = f"/namespaces/{quote(self.namespace, safe='')}" if self.kind.namespaced else ""
        return f"{self.kind.prefix}{scope}/{self.kind.plural}"

    @property
    def path(self) -> str:
        """The path of the object."""
        return f"{self.collection}/{quote(self.name, safe='')}"


class Throttle:
    """A token bucket: `burst` requests at once, `qps` a second on average."""

    def __init__(self, qps: float, burst: int) -> None:
        self._qps, self._burst = max(qps, 0.001), max(burst, 1)
        self._tokens, self._filled = float(self._burst), time.monotonic()
        self._lock = threading.Lock()

    def pause_seconds(self) -> float:
        """Take one token; how long the request has to wait until it is there."""
        with self._lock:
            now = time.monotonic()
            self._tokens = min(self._burst, self._tokens + (now - self._filled) * self._qps)
            self._filled = now
            self._tokens -= 1
            return max(0.0, -self._tokens / self._qps)


class Cluster:
    """One API server."""

    def __init__(self, client: ApiClient, limits: ClientLimits) -> None:
        self._client = client
        self._timeout = limits.timeout_seconds
        self._throttle = Throttle(limits.qps, limits.burst)
        self._never = threading.Event()
        self._kinds: dict[str, dict[str, ApiKind]] = {}
        self._kinds_lock = threading.Lock()

    def greet(self) -> None:
        """The first contact.

        Raises:
            ApiError: The server refused.
            CallError: It cannot be reached, or is too old.
        """
        version = self._request("GET", "/version", timeout=self._timeout or FIRST_CONTACT_SECONDS)
        digits = ["".join(filter(str.isdigit, objects.text(version, part))) for part in ("major", "minor")]
        if all(digits) and (int(digits[0]), int(digits[1])) < OLDEST_VERSION:
            raise CallError(f"minimum supported cluster version is v1.13. found v{digits[0]}.{digits[1]}")
        self._discovered("v1")

    # --- kinds -------------------------------------------------------------------------------------------------------

    def kind(self, api_version: str, kind: str) -> ApiKind | None:
        """How the server calls the kind, `None` when it does not serve it.

        An answer is kept; a kind that was missing is asked for again, because its CRD may have come meanwhile.
        """
        with self._kinds_lock:
            known = self._kinds.get(api_version, {}).get(kind)
        return known or self._discovered(api_version).get(kind)

    def _discovered(self, api_version: str) -> dict[str, ApiKind]:
        prefix = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        try:
            listed = self._request("GET", prefix)
        except ApiError as error:
            if not error.is_not_found:
                raise
            listed = {}
        kinds = {
            objects.text(entry, "kind"): ApiKind(prefix, objects.text(entry, "name"), entry.get("namespaced") is True)
            for entry in objects.items(listed, "resources")
            if "/" not in objects.text(entry, "name")
        }
        with self._kinds_lock:
            self._kinds[api_version] = kinds
        return kinds

    def forget_kinds(self) -> None:
        """Ask for every kind again: the CRDs have changed."""
        with self._kinds_lock:
            self._kinds.clear()

    def place(self, obj: Tree, name: str = "") -> Place:
        """Where the object lives; the name overrides the object's own.

        Raises:
            NoMatch: The server does not serve the object's kind.
        """
        api_version, kind = objects.text(obj, "apiVersion"), objects.text(obj, "kind")
        found = self.kind(api_version, kind)
        if found is None:
            raise NoMatch(api_version, kind)
        namespace = (objects.namespace(obj) or "default") if found.namespaced else ""
        return Place(found, namespace, name or objects.name(obj))

    # --- objects -----------------------------------------------------------------------------------------------------

    def get(self, place: Place) -> Tree:
        """The object."""
        return self._request("GET", place.path)

    def poll(self, place: Place) -> Tree | None:
        """The object, `None` when it is gone; does not count against the rate limit, as a watch would not."""
        try:
            return self._request("GET", place.path, throttled=False)
        except ApiError as error:
            if error.is_not_found:
                return None
            raise

    def poll_all(self, api_version: str, kind: str, namespace: str, selector: str = "") -> list[Tree]:
        """The objects of a kind in a namespace, all of them or those with the labels; outside the rate limit."""
        found = self.kind(api_version, kind)
        if found is None:
            return []
        query = [("labelSelector", selector)] if selector else []
        listed = self._request("GET", Place(found, namespace, "").collection, query=query, throttled=False)
        return objects.items(listed, "items")

    def create(self, obj: Tree, *, dry_run: bool) -> Tree:
        """The object as created by a plain POST, or as it would be."""
        query = [("fieldManager", CREATE_MANAGER), *_dry_run(dry_run)]
        return self._request("POST", self.place(obj).collection, query=query, body=obj)

    def apply(self, obj: Tree, manager: str, *, force: bool, dry_run: bool) -> Tree:
        """The object after a server-side apply of the given fields by the manager."""
        query = [("fieldManager", manager), ("force", str(force).lower()), *_dry_run(dry_run)]
        path = self.place(obj).path
        return self._request("PATCH", path, query=query, body=obj, content_type="application/apply-patch+yaml")

    def json_patch(self, place: Place, steps: list[Tree]) -> Tree:
        """The object after a JSON patch."""
        return self._request("PATCH", place.path, body=steps, content_type="application/json-patch+json")

    def replace(self, obj: Tree, *, dry_run: bool) -> Tree:
        """The object after a PUT."""
        query = [("fieldManager", CREATE_MANAGER), *_dry_run(dry_run)]
        return self._request("PUT", self.place(obj).path, query=query, body=obj)

    def delete(self, place: Place, policy: str) -> None:
        """Ask for the object's deletion with a propagation policy (`Foreground`, `Background`, `Orphan`)."""
        body = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": policy}
        self._request("DELETE", place.path, body=body)

    # --- wire --------------------------------------------------------------------------------------------------------

    def _request(  # noqa: PLR0913 - the parts of an HTTP request
        self,
        method: str,
        path: str,
        *,
        query: list[tuple[str, str]] | None = None,
        body: Value = None,
        content_type: str = "application/json",
        throttled: bool = True,
        timeout: float | None = None,
    ) -> Tree:
        """The server's answer.

        Raises:
            ApiError: The server refused.
            CallError: There was no answer.
        """
        if throttled:
            self._never.wait(self._throttle.pause_seconds())
        headers: Tree = {"Accept": "application/json", **({"Content-Type": content_type} if body is not None else {})}
        method, url, headers, content, _ = self._client.param_serialize(
            method, path, query_params=query or [], header_params=headers, body=body, auth_settings=["BearerToken"]
        )
        try:
            answer = self._client.call_api(method, url, headers, content, _request_timeout=timeout or self._timeout)
            data = answer.read()  # type: ignore[no-untyped-call]  # the library has no types here
        except urllib3.exceptions.HTTPError as error:
            raise CallError(f'{method} "{self._client.configuration.host}{path}": {_cause(error)}') from error
        return _document(answer.status, data)


def _document(status: int, data: bytes) -> Tree:
    """The object in an answer; raises `ApiError` when it is a refusal."""
    if status >= http.HTTPStatus.MULTIPLE_CHOICES:
        raise _refusal(status, data)
    found = json.loads(data)
    return found if isinstance(found, dict) else {}


def _dry_run(wanted: bool) -> list[tuple[str, str]]:  # noqa: FBT001 - a query's only part
    return [("dryRun", "All")] if wanted else []


def _cause(error: urllib3.exceptions.HTTPError) -> str:
    """The innermost reason of a connection's failure, without the client library's object names."""
    reason = getattr(error, "reason", None)
    while reason is not None and getattr(reason, "reason", None) is not None:
        reason = reason.reason
    text = str(reason or error)
    return text.rpartition(">: ")[2] or text


def _refusal(status: int, data: bytes) -> ApiError:
    """The refusal in a Status object, or in whatever a proxy answered instead."""
    try:
        body = json.loads(data)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return ApiError(status, data[:300].decode(errors="replace").strip() or http.HTTPStatus(status).phrase)
    message = objects.text(body, "message") or f"the server answered with status {status}"
    return ApiError(status, message, objects.text(body, "reason"), objects.text(body, "details", "kind"))
