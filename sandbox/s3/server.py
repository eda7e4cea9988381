"""The protocol: paths, queries and bodies of requests, to calls of the store and back. Addresses are path-style."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from aiohttp import web

from sandbox.s3 import answers
from sandbox.s3.errors import RefusedError
from sandbox.s3.signature import check_payload, signer
from sandbox.s3.store import Facts

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.request_log import RequestLog
    from sandbox.s3.keys import Keys
    from sandbox.s3.store import Store

_MOST_BODY = 256 * 1024 * 1024
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_META = "x-amz-meta-"
_PART = re.compile(r"bytes=(\d+)-(\d*)")


class ObjectServer:
    """The HTTP surface of one store."""

    def __init__(self, store: Store, keys: Keys, log: RequestLog | None = None) -> None:
        self._store = store
        self._keys = keys
        self._log = log

    def application(self) -> web.Application:
        """The aiohttp application."""
        middlewares = [self._log.middleware] if self._log is not None else []
        application = web.Application(client_max_size=_MOST_BODY, middlewares=middlewares)
        application.router.add_get("/minio/health/{what}", self._health)
        application.router.add_route("*", "/{bucket:[^/]*}{key:.*}", self._asked)
        return application

    async def _health(self, _: web.Request) -> web.Response:
        return web.Response()

    async def _asked(self, request: web.Request) -> web.StreamResponse:
        bucket, key = request.match_info["bucket"], request.match_info["key"].removeprefix("/")
        try:
            id_ = signer(request.method, request.raw_path, request.headers, self._keys)
            body = await request.read()
            check_payload(body, request.headers)
            _check_digest(body, request.headers.get("Content-MD5", ""))
            self._permit(id_, bucket)
            return self._handler(request, bucket, key)(request, bucket, key, body)
        except RefusedError as refusal:
            if request.method == "HEAD":
                return web.Response(status=refusal.status)
            return refusal.answer(request.path)

    def _permit(self, id_: str, bucket: str) -> None:
        if bucket and not self._keys.opens(id_, bucket):
            raise RefusedError("AccessDenied")
        if bucket and not self._keys.makes_buckets and bucket not in self._store.buckets():
            # The operator that made the key has made its bucket.
            self._store.make_bucket(bucket)

    def _handler(
        self, request: web.Request, bucket: str, key: str
    ) -> Callable[[web.Request, str, str, bytes], web.Response]:
        of_upload = "uploadId" in request.query
        found = {
            ("PUT", True): self._put_part if of_upload else self._put,
            ("GET", True): self._parts if of_upload else self._get,
            ("HEAD", True): self._head,
            ("DELETE", True): self._abort if of_upload else self._delete,
            ("POST", True): self._complete if of_upload else self._begin,
            ("PUT", False): self._make_bucket,
            ("HEAD", False): self._head_bucket,
            ("DELETE", False): self._delete_bucket,
            ("GET", False): self._uploads if "uploads" in request.query else self._list if bucket else self._buckets,
        }.get((request.method, bool(key)))
        if found is None or (request.method == "POST" and not {"uploads", "uploadId"} & set(request.query)):
            raise RefusedError("MethodNotAllowed")
        return found

    def _make_bucket(self, _request: web.Request, bucket: str, _key: str, _body: bytes) -> web.Response:
        if not self._keys.makes_buckets:
            raise RefusedError("AccessDenied")
        if not _BUCKET.fullmatch(bucket):
            raise RefusedError("InvalidBucketName")
        self._store.make_bucket(bucket)
        return web.Response(headers={"Location": f"/{bucket}"})

    def _head_bucket(self, _request: web.Request, bucket: str, _key: str, _body: bytes) -> web.Response:
        if bucket not in self._store.buckets():
            raise RefusedError("NoSuchBucket")
        return web.Response()

    def _delete_bucket(self, _request: web.Request, bucket: str, _key: str, _body: bytes) -> web.Response:
        self._store.remove_bucket(bucket)
        return web.Response(status=204)

    def _buckets(self, _request: web.Request, _bucket: str, _key: str, _body: bytes) -> web.Response:
        return answers.buckets(self._store.buckets())

    def _list(self, request: web.Request, bucket: str, _key: str, _body: bytes) -> web.Response:
        prefix, after = request.query.get("prefix", ""), request.query.get("continuation-token", "")
        most = int(request.query.get("max-keys") or 1000)
        found = [one for one in self._store.listing(bucket, prefix) if one.key > after]
        return answers.listing(bucket, prefix, found[:most], more=len(found) > most)

    def _put(self, request: web.Request, bucket: str, key: str, body: bytes) -> web.Response:
        written = self._store.put(bucket, _facts(request, key), body)
        return web.Response(headers={"ETag": f'"{written.etag}"'})

    def _get(self, request: web.Request, bucket: str, key: str, _body: bytes) -> web.Response:
        facts, body = self._store.head(bucket, key), self._store.contents(bucket, key)
        if (asked := request.headers.get("Range")) is None:
            return web.Response(body=body, headers=_headers(facts))
        found = _PART.fullmatch(asked)
        first = int(found[1]) if found else len(body)
        if found is None or first >= len(body):
            raise RefusedError("InvalidRange")
        last = min(int(found[2] or len(body) - 1), len(body) - 1)
        headers = _headers(facts) | {"Content-Range": f"bytes {first}-{last}/{len(body)}"}
        return web.Response(status=206, body=body[first : last + 1], headers=headers)

    def _head(self, _request: web.Request, bucket: str, key: str, _body: bytes) -> web.Response:
        facts = self._store.head(bucket, key)
        return web.Response(headers=_headers(facts) | {"Content-Length": str(facts.size)})

    def _delete(self, _request: web.Request, bucket: str, key: str, _body: bytes) -> web.Response:
        self._store.remove(bucket, key)
        return web.Response(status=204)

    def _begin(self, request: web.Request, bucket: str, key: str, _body: bytes) -> web.Response:
        return answers.begun(bucket, key, self._store.begin(bucket, _facts(request, key)))

    def _uploads(self, request: web.Request, bucket: str, _key: str, _body: bytes) -> web.Response:
        return answers.uploads(bucket, self._store.uploads(bucket, request.query.get("prefix", "")))

    def _put_part(self, request: web.Request, bucket: str, _key: str, body: bytes) -> web.Response:
        number = int(request.query["partNumber"])
        tag = self._store.put_part(bucket, request.query["uploadId"], number, body)
        return web.Response(headers={"ETag": f'"{tag}"'})

    def _parts(self, request: web.Request, bucket: str, key: str, _body: bytes) -> web.Response:
        id_ = request.query["uploadId"]
        return answers.parts(bucket, key, id_, self._store.parts(bucket, id_))

    def _complete(self, request: web.Request, bucket: str, key: str, body: bytes) -> web.Response:
        written = self._store.complete(bucket, request.query["uploadId"], _wanted_parts(body))
        return answers.completed(bucket, key, written.etag)

    def _abort(self, request: web.Request, bucket: str, _key: str, _body: bytes) -> web.Response:
        self._store.abort(bucket, request.query["uploadId"])
        return web.Response(status=204)


def _facts(request: web.Request, key: str) -> Facts:
    metadata = {
        name.lower().removeprefix(_META): value
        for name, value in request.headers.items()
        if name.lower().startswith(_META)
    }
    return Facts(key=key, content_type=request.headers.get("Content-Type", ""), metadata=metadata)


def _headers(facts: Facts) -> dict[str, str]:
    kind = facts.content_type or "binary/octet-stream"
    own = {f"{_META}{name}": value for name, value in facts.metadata.items()}
    return {"ETag": f'"{facts.etag}"', "Content-Type": kind, "Last-Modified": answers.MOMENT_HTTP} | own


def _wanted_parts(body: bytes) -> list[tuple[int, str]]:
    # Element names carry the protocol's namespace or not, as the client likes.
    root = ET.fromstring(body)  # noqa: S314 - the signature has shown who wrote it
    found = []
    for part in (one for one in root if one.tag.rpartition("}")[2] == "Part"):
        texts = {one.tag.rpartition("}")[2]: one.text or "" for one in part}
        found.append((int(texts["PartNumber"]), texts["ETag"].strip('"')))
    return found


def _check_digest(body: bytes, declared: str) -> None:
    digest = hashlib.md5(body, usedforsecurity=False).digest()
    if declared and base64.b64encode(digest).decode() != declared:
        raise RefusedError("BadDigest")
