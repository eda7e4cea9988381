"""Programs of Debian packages for tests, or the reason why there are none."""

import functools
import os
import sys
from pathlib import Path

import pytest

from toolchain import debian
from toolchain.layout import Layout
from toolchain.session import session


@functools.cache
def _found(name: str) -> Path | str:
    """The folder, or the reason; asked once, as a download that failed takes as long each time."""
    try:
        return debian.obtain(session(Layout.of(os.environ), os.environ, sys.stderr), name)
    except debian.NoPackagesError as error:
        return error.reason


def unpacked(name: str) -> Path:
    """The folder with `usr` of a table of toolchain/debian.toml; where it cannot be had, the test is skipped."""
    found = _found(name)
    if isinstance(found, str):
        pytest.skip(found)
    return found
