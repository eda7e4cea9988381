"""The model hub's two questions, asked with the standard library."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, NamedTuple

from .telling import FinalError, PassingError

CHUNK = 1024 * 1024
"""Bytes that are read at once."""

_TIMEOUT_SECONDS = 60


class HubFile(NamedTuple):
    """One file of the repository."""

    name: str
    size: int
    digest: str
    """`sha256:…` of a large file, `git:…` of a small one."""


class Hub:
    """The model hub's two questions: what is in a revision, and the bytes of a file."""

    def __init__(self, task: dict[str, Any], token: str) -> None:
        self._root, self._repo, self._token = task["hub"], task["repo"], token
        self._revision = task["revision"]

    def listing(self) -> tuple[str, list[HubFile]]:
        """The commit behind the revision, and its files."""
        path = f"/api/models/{self._repo}/revision/{urllib.parse.quote(self._revision, safe='')}?blobs=true"
        with self._open(path, 0) as answer:
            found = json.load(answer)
        files = [_file(entry) for entry in found.get("siblings") or []]
        return str(found["sha"]), sorted(files)

    def stream(self, commit: str, name: str, offset: int) -> http.client.HTTPResponse:
        """The bytes of a file from `offset` on."""
        answer = self._open(f"/{self._repo}/resolve/{commit}/{urllib.parse.quote(name)}", offset)
        if offset and answer.status != http.HTTPStatus.PARTIAL_CONTENT:
            _skip(answer, offset)
        return answer

    def _open(self, path: str, offset: int) -> http.client.HTTPResponse:
        request = urllib.request.Request(self._root + path)  # noqa: S310 - the stack file allows http and https alone
        request.add_header("User-Agent", "maas-model-import")
        if offset:
            request.add_header("Range", f"bytes={offset}-")
        if self._token:
            # Not for the store the hub redirects to: its address is signed, and it is somebody else's.
            request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        try:
            answer: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS)  # noqa: S310 - see above
        except urllib.error.HTTPError as refusal:
            raise self._refused(refusal) from None
        except (OSError, http.client.HTTPException) as lost:
            raise PassingError(f"the hub {self._root} does not answer ({lost})") from None
        return answer

    def _refused(self, refusal: urllib.error.HTTPError) -> Exception:
        asked = f"read {self._repo} at {self._revision} from {self._root}"
        if refusal.code in {401, 403}:
            have = "the token of huggingFaceToken was refused" if self._token else "no token was given"
            return FinalError(
                asked,
                f"the hub answered {refusal.code}, {have}",
                "a token of an account that was granted access to this repository",
                "accept the model's terms on its page, then set the stack secret huggingFaceToken",
            )
        if refusal.code == http.HTTPStatus.NOT_FOUND:
            return FinalError(
                asked,
                "the hub answered 404: there is no such repository, revision or file",
                "a repository and a commit of it",
                "correct source.huggingface of the model; a private repository also needs huggingFaceToken",
            )
        return PassingError(f"{asked}: the hub answered {refusal.code}")


def _file(entry: dict[str, Any]) -> HubFile:
    large = entry.get("lfs") or {}
    digest = f"sha256:{large['sha256']}" if "sha256" in large else f"git:{entry['blobId']}"
    return HubFile(entry["rfilename"], int(large.get("size") or entry["size"]), digest)


def _skip(answer: http.client.HTTPResponse, count: int) -> None:
    while count:
        data = answer.read(min(count, CHUNK))
        if not data:
            raise PassingError("the hub's answer ended early")
        count -= len(data)
