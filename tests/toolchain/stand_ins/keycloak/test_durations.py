"""Go durations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolchain.stand_ins.keycloak.durations import DurationError, same, seconds, written_form


@pytest.mark.parametrize(
    ("written", "length"), [("5m", 300), ("300s", 300), ("1h30m", 5400), ("10h0m0s", 36000), ("0s", 0), ("1.5h", 5400)]
)
def test_a_duration_has_a_length(written: str, length: int) -> None:
    assert seconds(written) == length


@pytest.mark.parametrize("written", ["1d", "5", "", "m5", "5 m"])
def test_what_go_does_not_read_is_refused(written: str) -> None:
    with pytest.raises(DurationError, match="time: "):
        seconds(written)


@given(st.integers(min_value=0, max_value=10**8))
def test_what_is_written_is_read_again(total: int) -> None:
    assert seconds(written_form(total)) == total
    assert same(written_form(total), f"{total}s")


def test_go_writes_every_smaller_unit() -> None:
    assert [written_form(each) for each in (0, 45, 300, 7200)] == ["0s", "45s", "5m0s", "2h0m0s"]
