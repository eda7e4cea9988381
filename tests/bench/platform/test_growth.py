"""A slope is what one more model costs; the last one is compared with the first."""

import pytest

from bench.platform.growth import LINEAR, Pair, figures, growth, slopes

STEADY = {1: Pair(value=12.0, floor=5.0), 20: Pair(value=50.0, floor=24.0), 100: Pair(value=210.0, floor=104.0)}


def test_a_slope_is_what_one_more_model_costs_between_two_sizes_beside_its_floor() -> None:
    told = [(one.smaller, one.larger, one.value, one.floor) for one in slopes(STEADY)]

    assert told == [(1, 20, 2.0, 1.0), (20, 100, 2.0, 1.0)]


def test_what_grows_evenly_is_linear_and_what_grows_faster_is_told() -> None:
    steeper = STEADY | {100: Pair(value=410.0)}

    assert [figures("time", "s", sizes)[-1].good for sizes in (STEADY, steeper)] == [True, False]
    assert growth(slopes(steeper)) == 2.25 > LINEAR
    assert slopes(steeper)[-1].floor is None


def test_without_two_rising_slopes_nothing_is_judged() -> None:
    falling = {1: Pair(value=9.0), 2: Pair(value=8.0), 3: Pair(value=9.0)}

    assert growth(slopes({1: STEADY[1], 20: STEADY[20]})) is None
    assert growth(slopes(falling)) is None
    assert [one.good for one in figures("time", "s", falling)] == [None, None]


def test_what_is_not_to_be_linear_is_only_reported() -> None:
    assert [one.goal for one in figures("memory", "MB", STEADY, judged=False)] == ["", ""]


def test_a_slope_stands_in_the_table_with_its_ratio() -> None:
    first = figures("time", "s", STEADY)[0]

    assert (first.what, first.unit) == ("time, 1 → 20 models", "s per model")
    assert first.ratio == pytest.approx(2.0)
