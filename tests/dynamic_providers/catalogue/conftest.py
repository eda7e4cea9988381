from collections.abc import Iterator

import pytest

from tests.support.authorities import none_of_the_machine

pytest.register_assert_rewrite("tests.dynamic_providers.catalogue.course")


@pytest.fixture(scope="package", autouse=True)
def _authorities() -> Iterator[None]:
    with none_of_the_machine():
        yield
