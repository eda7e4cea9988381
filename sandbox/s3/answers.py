"""The store's answers as XML (Amazon S3 API reference, the operations' response syntax)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from aiohttp import web

from sandbox.s3.errors import PREFIX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.s3.store import Facts

_SPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
# Nobody here looks at times: one fixed moment keeps answers comparable.
_MOMENT = "2026-01-05T09:00:00.000Z"
MOMENT_HTTP = "Mon, 05 Jan 2026 09:00:00 GMT"


def buckets(names: Sequence[str]) -> web.Response:
    """ListBuckets."""
    listed = "".join(f"<Bucket><Name>{name}</Name><CreationDate>{_MOMENT}</CreationDate></Bucket>" for name in names)
    return _answer("ListAllMyBucketsResult", f"<Buckets>{listed}</Buckets>")


def listing(bucket: str, prefix: str, found: Sequence[Facts], *, more: bool) -> web.Response:
    """ListObjectsV2."""
    listed = "".join(
        f"<Contents><Key>{escape(one.key)}</Key><LastModified>{_MOMENT}</LastModified>"
        f"<ETag>&quot;{one.etag}&quot;</ETag><Size>{one.size}</Size><StorageClass>STANDARD</StorageClass></Contents>"
        for one in found
    )
    token = f"<NextContinuationToken>{escape(found[-1].key)}</NextContinuationToken>" if more else ""
    return _answer(
        "ListBucketResult",
        f"<Name>{bucket}</Name><Prefix>{escape(prefix)}</Prefix><KeyCount>{len(found)}</KeyCount>"
        f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{listed}",
    )


def begun(bucket: str, key: str, id_: str) -> web.Response:
    """CreateMultipartUpload."""
    return _answer("InitiateMultipartUploadResult", f"{_place(bucket, key)}<UploadId>{id_}</UploadId>")


def uploads(bucket: str, found: Sequence[tuple[str, str]]) -> web.Response:
    """ListMultipartUploads."""
    listed = "".join(
        f"<Upload><Key>{escape(key)}</Key><UploadId>{id_}</UploadId><Initiated>{_MOMENT}</Initiated></Upload>"
        for key, id_ in found
    )
    return _answer("ListMultipartUploadsResult", f"<Bucket>{bucket}</Bucket><IsTruncated>false</IsTruncated>{listed}")


def parts(bucket: str, key: str, id_: str, found: Sequence[tuple[int, int, str]]) -> web.Response:
    """ListParts."""
    listed = "".join(
        f"<Part><PartNumber>{number}</PartNumber><ETag>&quot;{tag}&quot;</ETag><Size>{size}</Size>"
        f"<LastModified>{_MOMENT}</LastModified></Part>"
        for number, size, tag in found
    )
    return _answer(
        "ListPartsResult",
        f"{_place(bucket, key)}<UploadId>{id_}</UploadId><IsTruncated>false</IsTruncated>{listed}",
    )


def completed(bucket: str, key: str, etag: str) -> web.Response:
    """CompleteMultipartUpload."""
    return _answer("CompleteMultipartUploadResult", f"{_place(bucket, key)}<ETag>&quot;{etag}&quot;</ETag>")


def _place(bucket: str, key: str) -> str:
    return f"<Bucket>{bucket}</Bucket><Key>{escape(key)}</Key>"


def _answer(root: str, inside: str) -> web.Response:
    return web.Response(text=f"{PREFIX}<{root} {_SPACE}>{inside}</{root}>", content_type="application/xml")
