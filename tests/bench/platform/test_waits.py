"""The chain of what a run waited for adds up to its length, and what is held back is told apart from what is slow."""

from bench.platform.steps import Step
from bench.platform.waits import held, longest_chain, most_held, needs

STACK = "urn:pulumi:dev::maas::pulumi:pulumi:Stack::maas-dev"
PROVIDER = "urn:pulumi:dev::maas::pulumi:providers:pulumi-python::cluster"
COMPONENT = "urn:pulumi:dev::maas::maas:serving:ModelServer::granite"


def urn(name: str) -> str:
    return f"urn:pulumi:dev::maas::maas:serving:ModelServer$kubernetes:core/v1:Secret::{name}"


def step(urn_: str, began: float, ended: float) -> Step:
    return Step(urn=urn_, op="create", began=began, ended=ended)


def test_a_resource_needs_its_dependencies_its_provider_instance_and_its_parent() -> None:
    state = {
        "urn": urn("gate"),
        "parent": COMPONENT,
        "provider": f"{PROVIDER}::0123",
        "dependencies": [urn("a")],
        "propertyDependencies": {"name": [urn("b")], "other": None},
    }

    assert needs([state, {"urn": STACK}]) == {urn("gate"): {COMPONENT, PROVIDER, urn("a"), urn("b")}, STACK: set()}


def test_a_step_is_held_back_from_the_end_of_the_last_thing_that_it_needs() -> None:
    steps = {one.urn: one for one in [step(urn("a"), 1, 4), step(urn("b"), 2, 3), step(COMPONENT, 3.5, 60)]}

    back, last = held(step(urn("gate"), 6, 9), [urn("a"), urn("b"), COMPONENT, "not in this run"], steps)

    assert (back, last) == (2, steps[urn("a")])
    assert held(step(urn("gate"), 6, 9), [], steps) == (6, None)


def test_the_longest_chain_adds_up_to_the_end_of_the_last_step() -> None:
    steps = [
        step(STACK, 1, 50),
        step(COMPONENT, 3, 40),
        step(urn("quick"), 5, 6),
        step(urn("slow"), 5, 12),
        step(urn("gate"), 14, 30),
    ]
    needed = {
        urn("gate"): {urn("slow"), urn("quick"), COMPONENT},
        urn("slow"): {COMPONENT},
        urn("quick"): {COMPONENT},
    }

    chain = longest_chain(steps, needed)

    assert [(link.step.name, link.held, link.step.took) for link in chain] == [
        ("granite", 3, 0),
        ("slow", 2, 7),
        ("gate", 2, 16),
    ]
    assert sum(link.seconds for link in chain) == 30


def test_there_is_no_chain_without_steps() -> None:
    assert longest_chain([], {}) == []


def test_what_waited_for_a_free_worker_comes_first_and_instances_are_left_out() -> None:
    steps = [step(PROVIDER, 9, 9.5), step(urn("first"), 1, 5), step(urn("second"), 5, 5.1), step(urn("third"), 2, 20)]
    needed = {urn("second"): {urn("zero")}, urn("third"): set[str]()}

    found = most_held([*steps, step(urn("zero"), 0, 0.5)], needed, 2)

    assert [(link.step.name, link.held) for link in found] == [("second", 4.5), ("third", 2)]
