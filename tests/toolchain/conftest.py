"""A machine for every test that wants one."""

from pathlib import Path

import pytest

from tests.toolchain.machine import Checkout, Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def project(machine: Machine) -> Checkout:
    return machine.checkout()
