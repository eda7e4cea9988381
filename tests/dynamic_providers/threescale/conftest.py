from collections.abc import Iterator

import pytest

from tests.dynamic_providers.threescale.tenant import CANARY, Tenant
from tests.support.authorities import none_of_the_machine

pytest.register_assert_rewrite(
    "tests.dynamic_providers.threescale.conformance",
    "tests.dynamic_providers.threescale.foreign_members",
    "tests.dynamic_providers.threescale.of_a_tenant",
)


@pytest.fixture(scope="package", autouse=True)
def _authorities() -> Iterator[None]:
    with none_of_the_machine():
        yield


@pytest.fixture(scope="session")
def _tenant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    with Tenant(tmp_path_factory.mktemp("threescale")) as tenant:
        yield tenant


@pytest.fixture
def tenant(_tenant: Tenant) -> Iterator[Tenant]:
    """The tenant, without faults of other tests; nothing the plugin says may contain the token."""
    _tenant.clear()
    _tenant.host.forget()
    yield _tenant
    said = [*_tenant.host.transcript, *_tenant.host.lines]
    assert not [text for text in said if CANARY in text]


@pytest.fixture(scope="session")
def _newer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    with Tenant(tmp_path_factory.mktemp("newer"), release="2.16") as tenant:
        yield tenant


@pytest.fixture
def fresh(_newer: Tenant) -> Iterator[Tenant]:
    """A tenant of 3scale 2.16 as after its installation; nothing the plugin says may contain the token."""
    _newer.restart()
    _newer.host.forget()
    yield _newer
    said = [*_newer.host.transcript, *_newer.host.lines]
    assert not [text for text in said if CANARY in text]
