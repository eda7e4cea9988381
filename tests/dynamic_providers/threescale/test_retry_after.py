"""A pause that the server asks for is the same for every method, in seconds or as a date, whatever our clock says."""

import time

import pytest

from dynamic_providers.threescale import retry_after
from dynamic_providers.threescale.errors import Unavailable
from dynamic_providers.threescale.transport import Patience
from tests.dynamic_providers.threescale.scripted import Reply, in_turn, scripted

ANSWERED = "Wed, 21 Oct 2015 07:28:00 GMT"
"""The server's clock is years behind ours."""
ASKED_FOR = [
    ({"Retry-After": "7"}, 7.0),
    ({"Retry-After": "Wed, 21 Oct 2015 07:28:07 GMT", "Date": ANSWERED}, 7.0),
    ({"Retry-After": "Wednesday, 21-Oct-15 07:28:07 GMT", "Date": ANSWERED}, 7.0),
    ({"Retry-After": "Wed Oct 21 07:28:07 2015", "Date": ANSWERED}, 7.0),
]
NOT_ASKED_FOR = [
    ({"Retry-After": "Wed, 21 Oct 2015 07:27:00 GMT", "Date": ANSWERED}, 0.0),
    ({"Retry-After": "soon"}, 0.0),
    ({"Retry-After": "Wed, 21 Oct 2015 07:28:07 +99999999999999999999"}, 0.0),
    ({"Retry-After": "-7"}, 0.0),
    ({"Retry-After": ""}, 0.0),
    ({}, 0.0),
]


@pytest.mark.parametrize(("headers", "pause"), ASKED_FOR + NOT_ASKED_FOR)
def test_a_lost_post_tells_the_pause(headers: dict[str, str], pause: float) -> None:
    with scripted(in_turn(Reply(status=429, headers=headers))) as server:
        with pytest.raises(Unavailable) as lost:
            server.api().call("POST", "services", {})
        assert lost.value.retry_after_seconds == pause


@pytest.mark.parametrize(("headers", "pause"), ASKED_FOR)
def test_a_repetition_keeps_the_pause(headers: dict[str, str], pause: float, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    with scripted(in_turn(Reply(status=429, headers=headers), Reply(body={"ok": 1}))) as server:
        assert server.api().call("GET", "services") == {"ok": 1}
    assert slept == [pause]


@pytest.mark.parametrize(("headers", "pause"), NOT_ASKED_FOR)
def test_a_repetition_for_which_no_pause_is_asked_comes_at_once(
    headers: dict[str, str], pause: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    with scripted(in_turn(Reply(status=429, headers=headers), Reply(body={"ok": 1}))) as server:
        assert server.api().call("GET", "services") == {"ok": 1}
    assert sum(slept) == pause


def test_a_date_is_bounded_like_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    late = {"Retry-After": "Thu, 22 Oct 2015 07:28:00 GMT", "Date": ANSWERED}
    with scripted(in_turn(Reply(status=503, headers=late), Reply(body={"ok": 1}))) as server:
        server.api(patience=Patience(retries=1, longest_pause_seconds=3)).call("GET", "services")
    assert slept == [3.0]


def test_our_clock_counts_where_the_answer_has_no_date() -> None:
    headers = {"Retry-After": "Thu, 01 Jan 1970 00:01:40 GMT"}
    assert retry_after.seconds(headers, lambda: 90.0) == 10.0
    assert retry_after.seconds(headers | {"Date": "today"}, lambda: 90.0) == 10.0
