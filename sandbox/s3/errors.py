"""What an object store refuses, in Amazon's words."""

from __future__ import annotations

from xml.sax.saxutils import escape

from aiohttp import web

# Code to status and sentence (Amazon S3 API reference, "Error responses").
_KNOWN = {
    "AccessDenied": (403, "Access Denied"),
    "BadDigest": (400, "The Content-MD5 you specified did not match what we received."),
    "BucketAlreadyOwnedByYou": (
        409,
        "Your previous request to create the named bucket succeeded and you already own it.",
    ),
    "BucketNotEmpty": (409, "The bucket you tried to delete is not empty."),
    "EntityTooSmall": (400, "Your proposed upload is smaller than the minimum allowed size."),
    "InvalidAccessKeyId": (403, "The AWS Access Key Id you provided does not exist in our records."),
    "InvalidBucketName": (400, "The specified bucket is not valid."),
    "InvalidPart": (400, "One or more of the specified parts could not be found."),
    "InvalidPartOrder": (400, "The list of parts was not in ascending order."),
    "InvalidRange": (416, "The requested range is not satisfiable."),
    "MethodNotAllowed": (405, "The specified method is not allowed against this resource."),
    "MissingSecurityHeader": (400, "Your request was missing a required header."),
    "NoSuchBucket": (404, "The specified bucket does not exist."),
    "NoSuchKey": (404, "The specified key does not exist."),
    "NoSuchUpload": (404, "The specified multipart upload does not exist."),
    "NotImplemented": (501, "A header or query you provided implies functionality that is not implemented."),
    "RequestTimeTooSkewed": (403, "The difference between the request time and the server's time is too large."),
    "SignatureDoesNotMatch": (
        403,
        "The request signature we calculated does not match the signature you provided. Check your key and method.",
    ),
    "XAmzContentSHA256Mismatch": (400, "The provided 'x-amz-content-sha256' header does not match what was computed."),
}


class RefusedError(Exception):
    """A refusal by its code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.status, self.sentence = _KNOWN[code]

    def answer(self, resource: str) -> web.Response:
        """The refusal on the wire."""
        text = f"<Error><Code>{self.code}</Code><Message>{escape(self.sentence)}</Message>"
        text += f"<Resource>{escape(resource)}</Resource></Error>"
        return web.Response(status=self.status, text=f"{PREFIX}{text}", content_type="application/xml")


PREFIX = '<?xml version="1.0" encoding="UTF-8"?>\n'
