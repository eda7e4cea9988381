"""A figure of a policy that does not count is none."""

import pytest

from bench.engine import BenchError
from bench.gateway import counting
from bench.gateway.counting import Passed, everything_counted

PAGE = (
    "# TYPE llm_tokens_total counter\nllm_tokens_total{a} 621\nllm_tokens_total{b} 69\nllm_usage_missing_total{a} 0\n"
)
TEN = Passed(10, 10)


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "SETTLED_SECONDS", 0.0)


def test_all_tokens_counted_is_fine() -> None:
    everything_counted(lambda: PAGE, TEN)


def test_fewer_tokens_than_answers_have_are_refused() -> None:
    with pytest.raises(BenchError, match="690 tokens of 11 answers, allowed are 759 to 828"):
        everything_counted(lambda: PAGE, Passed(11, 12))


def test_more_tokens_than_answers_can_have_are_refused() -> None:
    with pytest.raises(BenchError, match="690 tokens of 8 answers, allowed are 552 to 621"):
        everything_counted(lambda: PAGE, Passed(8, 9))


def test_answers_under_way_at_the_end_of_each_load_may_count_or_not() -> None:
    passed = Passed()
    for requests in (4, 5):
        passed.add(requests, 16)
    assert passed == Passed(9, 41)
    everything_counted(lambda: PAGE, passed)


def test_the_last_tokens_may_be_counted_after_their_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "SETTLED_SECONDS", 60.0)
    pages = ["llm_tokens_total{a} 621\n", PAGE]
    waited: list[float] = []
    everything_counted(lambda: pages.pop(0), TEN, waited.append)
    assert not pages
    assert len(waited) == 1


@pytest.mark.parametrize("name", ["llm_policy_errors_total", "llm_reports_failed_total", "llm_usage_missing_total"])
def test_any_trouble_is_refused(name: str) -> None:
    with pytest.raises(BenchError, match=name):
        everything_counted(lambda: f"{PAGE}{name}{{b}} 1\n", TEN)
