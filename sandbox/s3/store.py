"""Buckets and objects as files of one folder."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from sandbox.s3.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SMALLEST_PART = 5 * 1024 * 1024
"""Bytes of every part but the last (Amazon S3, multipart upload limits)."""


@dataclass
class Facts:
    """What is known of an object beside its contents."""

    key: str
    size: int = 0
    etag: str = ""
    content_type: str = "binary/octet-stream"
    metadata: dict[str, str] = field(default_factory=dict)


class Store:
    """The buckets below `folder`; `smallest_part` is lowered in tests alone."""

    def __init__(self, folder: Path, smallest_part: int = SMALLEST_PART) -> None:
        self._folder = folder
        self._smallest_part = smallest_part

    def buckets(self) -> list[str]:
        """Names of the buckets."""
        return sorted(path.name for path in self._folder.iterdir() if (path / "objects").is_dir())

    def make_bucket(self, bucket: str) -> None:
        """Make a bucket.

        Raises:
            RefusedError: it is there.
        """
        if (self._folder / bucket).exists():
            raise RefusedError("BucketAlreadyOwnedByYou")
        (self._folder / bucket / "objects").mkdir(parents=True)
        (self._folder / bucket / "uploads").mkdir()

    def remove_bucket(self, bucket: str) -> None:
        """Remove an empty bucket.

        Raises:
            RefusedError: there is none, or it is not empty.
        """
        if any(self.listing(bucket, "")):
            raise RefusedError("BucketNotEmpty")
        shutil.rmtree(self._folder / bucket)

    def listing(self, bucket: str, prefix: str) -> Iterator[Facts]:
        """The objects whose keys begin with `prefix`, in their order."""
        found = [_facts(path) for path in self._inside(bucket, "objects").glob("*.json")]
        yield from sorted((one for one in found if one.key.startswith(prefix)), key=lambda one: one.key)

    def put(self, bucket: str, facts: Facts, body: bytes) -> Facts:
        """Write an object."""
        facts.size, facts.etag = len(body), hashlib.md5(body, usedforsecurity=False).hexdigest()
        path = self._object(bucket, facts.key)
        path.write_bytes(body)
        path.with_suffix(".json").write_text(json.dumps(asdict(facts)), encoding="utf-8")
        return facts

    def head(self, bucket: str, key: str) -> Facts:
        """What is known of an object.

        Raises:
            RefusedError: there is none.
        """
        path = self._object(bucket, key).with_suffix(".json")
        if not path.exists():
            raise RefusedError("NoSuchKey")
        return _facts(path)

    def contents(self, bucket: str, key: str) -> bytes:
        """The bytes of an object."""
        self.head(bucket, key)
        return self._object(bucket, key).read_bytes()

    def remove(self, bucket: str, key: str) -> None:
        """Remove an object; none there is fine."""
        path = self._object(bucket, key)
        path.with_suffix(".json").unlink(missing_ok=True)
        path.unlink(missing_ok=True)

    def begin(self, bucket: str, facts: Facts) -> str:
        """Begin an upload in parts; its id."""
        id_ = secrets.token_hex(16)
        folder = self._inside(bucket, "uploads") / id_
        folder.mkdir()
        (folder / "facts.json").write_text(json.dumps(asdict(facts)), encoding="utf-8")
        return id_

    def uploads(self, bucket: str, prefix: str) -> list[tuple[str, str]]:
        """Key and id of each upload that was begun."""
        found = [(_facts(path).key, path.parent.name) for path in self._inside(bucket, "uploads").glob("*/facts.json")]
        return sorted(one for one in found if one[0].startswith(prefix))

    def put_part(self, bucket: str, id_: str, number: int, body: bytes) -> str:
        """Write a part; its tag."""
        (self._upload(bucket, id_) / f"{number:05}").write_bytes(body)
        return hashlib.md5(body, usedforsecurity=False).hexdigest()

    def parts(self, bucket: str, id_: str) -> list[tuple[int, int, str]]:
        """Number, size and tag of each part."""
        found = []
        for path in sorted(self._upload(bucket, id_).glob("[0-9]*")):
            body = path.read_bytes()
            found.append((int(path.name), len(body), hashlib.md5(body, usedforsecurity=False).hexdigest()))
        return found

    def complete(self, bucket: str, id_: str, wanted: list[tuple[int, str]]) -> Facts:
        """Make an object of parts.

        Raises:
            RefusedError: a part is missing, too small or out of order.
        """
        known = {number: (size, tag) for number, size, tag in self.parts(bucket, id_)}
        if [number for number, _ in wanted] != sorted({number for number, _ in wanted}):
            raise RefusedError("InvalidPartOrder")
        if not wanted or any(number not in known or known[number][1] != tag for number, tag in wanted):
            raise RefusedError("InvalidPart")
        if any(known[number][0] < self._smallest_part for number, _ in wanted[:-1]):
            raise RefusedError("EntityTooSmall")
        folder = self._upload(bucket, id_)
        facts = _facts(folder / "facts.json")
        body = b"".join((folder / f"{number:05}").read_bytes() for number, _ in wanted)
        written = self.put(bucket, facts, body)
        shutil.rmtree(folder)
        return written

    def abort(self, bucket: str, id_: str) -> None:
        """Forget an upload."""
        shutil.rmtree(self._upload(bucket, id_))

    def _inside(self, bucket: str, part: str) -> Path:
        folder = self._folder / bucket / part
        if not bucket or "/" in bucket or not folder.is_dir():
            raise RefusedError("NoSuchBucket")
        return folder

    def _object(self, bucket: str, key: str) -> Path:
        # A key may be longer than a file's name, and may have any sign in it.
        return self._inside(bucket, "objects") / hashlib.sha256(key.encode()).hexdigest()

    def _upload(self, bucket: str, id_: str) -> Path:
        folder = self._inside(bucket, "uploads") / id_
        if not id_.isalnum() or not folder.is_dir():
            raise RefusedError("NoSuchUpload")
        return folder


def _facts(path: Path) -> Facts:
    return Facts(**json.loads(path.read_text(encoding="utf-8")))
