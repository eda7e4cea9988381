"""The bench of many streams: it counts right, and a lost token shows."""

import asyncio

import pytest

from bench.streams.command import figures, main, measured
from bench.streams.load import Load


def test_a_short_load_loses_no_token() -> None:
    found = asyncio.run(measured(streams=8, seconds=0.5))
    assert [one.good for one in found if one.goal] == [True, True, True]
    assert next(one for one in found if one.unit == "answers").value >= 8


@pytest.mark.parametrize("counted", [15, 17, 0])
def test_a_lost_or_doubled_token_shows(counted: int) -> None:
    some = Load(seconds=1.0, answers=1, first_bytes=[0.1])
    (line,) = [one for one in figures(1, some, some, {"total_tokens": 16}, {"total_tokens": counted}) if one.goal]
    assert line.good is False


def test_a_number_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["--streams", "0"])
    assert refused.value.code == 2
    assert "allowed are numbers above 0" in capsys.readouterr().err
