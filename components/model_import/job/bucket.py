"""The folder of the bucket, by boto3."""

from __future__ import annotations

import json
import os
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from .hub import CHUNK, HubFile
from .reading import TRIES, Checksum

PART = int(os.environ.get("IMPORT_PART_BYTES") or 64 * 1024 * 1024)
"""Bytes of a part: at most 10 000 of at least 5 MiB are allowed (Amazon S3, multipart upload limits)."""

DIGEST = "source-digest"
"""Entry of an object's metadata: what the hub says about the contents."""


class Bucket:
    """The folder of the bucket."""

    def __init__(self, prefix: str) -> None:
        self.name = os.environ["AWS_S3_BUCKET"]
        self._prefix = prefix
        self._marker = f"_imports/{prefix.rstrip('/')}.json"
        config = Config(s3={"addressing_style": "path"}, retries={"mode": "standard", "max_attempts": TRIES})
        self._store = boto3.client("s3", endpoint_url=os.environ["AWS_S3_ENDPOINT"], config=config)

    def remembered(self) -> dict[str, Any]:
        """What the last complete import wrote down; empty when there was none."""
        try:
            found: dict[str, Any] = json.load(self._store.get_object(Bucket=self.name, Key=self._marker)["Body"])
        except ClientError as refusal:
            if refusal.response["Error"]["Code"] in {"NoSuchKey", "404"}:
                return {}
            raise
        except ValueError:
            return {}
        return found

    def remember(self, record: dict[str, Any]) -> None:
        """Write down that the folder is complete."""
        body = json.dumps(record, indent=2, sort_keys=True).encode()
        self._store.put_object(Bucket=self.name, Key=self._marker, Body=body, ContentType="application/json")

    def sizes(self) -> dict[str, int]:
        """Name of each file in the folder to its size in bytes."""
        pages = self._store.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=self._prefix)
        return {one["Key"][len(self._prefix) :]: one["Size"] for page in pages for one in page.get("Contents") or []}

    def holds(self, file: HubFile) -> bool:
        """Whether the file is there with the hub's own digest."""
        try:
            head = self._store.head_object(Bucket=self.name, Key=self._prefix + file.name)
        except ClientError as refusal:
            if refusal.response["Error"]["Code"] in {"NoSuchKey", "404"}:
                return False
            raise
        return bool(head["ContentLength"] == file.size and head["Metadata"].get(DIGEST) == file.digest)

    def remove(self, name: str) -> None:
        """Delete a file."""
        self._store.delete_object(Bucket=self.name, Key=self._prefix + name)

    def put(self, file: HubFile, data: bytes) -> None:
        """Write a small file."""
        self._store.put_object(
            Bucket=self.name, Key=self._prefix + file.name, Body=data, Metadata={DIGEST: file.digest}
        )

    def digest(self, file: HubFile) -> str:
        """The digest of what lies in the bucket, read back."""
        checksum = Checksum(file)
        body = self._store.get_object(Bucket=self.name, Key=self._prefix + file.name)["Body"]
        for chunk in body.iter_chunks(CHUNK):
            checksum.update(chunk)
        return str(checksum)

    def upload(self, file: HubFile) -> tuple[str, list[dict[str, Any]]]:
        """A begun upload with its whole parts from the first on, or a new one."""
        key = self._prefix + file.name
        listed = self._store.list_multipart_uploads(Bucket=self.name, Prefix=key).get("Uploads") or []
        begun = [one["UploadId"] for one in listed if one["Key"] == key]
        for id_ in begun[1:]:
            self._store.abort_multipart_upload(Bucket=self.name, Key=key, UploadId=id_)
        if begun:
            return begun[0], self._whole_parts(key, begun[0])
        made = self._store.create_multipart_upload(Bucket=self.name, Key=key, Metadata={DIGEST: file.digest})
        return made["UploadId"], []

    def _whole_parts(self, key: str, id_: str) -> list[dict[str, Any]]:
        pages = self._store.get_paginator("list_parts").paginate(Bucket=self.name, Key=key, UploadId=id_)
        found: list[dict[str, Any]] = []
        for part in (one for page in pages for one in page.get("Parts") or []):
            if part["PartNumber"] != len(found) + 1 or part["Size"] != PART:
                break
            found.append({"PartNumber": part["PartNumber"], "ETag": part["ETag"]})
        return found

    def part(self, file: HubFile, id_: str, number: int, data: bytes) -> dict[str, Any]:
        """Write a part of a large file."""
        key = self._prefix + file.name
        answer = self._store.upload_part(Bucket=self.name, Key=key, UploadId=id_, PartNumber=number, Body=data)
        return {"PartNumber": number, "ETag": answer["ETag"]}

    def complete(self, file: HubFile, id_: str, parts: list[dict[str, Any]]) -> None:
        """Make a file of its parts."""
        key = self._prefix + file.name
        self._store.complete_multipart_upload(Bucket=self.name, Key=key, UploadId=id_, MultipartUpload={"Parts": parts})
