"""One dashboard for the console and for Grafana, the same text for the same stack."""

import json
from typing import Any

import pytest

from components.monitoring.dashboard import dashboard
from tests.components.config.test_validation import settings


def panels() -> list[dict[str, Any]]:
    return [panel for row in json.loads(dashboard(settings()))["rows"] for panel in row["panels"]]


@pytest.mark.row("S-219")
def test_calls_tokens_and_servers_are_shown() -> None:
    shown = {panel["title"]: panel["targets"][0]["expr"] for panel in panels()}

    assert shown["Prompt tokens per minute"] == (
        '60 * sum by (service_system_name) (rate(llm_prompt_tokens_count{namespace="3scale"}[5m]))'
    )
    assert 'status=~"5.."' in shown["Errors per second (500 to 599)"]
    assert shown["Requests that wait"] == 'sum by (model_name) (vllm:num_requests_waiting{namespace="llm-hosting"})'
    assert shown["Key-value cache in use"] == (
        'max by (model_name) ({__name__=~"vllm:(kv|gpu)_cache_usage_perc",namespace="llm-hosting"})'
    )


def test_every_panel_has_a_number_of_its_own() -> None:
    numbers = [panel["id"] for panel in panels()]

    assert numbers == sorted(set(numbers))


def test_the_text_does_not_depend_on_the_run() -> None:
    assert dashboard(settings()) == dashboard(settings())
