"""The size of a MachineSet is raised to a minimum, and never lowered."""

from typing import Any

import pytest

from dynamic_providers.cluster.node_pool_floor import NodePoolFloorProvider
from tests.dynamic_providers.cluster.conftest import Gates
from tests.dynamic_providers.cluster.fake_api import GONE
from tests.support.plugin_host import Json

SET = "/apis/machine.openshift.io/v1beta1/namespaces/openshift-machine-api/machinesets/c-a10g-1a2b3"


def example(least: int) -> Json:
    return {"machine_set": "c-a10g-1a2b3", "least": least}


def machine_set(replicas: int) -> Json:
    return {"metadata": {"name": "c-a10g-1a2b3", "resourceVersion": "7"}, "spec": {"replicas": replicas}}


def size(gates: Gates) -> Any:  # noqa: ANN401 - as the server has it
    look = gates.api.looks[SET][0]
    assert isinstance(look, dict)
    return look["spec"]["replicas"]


def test_the_state_of_existing_stacks_finds_the_class() -> None:
    recorded = "dynamic_providers.cluster.node_pool_floor.NodePoolFloorProvider"
    assert f"{NodePoolFloorProvider.__module__}.{NodePoolFloorProvider.__qualname__}" == recorded


@pytest.mark.row("S-023")
def test_a_raised_minimum_raises_the_size(gates: Gates) -> None:
    gates.api.put(SET, machine_set(1))
    held = gates.host.create(NodePoolFloorProvider, example(1))
    assert [asked for asked in gates.api.asked if asked.startswith("PATCH")] == []

    gates.host.update(NodePoolFloorProvider, held, example(3))
    assert size(gates) == 3


def test_more_machines_than_the_minimum_stay(gates: Gates) -> None:
    gates.api.put(SET, machine_set(4))
    held = gates.host.create(NodePoolFloorProvider, example(2))
    gates.host.update(NodePoolFloorProvider, held, example(1))

    assert size(gates) == 4


def test_a_write_of_the_autoscaler_that_comes_between_is_seen(gates: Gates) -> None:
    gates.api.put(SET, machine_set(1), 409, machine_set(5))
    gates.host.create(NodePoolFloorProvider, example(3))

    assert size(gates) == 5


def test_a_refresh_sees_a_size_below_the_minimum(gates: Gates) -> None:
    gates.api.put(SET, machine_set(3))
    held = gates.host.create(NodePoolFloorProvider, example(2))
    assert gates.host.read(NodePoolFloorProvider, held).outs == example(2)

    gates.api.put(SET, machine_set(1))
    assert gates.host.read(NodePoolFloorProvider, held).outs == example(1)

    gates.api.put(SET, GONE)
    assert not gates.host.read(NodePoolFloorProvider, held).id


def test_the_size_is_the_autoscalers_when_the_floor_goes(gates: Gates) -> None:
    gates.api.put(SET, machine_set(3))
    held = gates.host.create(NodePoolFloorProvider, example(2))
    gates.host.delete(NodePoolFloorProvider, held)

    assert size(gates) == 3
