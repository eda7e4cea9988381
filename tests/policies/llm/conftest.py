"""Gateways with the token policy."""

from collections.abc import Callable

import pytest

from sandbox.apicast.runtime import Flavour
from tests.support.metered import Gateway, settings


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture(params=list(Flavour), ids=lambda flavour: flavour.name.lower())
def any_gateway(request: pytest.FixtureRequest) -> Gateway:
    """A gateway of every kind of decoder and LuaJIT."""
    return Gateway(flavour=request.param)


@pytest.fixture
def configured() -> Callable[..., Gateway]:
    """A gateway with changed settings of the policy."""
    return lambda **changes: Gateway(settings(**changes))
