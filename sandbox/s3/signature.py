"""Is a request signed with a key of ours? Amazon's Signature Version 4 in the header, as clients send it.

Amazon S3 API reference, "Authenticating Requests: Using the Authorization Header".
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from sandbox.s3.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.s3.keys import Keys

UNSIGNED = "UNSIGNED-PAYLOAD"
_HEADER = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request,"
    r"\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]+)"
)
_SKEW = dt.timedelta(minutes=15)


def signer(method: str, target: str, headers: Mapping[str, str], keys: Keys) -> str:
    """The id of the key that signed a request; `target` is path and query as sent.

    Raises:
        RefusedError: it is not signed, or not with that key, or long ago.
    """
    found = _HEADER.fullmatch(headers.get("Authorization", ""))
    if found is None:
        raise RefusedError("AccessDenied")
    id_, day, region, names, given = found.groups()
    secret = keys.secret(id_)
    if secret is None:
        raise RefusedError("InvalidAccessKeyId")
    moment = headers.get("x-amz-date", "")
    _timely(moment)
    text = _canonical(method, target, headers, names)
    scope = f"{day}/{region}/s3/aws4_request"
    wanted = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(text.encode()).hexdigest()}"
    key = f"AWS4{secret}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = _sign(key, part)
    if not hmac.compare_digest(_sign(key, wanted).hex(), given):
        raise RefusedError("SignatureDoesNotMatch")
    return id_


def check_payload(body: bytes, headers: Mapping[str, str]) -> None:
    """Compare a body with the digest that was signed.

    Raises:
        RefusedError: it is another body, or in chunks, which nobody here sends.
    """
    declared = headers.get("x-amz-content-sha256", "")
    if not declared:
        raise RefusedError("MissingSecurityHeader")
    if declared.startswith("STREAMING-"):
        raise RefusedError("NotImplemented")
    if declared != UNSIGNED and declared != hashlib.sha256(body).hexdigest():
        raise RefusedError("XAmzContentSHA256Mismatch")


def _canonical(method: str, target: str, headers: Mapping[str, str], names: str) -> str:
    path, _, query = target.partition("?")
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    listed = sorted((quote(unquote(name), safe="-_.~"), quote(unquote(value), safe="-_.~")) for name, _, value in pairs)
    lines = [f"{name}:{' '.join(headers.get(name, '').split())}\n" for name in names.split(";")]
    return "\n".join(
        [
            method,
            quote(unquote(path), safe="/-_.~"),
            "&".join(f"{name}={value}" for name, value in listed),
            "".join(lines),
            names,
            headers.get("x-amz-content-sha256", ""),
        ]
    )


def _timely(moment: str) -> None:
    try:
        signed = dt.datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
    except ValueError:
        raise RefusedError("MissingSecurityHeader") from None
    if abs(dt.datetime.now(dt.UTC) - signed) > _SKEW:
        raise RefusedError("RequestTimeTooSkewed")


def _sign(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
