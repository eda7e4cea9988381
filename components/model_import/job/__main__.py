"""Reads the task, runs it, and turns what goes wrong into an exit status."""

from __future__ import annotations

import json
import os
import sys
import time

from botocore.exceptions import BotoCoreError, ClientError

from .copying import run
from .reading import PAUSE_SECONDS, TRIES
from .telling import FinalError, PassingError, say

HOPELESS = frozenset(
    {"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "NoSuchBucket", "AllAccessDisabled"}
)
"""Refusals of the bucket that do not pass by themselves (Amazon S3, error responses)."""


def main(arguments: list[str]) -> int:
    """Exit status, as the package says."""
    task = json.loads(arguments[0])
    for attempt in range(1, TRIES + 1):
        try:
            run(task, os.environ.get("HF_TOKEN", ""))
        except FinalError as refusal:
            say(str(refusal))
            return 2
        except ClientError as refusal:
            code = refusal.response["Error"]["Code"]
            say(f"bucket {os.environ['AWS_S3_BUCKET']} at {os.environ['AWS_S3_ENDPOINT']}: {refusal}")
            if code in HOPELESS:
                return 2
        except (PassingError, BotoCoreError, OSError, ValueError, KeyError) as problem:
            say(f"try {attempt} of {TRIES}: {type(problem).__name__}: {problem}")
        else:
            return 0
        time.sleep(PAUSE_SECONDS * attempt)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
