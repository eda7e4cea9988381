"""How each engine starts."""

from typing import Any

import pytest

from components.config.validation import validated
from components.model_server.launch import Launch, launch
from tests.components.config.test_validation import ALL_SECRETS
from tests.support.model_servers import served, serving_stack


def started(engine: str, **server: object) -> Launch:
    stack = serving_stack({"model": served(engine, server=server)})
    found = validated(stack, ALL_SECRETS).models["model"]
    assert found.server is not None
    return launch(found.server, "model", found.max_model_len or 0, found.kind)


@pytest.mark.row("S-064")
def test_text_embeddings_have_writable_caches_under_their_right_names() -> None:
    found = started("tei")

    assert found.model_format == "sbert"
    assert found.command == ()
    assert found.arguments == ["--model-id=/mnt/models", "--port=8080"]
    assert found.environment == {
        "HF_HOME": "/tmp/hf_home",  # noqa: S108 - in the container
        "HUGGINGFACE_HUB_CACHE": "/tmp/hf_hub_cache",  # noqa: S108 - in the container
        "TRANSFORMERS_CACHE": "/tmp/transformers_cache",  # noqa: S108 - in the container
    }


def test_everything_text_embeddings_can_be_told() -> None:
    found = started(
        "tei",
        dtype="float16",
        pooling="mean",
        maxConcurrentRequests=64,
        maxBatchTokens=8192,
        maxClientBatchSize=16,
        autoTruncate=True,
        extraArgs=["--served-model-name=nomic"],
    )

    assert found.arguments[2:] == [
        "--dtype=float16",
        "--pooling=mean",
        "--max-concurrent-requests=64",
        "--max-batch-tokens=8192",
        "--max-client-batch-size=16",
        "--auto-truncate",
        "--served-model-name=nomic",
    ]


def test_docling_is_told_by_variables() -> None:
    found = started("docling", workers=2, maxPages=100, maxFileMiB=20)

    assert found.arguments == []
    assert found.environment == {
        "DOCLING_SERVE_ARTIFACTS_PATH": "/mnt/models",
        "DOCLING_SERVE_MAX_FILE_SIZE": "20971520",
        "DOCLING_SERVE_MAX_NUM_PAGES": "100",
        "HF_HOME": "/tmp/hf_home",  # noqa: S108 - in the container
        "UVICORN_HOST": "0.0.0.0",  # noqa: S104 - in the container
        "UVICORN_PORT": "8080",
        "UVICORN_WORKERS": "2",
    }
    assert found.metrics_path is None
    assert started("docling", api="convert").metrics_path == "/metrics"


@pytest.mark.parametrize(
    ("engine", "arguments", "health"),
    [
        ("image", ["--port=8080"], "/health"),
        ("safety", ["--http_port=8080", "--model_name=model"], "/v2/health/ready"),
    ],
)
def test_a_plain_server_listens_on_8080_unless_its_arguments_say_more(
    engine: str, arguments: list[str], health: str
) -> None:
    found = started(engine)
    changed: dict[str, Any] = {"args": ["--port", "8080"], "healthPath": "/ready", "metricsPath": "/measures"}
    other = started(engine, **changed)

    assert (found.arguments, found.health_path, found.metrics_path) == (arguments, health, None)
    assert (other.arguments, other.health_path, other.metrics_path) == (["--port", "8080"], "/ready", "/measures")


def test_the_key_is_a_variable_and_never_an_argument() -> None:
    found = started("vllm", requireApiKey=True)

    assert found.keyed == "VLLM_API_KEY"
    assert not any("key" in argument for argument in found.arguments)
    assert started("vllm").keyed == ""
