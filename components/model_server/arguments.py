"""From a model's settings to vLLM's command line; pure."""

from components.config.serving import Server

COMMAND = ("python", "-m", "vllm.entrypoints.openai.api_server")
"""Starts vLLM's OpenAI-compatible server."""

PORT = 8080
"""Port the server listens on; KServe's Service forwards port 80 to it."""

MODEL_PATH = "/mnt/models"
"""Folder at which KServe mounts the weights (kserve, pkg/constants)."""


def arguments(server: Server, served_model_name: str, max_model_len: int) -> list[str]:
    """VLLM's arguments in a fixed order, the stack file's own last; `max_model_len` is in tokens."""
    return [
        f"--port={PORT}",
        f"--model={MODEL_PATH}",
        f"--served-model-name={served_model_name}",
        f"--max-model-len={max_model_len}",
        *([f"--dtype={server.dtype}"] if server.dtype != "auto" else []),
        *server.extra_args,
    ]


def environment(server: Server) -> dict[str, str]:
    """Variables of the server: a writable cache folder, and the key-value cache's size in GiB."""
    return {"HF_HOME": "/tmp/hf_home", "VLLM_CPU_KVCACHE_SPACE": str(server.kv_cache_gib)}  # noqa: S108 - in the container
