"""Whether a model fits its GPUs, and what it costs; pure. `docs/fit-check.md` derives the formulas.

All sizes are GiB of one GPU: every GPU of a server holds an equal share of the weights and of the cache.
"""

import math
from dataclasses import dataclass

from components.config.vllm import Vllm, VllmCpu
from components.config.weights import FLOAT_BYTES, GIB, Weights

ALONE_GIB, TOGETHER_GIB = 0.5, 1.25
"""What CUDA takes on a GPU that works alone, and with NCCL on one that works with others (rule of thumb)."""

STEP_GIB = 1.5
"""What the numbers of one step take: activations, logits and CUDA graphs (rule of thumb for up to 8 billion
parameters; vllm counts them inside `gpu_memory_utilization` since 0.21)."""

CPU_GIB = 2.0
"""What a server without accelerator takes besides weights and cache (vllm, docs, installation on CPU)."""

_CACHE_BYTES = {"auto": None, "fp8": 1.0, "fp8_e4m3": 1.0, "fp8_e5m2": 1.0}

HOURS_PER_MONTH = 730.0
"""A year's 8760 hours in twelve parts."""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """How a model fills one of its GPUs, in GiB."""

    memory: float
    """The GPU's memory."""
    budget: float
    """The share of it that the server takes."""
    weights: float
    """Weights on this GPU."""
    overhead: float
    """CUDA, communication and the numbers of one step."""
    wanted_cache: float
    """Cache for the requests that were asked for, each of full length."""
    requests: int
    """So many requests were asked for."""
    bytes_per_token: float
    """Cache of one token, in bytes, averaged over a request of full length."""
    loading: float = 0.0
    """What weights that are compressed while they are loaded take before, CUDA included; 0 for others."""
    loading_budget: float = 0.0
    """What there is for that: all of the GPU, or this server's share of one that others use too."""

    @property
    def room(self) -> float:
        """What is left for the cache; negative when the weights alone are too large."""
        return self.budget - self.weights - self.overhead

    @property
    def headroom(self) -> float:
        """What stays free when every request has its full length; negative when it does not fit."""
        return self.room - self.wanted_cache

    @property
    def loads(self) -> bool:
        """Whether the weights have room as they are in the checkpoint."""
        return self.loading <= self.loading_budget

    @property
    def fits(self) -> bool:
        """Whether weights and cache have room."""
        return self.loads and self.headroom >= 0

    @property
    def cached_tokens(self) -> int | None:
        """Tokens the cache can hold, or nothing for a model that keeps none."""
        if self.bytes_per_token <= 0:
            return None
        return max(0, math.floor(self.room * GIB / self.bytes_per_token))


def on_gpus(weights: Weights, server: Vllm, max_model_len: int, memory_gib: float, *, shared: bool = False) -> Fit:
    """How the model fills each of the server's GPUs of `memory_gib`; `max_model_len` is in tokens.

    With `shared` others use the same GPUs, so that the server must not exceed its share even for a moment.
    """
    requests = server.max_num_seqs or 1
    number = number_bytes(weights, server.dtype)
    cached = (
        weights.cached_numbers(max_model_len)
        * (_CACHE_BYTES[server.kv_cache_dtype] or number)
        / _shards(weights, server)
    )
    budget = memory_gib * server.gpu_memory_utilization
    context = ALONE_GIB if server.devices == 1 else TOGETHER_GIB
    compressing = server.quantization == "fp8" and weights.quantization is None
    return Fit(
        memory=memory_gib,
        budget=budget,
        # "Currently, we load the model at original precision" (vllm, docs/features/quantization/fp8.md).
        loading=weights.gib(number) / server.devices + context if compressing else 0.0,
        loading_budget=budget if shared else memory_gib,
        weights=weights.gib(number, compressed_at_start=compressing) / server.devices,
        overhead=context + STEP_GIB,
        wanted_cache=requests * cached / GIB,
        requests=requests,
        bytes_per_token=cached / max_model_len,
    )


def on_processors(weights: Weights, server: VllmCpu, max_model_len: int, memory_gib: float) -> Fit:
    """How the model fills `memory_gib`, the pod's limit. The cache is what the stack file sets aside for it."""
    number = number_bytes(weights, server.dtype)
    return Fit(
        memory=memory_gib,
        budget=memory_gib,
        weights=weights.gib(number),
        overhead=CPU_GIB,
        wanted_cache=server.kv_cache_gib,
        requests=1,
        bytes_per_token=weights.cached_numbers(max_model_len) * number / max_model_len,
    )


def longest_cache_gib(weights: Weights, server: VllmCpu, max_model_len: int) -> float:
    """Cache of one request of full length, in GiB."""
    return weights.cached_numbers(max_model_len) * number_bytes(weights, server.dtype) / GIB


def number_bytes(weights: Weights, dtype: str) -> float:
    """Bytes of a number once the server holds it: with `auto` a checkpoint of 32 bits becomes one of 16.

    vllm, vllm/config/model.py, `_find_dtype`.
    """
    return FLOAT_BYTES[dtype] if dtype != "auto" else min(FLOAT_BYTES[weights.dtype], 2.0)


def start_seconds(weights_gib: float) -> int:
    """How long a start may take: ten minutes for program, compilation and graphs, and 10 s for each GiB of weights.

    10 s per GiB is the pace of an object store over a network of 1 Gbit/s (rule of thumb).
    """
    return 600 + 10 * math.ceil(weights_gib)


def arrival_seconds(weights_gib: float) -> int:
    """How long it takes until a container can start: five minutes for its image, and 10 s for each GiB of weights.

    The weights are copied to the node first, from an object store or in an image (rule of thumb, 1 Gbit/s).
    """
    return 300 + 10 * math.ceil(weights_gib)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What the nodes of a model's servers cost, in the currency of the pool's price."""

    per_hour: float
    """One hour of the fewest replicas there are."""
    per_million_tokens: float | None
    """A million tokens at the declared throughput, or nothing where none is declared."""

    @property
    def per_month(self) -> float:
        """A month of the fewest replicas there are."""
        return self.per_hour * HOURS_PER_MONTH


def cost(price_per_node_hour: float, share_of_node: float, replicas: int, tokens_per_second: float | None) -> Cost:
    """What `replicas` servers cost of which each takes `share_of_node` of a node.

    Args:
        price_per_node_hour: Price of one node for an hour.
        share_of_node: Part of a node's GPUs that one server holds, from 0 to 1; more than 1 for several nodes.
        replicas: Fewest servers there are.
        tokens_per_second: What one server makes of prompts and answers together, or nothing.
    """
    one = price_per_node_hour * share_of_node
    million = None if tokens_per_second is None else one / (tokens_per_second * 3600) * 1e6
    return Cost(per_hour=one * replicas, per_million_tokens=million)


def _shards(weights: Weights, server: Vllm) -> float:
    """Over how many GPUs one token's cache is spread: layers by the pipeline, heads by the tensors.

    More GPUs than heads hold copies; latent attention keeps one copy per GPU (vllm, vllm/v1/kv_cache_interface.py).
    """
    heads = 1 if weights.latent_size is not None else min(server.tensor_parallel, max(1, weights.shared_heads))
    return float(heads * server.pipeline_parallel_size)
