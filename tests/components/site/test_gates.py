"""A gate holds a worker of its provider instance while it waits, so what waits long does so beside everything else."""

from typing import Any

import pytest

from components.site.instances import GROUND, LISTED
from tests.components.config.test_storage import IMAGE, ODF, imported
from tests.support.model_servers import on_pool, pool_stack
from tests.support.node_pools import PREREQS
from tests.support.platform import MODEL, placed, program, program_of
from tests.support.recorder import DYNAMIC, Recording
from tests.support.stack_file import merged

WORKERS_OF_AN_INSTANCE = 4
"""pulumi, sdk/python/lib/pulumi/dynamic/__main__.py."""
GATES = ("OperatorReady", "ConditionGate", "JobGate", "NodePoolReady")
EXTERNAL: dict[str, Any] = {"source": {"external": "http://x.example"}, "plans": ["standard"]}


@pytest.fixture(scope="module")
def platform() -> Recording:
    stack = pool_stack({"on-gpu": on_pool(), "second": on_pool()}, {"gpusPerNode": 2}, prereqs=PREREQS)
    more = {"storage": {"odf": ODF}, "modelStore": {"kind": "obc"}, "modelImport": {"image": IMAGE}}
    return program_of(merged(stack, more | {"models": imported()}))


def instances(found: Recording) -> dict[str, set[str]]:
    """Name of a provider instance → the gates on it."""
    told: dict[str, set[str]] = {}
    for kind in GATES:
        for gate in found.of(f"{DYNAMIC}cluster:{kind}"):
            told.setdefault(gate.provider.split("::")[-2], set()).add(gate.name)
    return told


def test_what_the_stack_file_lists_is_waited_for_beside_everything_else(platform: Recording) -> None:
    assert instances(platform)[LISTED] == {
        "a10g-ready",
        "on-gpu-ready",
        "second-ready",
        f"{MODEL}-ready",
        f"{MODEL}-imported",
    }


def test_operators_of_nodes_and_storage_are_approved_beside_those_of_the_gateway(platform: Recording) -> None:
    operators = {
        name: {
            gate for gate in gates if any(one.name == gate for one in platform.of(f"{DYNAMIC}cluster:OperatorReady"))
        }
        for name, gates in instances(platform).items()
    }

    assert operators[GROUND] == {"nfd-ready", "gpu-operator-ready", "odf-ready"}
    assert operators["cluster"] == {"openshift-ai-ready", "keycloak-ready", "threescale-ready"}
    assert max(len(gates) for gates in operators.values()) <= WORKERS_OF_AN_INSTANCE


def test_no_process_is_started_for_gates_that_nobody_has() -> None:
    found = placed(lambda _site, _gate: None, models={MODEL: None, "served-elsewhere": EXTERNAL}, consumers=None)

    names = [one.name for one in found.of("pulumi:providers:pulumi-python")]
    assert [name for name in names if name.startswith("cluster")] == ["cluster"]


def test_no_more_gates_wait_at_once_than_leave_a_worker_for_the_engines_questions() -> None:
    keys = [f"m{number}" for number in range(7)]
    found = program_of(pool_stack({key: on_pool() for key in keys}, {"gpusPerNode": 7}, prereqs=PREREQS))
    line = [
        gate
        for kind in GATES
        for gate in found.of(f"{DYNAMIC}cluster:{kind}")
        if gate.provider.split("::")[-2] == LISTED
    ]
    behind = {gate.name: {urn for urn in gate.dependencies if urn in {one.urn for one in line}} for gate in line}

    free = [name for name, others in behind.items() if not others]
    assert len(line) == 9
    assert len(free) == WORKERS_OF_AN_INSTANCE - 1


def test_routes_are_waited_for_one_after_the_other() -> None:
    others = {f"elsewhere-{number}": EXTERNAL for number in range(3)}
    routes = program(models=others).of(f"{DYNAMIC}cluster:RouteAnnotation")
    urns = {one.urn for one in routes}
    before = [urn for one in routes for urn in one.dependencies & urns]

    assert len(urns) == 4
    assert len(before) == len(set(before)) == 3
    assert sum(not one.dependencies & urns for one in routes) == 1
