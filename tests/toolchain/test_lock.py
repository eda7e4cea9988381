"""One set-up at a time per cache folder."""

import threading
from pathlib import Path

import pytest

from toolchain.failure import InterruptedRunError, ToolchainError
from toolchain.lock import held


def nothing(*_arguments: object) -> None:
    """Neither told nor stopped."""


def test_the_second_waits_until_the_first_has_ended_and_is_told_for_whom(tmp_path: Path) -> None:
    told: list[str] = []
    order: list[str] = []
    waiting = threading.Event()

    def tell(other: str) -> None:
        told.append(other)
        waiting.set()

    def second() -> None:
        with held(tmp_path / "lock", "the second", waiting=tell, check=nothing):
            order.append("second")

    with held(tmp_path / "lock", "the first", waiting=nothing, check=nothing):
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(10)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]
    assert told == ["the first"]


def test_waiting_has_an_end(tmp_path: Path) -> None:
    with (
        held(tmp_path / "lock", "the first", waiting=nothing, check=nothing),
        pytest.raises(ToolchainError, match="the first has held it for more than 0 s"),
        held(tmp_path / "lock", "the second", waiting=nothing, check=nothing, limit_seconds=0),
    ):
        pytest.fail("both hold the lock")


def test_waiting_can_be_stopped(tmp_path: Path) -> None:
    def stopped() -> None:
        raise InterruptedRunError

    with (
        held(tmp_path / "lock", "the first", waiting=nothing, check=nothing),
        pytest.raises(InterruptedRunError),
        held(tmp_path / "lock", "the second", waiting=nothing, check=stopped),
    ):
        pytest.fail("both hold the lock")
