"""Number formats that GPUs calculate with, by their generation."""

from collections.abc import Iterator, Mapping

from components.config.gpu_products import PRODUCTS
from components.config.problems import Problem
from components.config.promise import Names
from components.config.server_pod import GPU, ServerPod
from components.config.serving_needs import pods
from components.config.settings import Settings
from components.config.vllm import Vllm

Capability = tuple[int, int]

_BFLOAT16_SINCE: Capability = (8, 0)
"""Generation of GPUs that calculate with bfloat16 (NVIDIA, CUDA programming guide, compute capabilities)."""

_FP8_CACHE_SINCE: Capability = (8, 0)
"""Generation from which a key-value cache in fp8 is read (vllm, issue 47549: FlashInfer's backend, the only one that
does so before (8, 9))."""

_COMPRESSED_SINCE: Mapping[str, Capability] = {
    "awq": (7, 5),
    "awq_marlin": (8, 0),
    "fp8": (8, 0),
    "gptq_marlin": (8, 0),
    "int4": (7, 5),
    "int8": (7, 5),
    "modelopt": (8, 9),
    "modelopt_fp4": (8, 0),
    "mxfp4": (8, 0),
    "nvfp4": (8, 0),
}
"""Generation from which weights so compressed are read, by the names of `quantization` (vllm,
vllm/model_executor/layers/quantization, get_min_capability; docs, features/quantization, supported hardware). Since
vLLM 0.14 some of them run on (7, 5) too, which a digest of an image does not tell."""


def number_formats(settings: Settings, _: Names) -> Iterator[Problem]:
    """Nobody calculates with a format on GPUs that cannot."""
    for key, server in pods(settings).items():
        if not isinstance(server, Vllm):
            continue
        product, capability = _generation(settings, server)
        for path, name, since in _formats(settings, key, server) if capability is not None else ():
            if capability is not None and capability < since:
                yield Problem(
                    path=f"models.{key}.{path}",
                    given=f"{name} was given for {product}, a GPU of compute capability {_version(capability)}",
                    allowed=f"{_instead(path)}; {name} needs compute capability {_version(since)} or later",
                    remedy=f"correct models.{key}.{path}, or choose a pool of newer GPUs",
                )


def calculates_with(settings: Settings, key: str, server: Vllm) -> str:
    """The number format that vLLM is told for the server, `auto` where the checkpoint's own will do.

    A checkpoint in bfloat16 is read as float16 on GPUs that cannot calculate with it: older releases of vLLM refuse it
    there unless they are told (vllm, vllm/worker/worker.py, `_check_if_gpu_supports_dtype`). Where the stack file does
    not say what the checkpoint is, vLLM decides: some models refuse float16.
    """
    _, capability = _generation(settings, server)
    old, weights = capability is not None and capability < _BFLOAT16_SINCE, settings.models[key].weights
    told = server.dtype == "auto" and old and weights is not None and weights.dtype == "bfloat16"
    return "float16" if told else server.dtype


def _formats(settings: Settings, key: str, server: Vllm) -> Iterator[tuple[str, str, Capability]]:
    """Path below the model, name and first generation of each format that the model or its server names."""
    weights = settings.models[key].weights
    if server.dtype == "bfloat16":
        yield "server.dtype", "bfloat16", _BFLOAT16_SINCE
    if server.quantization is not None and server.quantization in _COMPRESSED_SINCE:
        yield "server.quantization", server.quantization, _COMPRESSED_SINCE[server.quantization]
    if weights is not None and weights.quantization is not None:
        yield "weights.quantization", weights.quantization, _COMPRESSED_SINCE[weights.quantization]
    if server.kv_cache_dtype != "auto":
        yield "server.kvCacheDtype", server.kv_cache_dtype, _FP8_CACHE_SINCE


def _instead(path: str) -> str:
    return {
        "server.dtype": "float16, or auto",
        "server.kvCacheDtype": "auto",
        "server.quantization": "another quantization, or none",
    }.get(path, "a checkpoint that is compressed in another way, such as int4")


def _generation(settings: Settings, server: ServerPod) -> tuple[str, Capability | None]:
    """Name of the server's GPU and its compute capability, as far as the stack file tells."""
    if server.pool in settings.gpu.pools:
        pool = settings.gpu.pool(server.pool)
        return pool.product, pool.compute_capability
    labels = [(server.node_selector or {}).get(f"{GPU}.product", "")]
    labels += [one.value or "" for one in server.tolerations or () if one.key == GPU]
    bare = next((label.removesuffix("-SHARED") for label in labels if label), "")
    known = next((product for product in PRODUCTS.values() if product.label == bare), None)
    return bare, known.compute_capability if known is not None else None


def _version(capability: Capability) -> str:
    return f"{capability[0]}.{capability[1]}"
