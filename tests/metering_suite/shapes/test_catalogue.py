"""The shapes as a whole: enough of them, told apart, each of the measured failures among them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from metering_suite.engine.request import RefusedError, asked
from metering_suite.errors import SuiteError
from metering_suite.shapes import catalogue
from metering_suite.shapes import model as m
from metering_suite.shapes.catalogue import BY_NAME, GROUPS, SHAPES, chosen

MEASURED = (
    "chat unicode request-charset null-fields chunked prompt-20k prompt-1m embeddings empty-arrays long-integers gzip "
    "options-empty options-null include-false include-true crlf comments-apart split-bytes burst comment-before-event "
    "client-leaves"
)
"""What a widely used policy lost or changed on a real gateway, as shapes here."""


def test_there_are_more_than_sixty_shapes_in_both_modes_where_that_makes_sense() -> None:
    assert len(SHAPES) >= 60
    assert sum(shape.modes == m.BOTH for shape in SHAPES) >= 60


def test_no_name_stands_twice() -> None:
    assert [name for name, count in Counter(shape.name for shape in SHAPES).items() if count > 1] == []


@pytest.mark.parametrize("name", MEASURED.split())
def test_what_was_lost_on_a_real_gateway_is_a_shape(name: str) -> None:
    assert name in BY_NAME


def test_every_shape_says_what_it_is_in_a_line() -> None:
    assert all(shape.says and "\n" not in shape.says and not shape.says.endswith(".") for shape in SHAPES)


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape.ask.method == "POST"], ids=lambda one: one.name)
def test_a_shape_in_stream_mode_is_one_for_the_engine_too(shape: m.Shape) -> None:
    if shape.reply.body is not None or shape.own_answer or "failures" in _group(shape):
        return
    for mode in shape.modes:
        body = m.body_bytes(shape.ask, mode, "any")
        try:
            wanted = asked(shape.ask.path.partition("?")[0], shape.ask.content_type, body)
        except RefusedError:
            assert shape.name.startswith("options-")
            continue
        assert wanted.stream == (mode is m.Mode.STREAM)


def _group(shape: m.Shape) -> str:
    return next(group for group, shapes in GROUPS.items() if shape in shapes)


def test_shapes_are_chosen_by_name_by_group_and_by_pattern() -> None:
    assert [shape.name for shape in chosen(["chat"])] == ["chat"]
    assert chosen(["usage/*"]) == GROUPS["usage"]
    assert {shape.name for shape in chosen(["parallel-*"])} == {"parallel-16", "parallel-64", "parallel-16-slow"}
    assert chosen([]) == SHAPES


def test_a_pattern_that_matches_nothing_is_refused() -> None:
    with pytest.raises(SuiteError, match=r"'chatt' matches none(.|\n)*groups are calls, options"):
        chosen(["chat", "chatt"])


def test_a_body_is_filled_in_for_mode_model_and_size() -> None:
    ask = m.Ask(body='{"model":"<model>",<stream>"x":"<padding>"}', padding=3)
    assert m.body_bytes(ask, m.Mode.STREAM, "tiny") == b'{"model":"tiny","stream":true,"x":"xxx"}'
    assert m.body_bytes(ask, m.Mode.PLAIN, "tiny") == b'{"model":"tiny","x":"xxx"}'


def test_the_readme_has_the_number_of_shapes() -> None:
    readme = (Path(catalogue.__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    modes = sum(len(shape.modes) for shape in SHAPES)
    assert f"A suite of {len(SHAPES)} request shapes ({modes} with their modes" in readme
