"""A figure of a policy that does not count is none."""

import pytest

from bench.engine import BenchError
from bench.gateway.load import Wrk
from bench.gateway.measured import figures
from bench.gateway.runs import Bench, chain_item, everything_counted
from sandbox.nginx import Installation
from tests.gateway_nginx.packages import unpacked

PAGE = "# TYPE llm_tokens_total counter\nllm_tokens_total{a} 690\nllm_usage_missing_total{a} 0\n"


def test_all_tokens_counted_is_fine() -> None:
    everything_counted(PAGE, 10)


def test_fewer_tokens_than_answers_have_is_refused() -> None:
    with pytest.raises(BenchError, match="690 tokens of 11 answers"):
        everything_counted(PAGE, 11)


@pytest.mark.parametrize("name", ["llm_policy_errors_total", "llm_reports_failed_total", "llm_usage_missing_total"])
def test_any_trouble_is_refused(name: str) -> None:
    with pytest.raises(BenchError, match=name):
        everything_counted(f"{PAGE}{name}{{b}} 1\n", 10)


def test_the_policy_has_the_version_of_its_manifest() -> None:
    assert chain_item()["version"] == "0.2"


@pytest.mark.slow
def test_a_short_run_has_every_figure() -> None:
    bench = Bench(Installation(unpacked("nginx")), Wrk(unpacked("wrk")), seconds=1, turns=1, streams=500)
    found = figures(bench.all())
    assert len(found) == 8 + 6 + 4
    assert all(one.value > 0 for one in found)
