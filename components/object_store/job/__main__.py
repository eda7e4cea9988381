"""One call per bucket."""

from __future__ import annotations

import os
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

_OURS = frozenset({"BucketAlreadyOwnedByYou", "BucketAlreadyExists"})
_CONFIG = Config(s3={"addressing_style": "path"}, retries={"mode": "standard", "max_attempts": 5})


def say(text: str) -> None:
    """A line of the Job's log."""
    sys.stdout.write(f"{text}\n")


def main(buckets: list[str]) -> int:
    """Exit status: 0 when every bucket is there, 1 otherwise."""
    store = boto3.client("s3", endpoint_url=os.environ["AWS_S3_ENDPOINT"], config=_CONFIG)
    for bucket in buckets:
        try:
            store.create_bucket(Bucket=bucket)
            say(f"bucket {bucket} is made")
        except ClientError as refusal:
            if refusal.response["Error"]["Code"] not in _OURS:
                say(f"make bucket {bucket}: {refusal}")
                return 1
            say(f"bucket {bucket} is there")
        except BotoCoreError as problem:
            say(f"make bucket {bucket}: {problem}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
