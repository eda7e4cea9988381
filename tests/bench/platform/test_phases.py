"""Every step of a run belongs to a phase, and a phase is at work while one of its steps is."""

from pathlib import Path

import pytest

from bench.platform.phases import OTHER, PHASES, START, covered, phase_of, phases
from bench.platform.steps import Step

ROOT = Path(__file__).resolve().parents[3]


def step(types: str, name: str, began: float, ended: float) -> Step:
    return Step(urn=f"urn:pulumi:dev::maas::{types}::{name}", op="create", began=began, ended=ended)


@pytest.mark.parametrize(
    ("spans", "seconds"),
    [([], 0), ([(1, 3)], 2), ([(1, 3), (2, 5)], 4), ([(1, 9), (2, 3)], 8), ([(6, 7), (1, 2)], 2)],
)
def test_overlapping_spans_are_counted_once(spans: list[tuple[float, float]], seconds: float) -> None:
    assert covered(spans) == seconds


def test_a_phase_is_told_from_the_components_around_a_resource() -> None:
    gate = step("maas:platform:OperatorInstall$pulumi-python:dynamic/cluster:OperatorReady", "odf-ready", 0, 1)
    consumer = step("maas:threescale:ThreeScaleTenant$maas:threescale:New$kubernetes:core/v1:Secret", "key", 0, 1)
    unknown = step("maas:platform:Later$kubernetes:core/v1:Secret", "later", 0, 1)

    assert [phase_of(one) for one in (gate, consumer, unknown)] == ["operators", "tenant and consumers", OTHER]


def test_the_stack_components_and_provider_instances_are_no_part_of_a_phase() -> None:
    types = ["pulumi:pulumi:Stack", "maas:serving:ModelServer", "pulumi:providers:kubernetes"]

    assert [phase_of(step(type_, "one", 0, 1)) for type_ in types] == [None, None, None]


def test_phases_come_after_a_start_that_ends_with_the_first_resource() -> None:
    found = phases(
        [
            step("pulumi:pulumi:Stack", "maas-dev", 1, 30),
            step("pulumi:providers:kubernetes", "kubernetes", 2, 2.5),
            step("maas:threescale:ModelApi$pulumi-python:dynamic/threescale:Plan", "plan", 12, 14),
            step("maas:threescale:ModelApi$pulumi-python:dynamic/threescale:Product", "product", 10, 11),
            step("maas:platform:OperatorInstall$kubernetes:operators.coreos.com/v1:OperatorGroup", "group", 4, 5),
        ]
    )

    told = [(one.name, one.steps, one.began, one.ended, one.at_work) for one in found]
    assert told == [(START, 0, 0, 4, 4), ("operators", 1, 4, 5, 1), ("model APIs", 2, 10, 14, 3)]


def test_a_run_without_steps_has_no_phases() -> None:
    assert phases([step("pulumi:pulumi:Stack", "maas-dev", 1, 2)]) == []


def test_every_component_of_the_product_has_a_phase() -> None:
    words = [path.read_text(encoding="utf-8") for path in (ROOT / "components").glob("*/*.py")]
    components = {
        part.split('"')[0].rpartition(":")[2] for text in words for part in text.split('super().__init__("maas:')[1:]
    }

    assert components
    assert components == set().union(*PHASES.values())
