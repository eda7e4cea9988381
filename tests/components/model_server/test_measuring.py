"""Monitors, and replicas that follow the load."""

import pytest

from components.config.validation import validated
from components.custom_resources import validated as written
from components.model_server.manifests import ServedModel, inference_service
from components.model_server.measuring import scaled_object, service_monitor, trigger_authentication
from components.model_server.served import served_model
from tests.components.config.test_validation import ALL_SECRETS, MODEL, settings
from tests.support.model_servers import served, serving_stack


def model(engine: str = "vllm", **server: object) -> ServedModel:
    found = served_model(validated(serving_stack({"model": served(engine, server=server)}), ALL_SECRETS), "model")
    assert found is not None
    return found


@pytest.mark.row("S-079")
def test_every_engine_with_metrics_gets_one_monitor() -> None:
    monitor = service_monitor(model("tei"))

    assert monitor is not None
    assert written(monitor)["spec"] == {
        "selector": {"matchLabels": {"app": "isvc.model-predictor", "component": "predictor"}},
        "endpoints": [{"targetPort": 8080, "path": "/metrics", "scheme": "http", "interval": "30s"}],
    }
    assert service_monitor(model("docling", api="convert"))
    assert service_monitor(model("image", metricsPath="/measures"))


def test_what_openshift_ai_collects_itself_is_not_counted_twice() -> None:
    cpu = served_model(settings(), MODEL)

    assert cpu is not None
    assert service_monitor(cpu) is None
    assert service_monitor(model()) is None
    assert service_monitor(model(monitoring=True)) is not None


def test_a_server_without_metrics_and_one_that_opts_out_get_none() -> None:
    assert service_monitor(model("docling")) is None
    assert service_monitor(model("safety")) is None
    assert service_monitor(model("tei", monitoring=False)) is None


@pytest.mark.parametrize(
    ("given", "series", "threshold"),
    [
        ({}, "vllm:num_requests_waiting", "5"),
        ({"metric": "runningRequests", "target": 10}, "vllm:num_requests_running", "10"),
        ({"metric": "cacheUsage"}, "vllm:kv_cache_usage_perc", "0.8"),
    ],
)
@pytest.mark.row("S-080")
def test_replicas_follow_vllms_own_figures(given: dict[str, object], series: str, threshold: str) -> None:
    scaled = scaled_object(model(autoscale={"max": 3, **given}))

    assert scaled is not None
    spec = written(scaled)["spec"]
    assert spec["scaleTargetRef"]["name"] == "model-predictor"
    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (1, 3)
    (trigger,) = spec["triggers"]
    assert trigger["metadata"] == {
        "serverAddress": "https://thanos-querier.openshift-monitoring.svc.cluster.local:9092",
        "namespace": "llm-hosting",
        "query": f'sum({series}{{namespace="llm-hosting",pod=~"model-predictor-.*"}})',
        "threshold": threshold,
        "authModes": "bearer",
    }
    assert trigger["authenticationRef"] == {"name": trigger_authentication("llm-hosting")["metadata"]["name"]}


def test_fewer_replicas_are_wanted_for_a_while_before_one_goes() -> None:
    scaled = scaled_object(model(autoscale={"max": 3, "cooldownSeconds": 1200}))

    assert scaled is not None
    spec = written(scaled)["spec"]
    # `cooldownPeriod` is for the step from one pod to none, which never comes here.
    assert "cooldownPeriod" not in spec
    assert spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"] == {
        "scaleDown": {"stabilizationWindowSeconds": 1200}
    }


def test_kserve_leaves_a_scaled_server_to_keda() -> None:
    found = inference_service(model(autoscale={"min": 2, "max": 3}))

    assert found["metadata"]["annotations"]["serving.kserve.io/autoscalerClass"] == "external"
    predictor = found["spec"]["predictor"]
    assert (predictor["minReplicas"], predictor["maxReplicas"]) == (2, 3)
    assert scaled_object(model()) is None


def test_keda_signs_in_with_the_readers_token() -> None:
    spec = written(trigger_authentication("llm-hosting"))["spec"]

    assert spec["secretTargetRef"] == [
        {"parameter": "bearerToken", "name": "model-metrics-reader", "key": "token"},
        {"parameter": "ca", "name": "model-metrics-reader", "key": "ca.crt"},
    ]
