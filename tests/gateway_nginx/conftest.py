"""A gateway on nginx for every test that wants one."""

from collections.abc import Iterator

import pytest

from tests.gateway_nginx.world import World, world_of


@pytest.fixture
def world() -> Iterator[World]:
    with world_of() as made:
        yield made
