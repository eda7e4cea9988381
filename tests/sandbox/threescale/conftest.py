"""A tenant for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.authorities import none_of_the_machine
from tests.support.tenant import Api, fresh

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package", autouse=True)
def _authorities() -> Iterator[None]:
    with none_of_the_machine():
        yield


@pytest.fixture
def api() -> Api:
    return fresh()
