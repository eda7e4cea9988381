"""Commands meet servers of this project only."""

from collections.abc import Iterator

import pytest

from dynamic_providers.threescale import client
from dynamic_providers.threescale.transport import Patience
from tests.support.authorities import none_of_the_machine


@pytest.fixture(scope="package", autouse=True)
def _authorities() -> Iterator[None]:
    with none_of_the_machine():
        yield


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests to 3scale are repeated as often as ever, but without the pauses."""
    monkeypatch.setattr(client, "Patience", lambda: Patience(backoff_seconds=0.001))
