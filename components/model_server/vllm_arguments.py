"""From a model's settings to the command line of vLLM on GPUs; pure."""

from collections.abc import Iterator

from components.config.vllm import Vllm
from components.model_server.arguments import MODEL_PATH, PORT


def on_gpus(server: Vllm, served_model_name: str, max_model_len: int, kind: str) -> list[str]:
    """VLLM's arguments in a fixed order, the stack file's own last; `max_model_len` is in tokens.

    Names: vllm, vllm/engine/arg_utils.py and vllm/entrypoints/openai/cli_args.py. The key is no argument: everybody
    who lists processes or pods would read it.
    """
    return [
        f"--port={PORT}",
        f"--model={MODEL_PATH}",
        f"--served-model-name={served_model_name}",
        f"--max-model-len={max_model_len}",
        *_numbers(server),
        *_devices(server),
        *_load(server),
        *_answers(server, kind),
        *_adapters(server),
        *(["--trust-remote-code"] if server.trust_remote_code else []),
        *server.extra_args,
    ]


def _numbers(server: Vllm) -> Iterator[str]:
    if server.dtype != "auto":
        yield f"--dtype={server.dtype}"
    if server.quantization is not None:
        yield f"--quantization={server.quantization}"
    if server.kv_cache_dtype != "auto":
        yield f"--kv-cache-dtype={server.kv_cache_dtype}"


def _devices(server: Vllm) -> Iterator[str]:
    yield f"--gpu-memory-utilization={server.gpu_memory_utilization:g}"
    if server.devices > 1:
        yield f"--tensor-parallel-size={server.tensor_parallel}"
        if server.pipeline_parallel_size > 1:
            yield f"--pipeline-parallel-size={server.pipeline_parallel_size}"
        # All GPUs of a pod are on one node, so processes are enough and no Ray is needed.
        yield "--distributed-executor-backend=mp"


def _load(server: Vllm) -> Iterator[str]:
    if server.max_num_seqs is not None:
        yield f"--max-num-seqs={server.max_num_seqs}"
    if server.max_num_batched_tokens is not None:
        yield f"--max-num-batched-tokens={server.max_num_batched_tokens}"
    if server.enforce_eager:
        yield "--enforce-eager"


def _answers(server: Vllm, kind: str) -> Iterator[str]:
    if kind == "embedding":
        yield "--runner=pooling"
    if server.chat_template is not None:
        yield f"--chat-template={server.chat_template}"
    if server.tool_call_parser is not None:
        yield "--enable-auto-tool-choice"
        yield f"--tool-call-parser={server.tool_call_parser}"
    if server.reasoning_parser is not None:
        yield f"--reasoning-parser={server.reasoning_parser}"


def _adapters(server: Vllm) -> Iterator[str]:
    if server.lora is not None:
        yield "--enable-lora"
        yield f"--max-lora-rank={server.lora.max_rank}"
        yield f"--max-loras={server.lora.max_at_once}"
        # One word each after the name: the list ends at the next argument that begins with two dashes.
        yield "--lora-modules"
        yield from (f"{name}={MODEL_PATH}/{path}" for name, path in sorted(server.lora.modules.items()))
