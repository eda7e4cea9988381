"""Sizes are a list of numbers."""

import argparse

import pytest

from bench.platform.command import main, sizes
from bench.platform.progress import EXPECTED, Progress, Watch, expected
from bench.platform.steps import Told


def test_sizes_are_taken_from_small_to_large_and_once_each() -> None:
    assert sizes("100, 1,20,1") == [1, 20, 100]


@pytest.mark.parametrize("text", ["0", "1,,2", "ten", "-1"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="allowed are numbers from 1"):
        sizes(text)


def test_a_wrong_size_ends_as_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--models", "none"])
    assert "'none' is none; allowed are numbers from 1" in capsys.readouterr().err


def test_the_time_left_is_that_of_the_steps_ahead(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress([1, 20])
    last = list(EXPECTED)[-1]
    progress.begin(last, 20, "the last step")

    assert f"the last step; about {expected(last, 20) / 60:.0f} min left" in capsys.readouterr().err


def test_a_running_engine_is_told_about_from_time_to_time_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [0.0]
    monkeypatch.setattr("bench.platform.progress.time.monotonic", lambda: now[0])
    watch, told = Watch(Progress([1]), 9), Told()
    told.take(1.0, {"resourcePreEvent": {"metadata": {"urn": "urn:a::b::kubernetes:v1:Secret::key", "op": "create"}}})

    watch(told)
    assert capsys.readouterr().err == ""
    now[0] = 16.0
    watch(told)
    watch(told)
    assert capsys.readouterr().err == "[  16.0 s]   0 of 9 resources; at key\n"
