"""How a server is started: from an engine's settings to its container; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from components.config.engines import Docling, Image, Safety, TextEmbeddings
from components.config.serving import Server
from components.config.vllm import Vllm
from components.model_server import arguments, vllm_arguments
from components.model_server.arguments import MODEL_PATH, PORT

KEY_SECRET, KEY_ENTRY = "<Secret with the key>", "key"
"""Stands for the name of the Secret with the key of the model servers, which is new with each key; the entry in it."""

_CACHE = "/tmp/hf_home"  # noqa: S108 - in the container
_TEI_CACHES = {"HUGGINGFACE_HUB_CACHE": "/tmp/hf_hub_cache", "TRANSFORMERS_CACHE": "/tmp/transformers_cache"}  # noqa: S108 - in the container


@dataclass(frozen=True, kw_only=True)
class Launch:
    """What a container runs, and how others see that it does."""

    model_format: str
    """Format of the model, by which dashboard and KServe tell runtimes apart."""
    command: tuple[str, ...] = ()
    """Program; empty for the image's own."""
    arguments: list[str]
    """Its arguments."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables."""
    keyed: str = ""
    """Variable that takes the key for which the server asks; empty for a server that asks for none."""
    health_path: str = "/health"
    """Path that answers 200 as soon as the model is loaded."""
    metrics_path: str | None = "/metrics"
    """Path of the metrics, or nothing."""


def launch(server: Server, served_model_name: str, max_model_len: int, kind: str) -> Launch:
    """How `server` starts; `max_model_len` is in tokens and 0 for an engine that is not told."""
    match server:
        case Vllm():
            return Launch(
                model_format="vLLM",
                command=arguments.COMMAND,
                arguments=vllm_arguments.on_gpus(server, served_model_name, max_model_len, kind),
                environment={"HF_HOME": _CACHE},
                keyed="VLLM_API_KEY" if server.require_api_key else "",
            )
        case TextEmbeddings():
            return _text_embeddings(server)
        case Docling():
            return _docling(server)
        case Image():
            return _plain(server, [f"--port={PORT}"])
        case Safety():
            return _plain(server, [f"--http_port={PORT}", f"--model_name={served_model_name}"])
        case _:
            return Launch(
                model_format="vLLM",
                command=arguments.COMMAND,
                arguments=arguments.arguments(server, served_model_name, max_model_len),
                environment=arguments.environment(server),
            )


def _plain(server: Image | Safety, arguments: list[str]) -> Launch:
    """A server whose command line is written out, or else `arguments`."""
    return Launch(
        model_format=server.engine,
        arguments=list(server.args) or arguments,
        environment={"HF_HOME": _CACHE},
        health_path=server.health_path,
        metrics_path=server.metrics_path,
    )


def _text_embeddings(server: TextEmbeddings) -> Launch:
    """Text Embeddings Inference.

    Names of arguments: text-embeddings-inference, docs/source/en/cli_arguments.md.
    """
    sizes = {
        "--max-concurrent-requests": server.max_concurrent_requests,
        "--max-batch-tokens": server.max_batch_tokens,
        "--max-client-batch-size": server.max_client_batch_size,
    }
    return Launch(
        model_format="sbert",
        arguments=[
            f"--model-id={MODEL_PATH}",
            f"--port={PORT}",
            *([f"--dtype={server.dtype}"] if server.dtype != "auto" else []),
            *([f"--pooling={server.pooling}"] if server.pooling is not None else []),
            *(f"{name}={value}" for name, value in sizes.items() if value is not None),
            *(["--auto-truncate"] if server.auto_truncate else []),
            *server.extra_args,
        ],
        environment={"HF_HOME": _CACHE, **_TEI_CACHES},
    )


def _docling(server: Docling) -> Launch:
    """Docling; its settings are variables, since its web server's processes do not see arguments.

    Names of variables: docling-serve, docs/configuration.md.
    """
    sizes = {
        "DOCLING_SERVE_MAX_NUM_PAGES": server.max_pages,
        "DOCLING_SERVE_MAX_FILE_SIZE": None if server.max_file_mib is None else server.max_file_mib * 1024**2,
    }
    return Launch(
        model_format="docling",
        arguments=[],
        environment={
            "DOCLING_SERVE_ARTIFACTS_PATH": MODEL_PATH,
            "HF_HOME": _CACHE,
            "UVICORN_HOST": "0.0.0.0",  # noqa: S104 - in the container, behind the network policy
            "UVICORN_PORT": str(PORT),
            "UVICORN_WORKERS": str(server.workers),
            **{name: str(value) for name, value in sizes.items() if value is not None},
        },
        metrics_path=server.measured_at,
    )
