"""One platform for the whole tier: bringing it up is the costly part.

Everything in this tier is done by a user who has the rights that the product prints for the stack, and no others:
before the first `pulumi up` those for a cluster without the namespaces of the stack, afterwards the narrower ones.
"""

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from sandbox.layout import Layout
from tests.support import neighbours
from tests.support.deployed import PROJECT, Platform, started, stopped
from tests.support.deployer import Deployer
from tests.support.inventory import Inventory, inventory
from tests.support.running_sandbox import RunningSandbox


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The test that destroys the platform comes after those that need it; the others keep their random order."""
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


@pytest.fixture(scope="session")
def administrator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A sandbox of its own with the stack's files, seen as the cluster's administrator; nothing is deployed."""
    if not (PROJECT / ".toolchain" / "manifest.json").exists():
        pytest.fail("the toolchain is not set up: run `make setup`")
    directory = tmp_path_factory.mktemp("sandbox")
    try:
        yield started(directory)
    finally:
        stopped(directory)


@pytest.fixture(scope="session")
def deployer(administrator: Platform) -> Deployer:
    """Who deploys, with the rights for a cluster on which the stack's namespaces are not there yet."""
    deployer = Deployer(administrator.directory)
    deployer.granted(administrator.settings_file)
    return deployer


@pytest.fixture(scope="session")
def before(deployer: Deployer) -> Inventory:
    """What is on the cluster, other teams' objects included, before anything is deployed."""
    cluster = RunningSandbox(Layout.at(deployer.directory))
    neighbours.settle(cluster)
    return inventory(cluster)


@pytest.fixture(scope="session")
def platform(administrator: Platform, deployer: Deployer, before: Inventory) -> Platform:
    """The dev stack, deployed by the deployer; restored by each test that changes it."""
    assert before
    running = replace(administrator, overrides={"KUBECONFIG": str(deployer.kubeconfig)})
    begun = time.monotonic()
    running.up()
    print(f"first `pulumi up`: {time.monotonic() - begun:.0f} s")  # noqa: T201 (a figure worth seeing)
    deployer.granted(running.settings_file, placed=True)
    return running
