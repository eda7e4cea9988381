"""Tests that trust no certificate authority of the machine they run on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def none_of_the_machine() -> Iterator[None]:
    """Let OpenSSL find no authority where it looks for the system's, until the block ends.

    No server of a test has a certificate of theirs, and reading them costs 26 ms for each TLS context.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", os.devnull)
        patch.setenv("SSL_CERT_DIR", os.devnull)
        yield
