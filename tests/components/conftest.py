"""Components meet servers of this project only."""

from collections.abc import Iterator

import pytest

from tests.support.authorities import none_of_the_machine


@pytest.fixture(scope="package", autouse=True)
def _authorities() -> Iterator[None]:
    with none_of_the_machine():
        yield
