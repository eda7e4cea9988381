"""One platform for the whole tier: bringing it up is the costly part."""

import time
from collections.abc import Iterator

import pytest

from tests.support.deployed import PROJECT, Platform, started, stopped


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The test that destroys the platform comes after those that need it; the others keep their random order."""
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The dev stack, deployed; restored by each test that changes it."""
    if not (PROJECT / ".toolchain" / "manifest.json").exists():
        pytest.fail("the toolchain is not set up: run `make setup`")
    directory = tmp_path_factory.mktemp("sandbox")
    try:
        running = started(directory)
        begun = time.monotonic()
        running.up()
        print(f"first `pulumi up`: {time.monotonic() - begun:.0f} s")  # noqa: T201 (a figure worth seeing)
        yield running
    finally:
        stopped(directory)
