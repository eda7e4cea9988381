import itertools
import re

import pytest

from dynamic_providers.waiting import TimedOut, Wait


def _never(wait: Wait) -> None:
    while True:
        wait.pause("starting", lambda: "Events: one, two")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that only moves when somebody rests."""
    now = [0.0]

    class Rest:
        def wait(self, seconds: float) -> None:
            now[0] += seconds

    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr("threading.Event", Rest)
    return now


def test_a_wait_prints_each_new_phase_once(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    wait = Wait("the thing", 100, remedy="Help it.")
    for phase in ("starting", "starting", "nearly", "nearly"):
        wait.pause(phase)
    wait.say("ready")
    told = capsys.readouterr().out.splitlines()
    assert [line.split(" (")[0] for line in told] == ["the thing: starting", "the thing: nearly", "the thing: ready"]


def test_a_wait_that_does_not_move_still_prints_every_half_minute(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    wait = Wait("the thing", 200, remedy="Help it.")
    while clock[0] < 100:
        wait.pause("starting")
    told = [int(re.findall(r"\((\d+) s\)", line)[0]) for line in capsys.readouterr().out.splitlines()]
    assert len(told) >= 3
    assert max(later - earlier for earlier, later in itertools.pairwise(told)) <= 31


def test_a_wait_is_bounded_and_tells_what_is_known(clock: list[float]) -> None:
    wait = Wait("the thing", 10, remedy="Help it.")
    with pytest.raises(TimedOut) as over:
        _never(wait)
    assert clock[0] == pytest.approx(10)
    assert str(over.value) == (
        "wait for the thing: the time is over, last seen: starting. Events: one, two. Allowed were 10 s. Help it."
    )


def test_looks_become_rarer_up_to_the_slowest(clock: list[float]) -> None:
    wait = Wait("the thing", 1000, remedy="Help it.", slowest_seconds=5)
    rests = []
    for _ in range(20):
        before = clock[0]
        wait.pause("starting")
        rests.append(clock[0] - before)
    assert rests[0] <= 0.12
    assert max(rests) <= 6
    assert min(rests[12:]) >= 4
