"""The hub's HTTP surface: a listing per revision, the files, and the other store that large files come from."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.hub.repository import GATED, File, commit_of, files

if TYPE_CHECKING:
    from sandbox.request_log import RequestLog

SHARD_BYTES = 1_500_000
"""Size of one file of weights: enough for several reads, little enough for a test."""

_RANGE = re.compile(r"bytes=(\d+)-")
_DENIED = "hf_denied"


class HubServer:
    """One hub."""

    def __init__(self, log: RequestLog | None = None, shard_bytes: int = SHARD_BYTES) -> None:
        self._log = log
        self._files = lru_cache(maxsize=8)(lambda repo, commit: files(repo, commit, shard_bytes))

    def application(self) -> web.Application:
        """The aiohttp application."""
        middlewares = [self._log.middleware] if self._log is not None else []
        application = web.Application(middlewares=middlewares)
        application.router.add_get("/api/models/{owner}/{name}/revision/{revision}", self._listing)
        application.router.add_get("/{owner}/{name}/resolve/{revision}/{path:.+}", self._resolve)
        application.router.add_get("/large/{owner}/{name}/{commit}/{path:.+}", self._large)
        return application

    async def _listing(self, request: web.Request) -> web.Response:
        repo, commit, refusal = self._found(request)
        if refusal is not None:
            return refusal
        siblings = [_entry(one) for one in self._files(repo, commit)]
        return web.json_response({"id": repo, "sha": commit, "gated": False, "siblings": siblings})

    async def _resolve(self, request: web.Request) -> web.Response:
        repo, commit, refusal = self._found(request)
        if refusal is not None:
            return refusal
        file = next((one for one in self._files(repo, commit) if one.name == request.match_info["path"]), None)
        if file is None:
            return _error(404, "EntryNotFound", "Entry not found")
        headers = {"X-Repo-Commit": commit}
        if file.large:
            scheme = request.headers.get("X-Forwarded-Proto", request.scheme)
            large = f"/large/{repo}/{commit}/{file.name}"
            location = request.url.with_scheme(scheme).with_path(large).with_query(Signature="signed")
            return web.Response(status=302, headers=headers | {"Location": str(location), "X-Linked-Etag": file.sha256})
        return _ranged(request, file.body, headers)

    async def _large(self, request: web.Request) -> web.Response:
        """The other store: its addresses are signed, and a request that is signed twice is refused, as by Amazon."""
        if "Authorization" in request.headers or request.query.get("Signature") != "signed":
            return web.Response(status=400, text="Only one auth mechanism allowed")
        repo = f"{request.match_info['owner']}/{request.match_info['name']}"
        listed = self._files(repo, request.match_info["commit"])
        file = next(one for one in listed if one.name == request.match_info["path"])
        return _ranged(request, file.body, {})

    def _found(self, request: web.Request) -> tuple[str, str, web.Response | None]:
        owner, name = request.match_info["owner"], request.match_info["name"]
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if owner in GATED and not token:
            return "", "", _error(401, "GatedRepo", f"Access to model {owner}/{name} is restricted.")
        if owner in GATED and token == _DENIED:
            return "", "", _error(403, "GatedRepo", f"Access to model {owner}/{name} is restricted.")
        commit = commit_of(f"{owner}/{name}", request.match_info["revision"])
        if commit is None:
            return "", "", _error(404, "RepoNotFound", "Repository Not Found")
        return f"{owner}/{name}", commit, None


def _entry(file: File) -> dict[str, object]:
    entry: dict[str, object] = {"rfilename": file.name, "size": len(file.body), "blobId": file.blob}
    if file.large:
        entry["lfs"] = {"sha256": file.sha256, "size": len(file.body), "pointerSize": 133}
    return entry


def _ranged(request: web.Request, body: bytes, headers: dict[str, str]) -> web.Response:
    found = _RANGE.fullmatch(request.headers.get("Range", ""))
    if found is None:
        return web.Response(body=body, headers=headers)
    first = int(found[1])
    if first >= len(body):
        return web.Response(status=416)
    place = {"Content-Range": f"bytes {first}-{len(body) - 1}/{len(body)}"}
    return web.Response(status=206, body=body[first:], headers=headers | place)


def _error(status: int, code: str, message: str) -> web.Response:
    return web.json_response(
        {"error": message}, status=status, headers={"X-Error-Code": code, "X-Error-Message": message}
    )
