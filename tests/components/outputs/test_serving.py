"""Where models are reached in the cluster, what is left on their GPUs, what they cost."""

from typing import Any

import pytest

from components.config.validation import validated
from components.outputs.serving import serving_outputs
from tests.components.config.test_validation import ALL_SECRETS, MODEL, settings
from tests.support.model_servers import GRANITE_8B, on_pool, pool_stack


def found(pool: dict[str, Any] | None = None, **model: Any) -> dict[str, Any]:  # noqa: ANN401 - keys of a stack file
    return serving_outputs(validated(pool_stack({"granite": on_pool(**model)}, pool), ALL_SECRETS))


@pytest.mark.row("S-071")
@pytest.mark.parametrize(("kind", "port"), [("headed", ""), ("headless", ":8080")])
def test_the_internal_address_follows_the_kind_of_service(kind: str, port: str) -> None:
    urls = serving_outputs(settings(modelServing={"serviceKind": kind}))["model_internal_urls"]

    assert urls == {MODEL: f"http://{MODEL}-predictor.llm-hosting.svc.cluster.local{port}"}


@pytest.mark.row("S-077", "S-081")
def test_a_model_of_somebody_elses_server_keeps_its_address() -> None:
    external = {
        "source": {"external": "http://granite-7b-instruct.team.svc.cluster.local:8080/"},
        "plans": ["standard"],
    }
    urls = serving_outputs(settings(models={"granite-7b-instruct": external}))["model_internal_urls"]

    assert urls["granite-7b-instruct"] == "http://granite-7b-instruct.team.svc.cluster.local:8080"


@pytest.mark.row("S-030")
def test_what_is_left_is_told_for_models_with_declared_weights() -> None:
    assert found()["model_fit"] == {}

    assert found(weights=GRANITE_8B)["model_fit"] == {
        "granite": {
            "memory_gib": 22.1,
            "budget_gib": 19.89,
            "weights_gib": 14.99,
            "overhead_gib": 2.0,
            "cache_gib": 0.84,
            "headroom_gib": 2.05,
            "cached_tokens": 21085,
        }
    }


def test_a_pools_price_is_shared_by_the_models_on_it() -> None:
    assert found()["model_costs"] == {}

    costs = found({"pricePerHour": 1.5}, tokensPerSecond=1000)["model_costs"]
    assert costs == {"granite": {"per_hour": 1.5, "per_month": 1095.0, "per_million_tokens": 0.4167}}
    half = found({"pricePerHour": 1.5, "gpusPerNode": 2})["model_costs"]["granite"]
    assert half == {"per_hour": 0.75, "per_month": 547.5, "per_million_tokens": None}
