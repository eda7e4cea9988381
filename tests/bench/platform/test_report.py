"""The page tells every size beside the others, long links one by one and short ones together."""

from bench.platform.growth import Pair
from bench.platform.measured import Size
from bench.platform.phases import Phase
from bench.platform.report import PAGE, chain_table, data_of, phase_table, picture, sections
from bench.platform.steps import Step
from bench.platform.waits import Link


def link(name: str, held: float, began: float, ended: float) -> Link:
    urn = f"urn:pulumi:dev::maas::maas:platform:OperatorInstall$pulumi-python:dynamic/cluster:OperatorReady::{name}"
    return Link(step=Step(urn=urn, op="create", began=began, ended=ended), held=held)


def size(models: int, *names: str) -> Size:
    phases = [Phase(name=name, steps=1, began=2.0, ended=12.0, at_work=5.5) for name in names]
    chain = [link("a", 0.1, 0.1, 0.2), link("b", 0.1, 0.3, 0.4), link("c-ready", 3.0, 3.4, 9.4)]
    values = {"up": Pair(value=9.4, floor=4.7)}
    return Size(models=models, values=values, phases=phases, chain=chain, held=chain[-1:], servers=models)


def test_a_phase_that_a_size_does_not_have_is_a_dash() -> None:
    rows = phase_table([size(1, "operators"), size(20, "operators", "storage")]).splitlines()[2:]

    assert rows == [
        "| operators | 2 – 12 s, 5.5 s at work | 2 – 12 s, 5.5 s at work |",
        "| storage | – | 2 – 12 s, 5.5 s at work |",
    ]


def test_short_links_are_told_together() -> None:
    rows = chain_table(size(1)).splitlines()[4:]

    assert rows == ["| 2 short ones | 0.2 s | 0.2 s | 0.4 s |", "| OperatorReady `c-ready` | 3.0 s | 6.0 s | 9.4 s |"]


def test_the_page_has_a_place_for_every_table() -> None:
    about = {"date": "2026-01-01", "cores": 2, "machine": "x86_64", "python": "3.11", "parallel": "64"}
    text = PAGE.read_text(encoding="utf-8").format(**sections([size(1, "operators"), size(20, "operators")]), **about)

    assert "first `up` of 20 models | 9.4 s | 4.7 s | 2.00" in text
    assert "first `up`, 1 → 20 models" in text
    assert "Processes of model servers that ran at\n  the sizes measured: 1, 20." in text


def test_one_size_has_no_slopes_and_says_so() -> None:
    assert sections([size(1)])["slopes"] == "One size only: no slope.\n"


def test_the_data_have_phases_and_chain_of_every_size() -> None:
    told = data_of([size(1, "operators")])["sizes"]

    assert told[0]["phases"][0]["at_work"] == 5.5
    assert told[0]["chain"][-1] == {
        "resource": "c-ready",
        "type": "pulumi-python:dynamic/cluster:OperatorReady",
        "held": 3.0,
        "took": 6.0,
    }


def test_the_picture_has_a_bar_per_phase() -> None:
    drawn = picture(size(20, "operators", "storage"))

    assert "First `up` of 20 models" in drawn
    assert all(f">{name}</text>" in drawn for name in ("operators", "storage"))
