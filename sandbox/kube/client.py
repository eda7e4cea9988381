"""A small asynchronous client of the Kubernetes API: the five verbs and streams, no model classes."""

from __future__ import annotations

import http
import json
import ssl
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from sandbox.kube.pki import Pair

Json = dict[str, Any]

_REQUEST_SECONDS = 30.0
# Two watches in a row without a byte for this long mean a dead connection: bookmarks arrive every minute.
_STREAM_SILENCE_SECONDS = 150.0
_LINE_LIMIT = 16 * 1024 * 1024
_BAD_REQUEST = 400


class ApiError(Exception):
    """The API server's refusal: HTTP status, its reason word and its message."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(f"{status} {reason}: {message}")
        self.status = status
        self.reason = reason


class KubeClient:
    """Requests to one API server with one client certificate."""

    def __init__(self, server: str, authority_pem: str, client: Pair) -> None:
        context = ssl.create_default_context(cadata=authority_pem)
        context.load_cert_chain(client.certificate, client.key)
        self._server = server
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=context, limit=0),
            timeout=aiohttp.ClientTimeout(total=_REQUEST_SECONDS),
            read_bufsize=_LINE_LIMIT,
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        """The object or list at this path.

        Raises:
            ApiError: the server refused; status 404 when there is none.
        """
        return await self._request("GET", path, params=params)

    async def create(self, path: str, body: Json) -> Json:
        """Create an object in the collection at this path."""
        return await self._request("POST", path, json.dumps(body).encode(), "application/json")

    async def create_yaml(self, path: str, body: bytes) -> Json:
        """Create an object from YAML; the server parses it."""
        return await self._request("POST", path, body, "application/yaml")

    async def merge(self, path: str, body: Json) -> Json:
        """Change fields of the object at this path (JSON merge patch: lists are replaced whole)."""
        return await self._request("PATCH", path, json.dumps(body).encode(), "application/merge-patch+json")

    async def delete(self, path: str, body: Json | None = None) -> Json:
        """Delete the object at this path."""
        return await self._request("DELETE", path, json.dumps(body or {}).encode(), "application/json")

    async def ready(self) -> bool:
        """Whether the server says it is ready; false while it cannot be reached."""
        try:
            async with self._session.get(f"{self._server}/readyz") as answer:
                return answer.status == http.HTTPStatus.OK
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    async def stream(self, path: str, params: Mapping[str, str]) -> AsyncGenerator[Json, None]:
        """The events of a watch, until the server ends it."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_REQUEST_SECONDS, sock_read=_STREAM_SILENCE_SECONDS)
        async with self._session.get(f"{self._server}{path}", params=params, timeout=timeout) as answer:
            if answer.status >= _BAD_REQUEST:
                raise _refusal(answer.status, await answer.read())
            async for line in answer.content:
                if line.strip():
                    yield json.loads(line)

    async def _request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        content_type: str = "application/json",
        params: Mapping[str, str] | None = None,
    ) -> Json:
        headers = {"Content-Type": content_type, "Accept": "application/json"}
        url = f"{self._server}{path}"
        async with self._session.request(method, url, data=body, headers=headers, params=params) as answer:
            content = await answer.read()
            if answer.status >= _BAD_REQUEST:
                raise _refusal(answer.status, content)
            result: Json = json.loads(content)
            return result


def _refusal(status: int, content: bytes) -> ApiError:
    try:
        found = json.loads(content)
    except ValueError:
        found = {}
    if not isinstance(found, dict):
        found = {}
    return ApiError(status, str(found.get("reason", "")), str(found.get("message", content[:200])))
