from collections.abc import Iterator

import pytest

from tests.dynamic_providers.faults.cell import Proof


@pytest.fixture(scope="session")
def _proof() -> Iterator[Proof]:
    with Proof() as proof:
        yield proof


@pytest.fixture
def proof(_proof: Proof) -> Proof:
    """A new tenant, and a nursery of plugin processes for it."""
    _proof.renew()
    return _proof
