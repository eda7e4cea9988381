"""The gateway's policy chain, exactly."""

import pytest

from components.config.api_defaults import Upstream
from components.model_api.policies import (
    ApicastPolicy,
    CorsPolicy,
    LlmMetricsPolicy,
    UpstreamConnectionPolicy,
    chain,
)


@pytest.mark.row("S-144", "C-20")
def test_cors_permits_one_origin_without_cookies() -> None:
    assert CorsPolicy("https://maas.apps.maas.test").item() == {
        "name": "cors",
        "version": "builtin",
        "enabled": True,
        "configuration": {
            "allow_origin": "https://maas.apps.maas.test",
            "allow_credentials": False,
            "allow_methods": ["GET", "POST", "OPTIONS"],
            "allow_headers": ["Authorization", "Content-Type", "Accept"],
        },
    }


@pytest.mark.row("S-145")
def test_time_limits_towards_the_model() -> None:
    assert UpstreamConnectionPolicy(Upstream()).item()["configuration"] == {
        "connect_timeout": 10,
        "send_timeout": 300,
        "read_timeout": 300,
    }


@pytest.mark.row("S-147", "C-22")
def test_a_token_rule_names_a_plain_metric_and_a_liquid_increment() -> None:
    item = LlmMetricsPolicy(("total_tokens",)).item()

    assert (item["name"], item["version"]) == ("llm-metrics", "0.2")
    assert item["configuration"] == {
        "enable_sse_support": True,
        "rules": [
            {
                "metric": "total_tokens",
                "increment": "{{ llm_usage.total_tokens }}",
                "condition": {
                    "combine_op": "and",
                    "operations": [
                        {"left": "{{status}}", "left_type": "liquid", "op": "==", "right": "200", "right_type": "plain"}
                    ],
                },
            }
        ],
    }


@pytest.mark.row("S-143")
def test_the_chain_keeps_the_order() -> None:
    links = chain([CorsPolicy("*"), ApicastPolicy()])

    assert [link["name"] for link in links] == ["cors", "apicast"]
