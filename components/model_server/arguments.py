"""From a model's settings to the command line of vLLM on processors; pure."""

from components.config.server_pod import MODEL_FOLDER
from components.config.vllm import VllmCpu

COMMAND = ("python", "-m", "vllm.entrypoints.openai.api_server")
"""Starts vLLM's OpenAI-compatible server."""

PORT = 8080
"""Port the server listens on; KServe's Service forwards port 80 to it."""

MODEL_PATH = MODEL_FOLDER
"""Folder at which KServe mounts the weights."""


def arguments(server: VllmCpu, served_model_name: str, max_model_len: int) -> list[str]:
    """VLLM's arguments in a fixed order, the stack file's own last; `max_model_len` is in tokens."""
    return [
        f"--port={PORT}",
        f"--model={MODEL_PATH}",
        f"--served-model-name={served_model_name}",
        f"--max-model-len={max_model_len}",
        *([f"--dtype={server.dtype}"] if server.dtype != "auto" else []),
        *server.extra_args,
    ]


def environment(server: VllmCpu) -> dict[str, str]:
    """Variables of the server: a writable cache folder, and the key-value cache's size in GiB."""
    return {"HF_HOME": "/tmp/hf_home", "VLLM_CPU_KVCACHE_SPACE": str(server.kv_cache_gib)}  # noqa: S108 - in the container
