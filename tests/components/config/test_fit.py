"""Whether a model fits its GPUs, and what it costs."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from components.config.fit import Fit, cost, number_bytes, on_gpus, on_processors, start_seconds
from components.config.vllm import Vllm, VllmCpu
from components.config.weights import Weights
from tests.support.model_servers import GRANITE_8B, served
from tests.support.stack_file import dev_stack, merged

A10G_GIB = 22.1


def weights(**changes: object) -> Weights:
    found: Weights = TypeAdapter(Weights).validate_python(merged(GRANITE_8B, changes))
    return found


def vllm(**changes: object) -> Vllm:
    found: Vllm = TypeAdapter(Vllm).validate_python(served(server=changes)["server"])
    return found


def fit(server: Vllm, length: int = 6144, memory: float = A10G_GIB, **changes: object) -> Fit:
    return on_gpus(weights(**changes), server, length, memory)


@pytest.mark.row("S-030")
def test_a_model_of_8_billion_parameters_on_an_a10g_has_room_for_21000_tokens() -> None:
    found = fit(vllm())

    assert found.weights == pytest.approx(15.0, abs=0.05)
    assert found.bytes_per_token == 144 * 1024
    assert found.room == pytest.approx(2.9, abs=0.05)
    assert found.cached_tokens == pytest.approx(21_000, rel=0.02)
    assert found.fits


def test_its_native_context_does_not_fit() -> None:
    found = fit(vllm(), length=128_000)

    assert found.wanted_cache == pytest.approx(17.6, abs=0.05)
    assert not found.fits


def test_in_16_bits_it_does_not_fit_a_t4() -> None:
    assert fit(vllm(), memory=14.6).room < 0
    assert fit(vllm(), memory=14.6).cached_tokens == 0


@pytest.mark.parametrize(
    ("name", "shape", "weights_gib", "kib_per_token"),
    [
        ("Mistral-7B-Instruct-v0.3", {"parameters": 7.25, "layers": 32}, 13.5, 128),
        ("granite-3.3-2b-instruct", {"parameters": 2.5, "layers": 40, "headSize": 64}, 4.7, 80),
        ("Llama-3.2-1B-Instruct", {"parameters": 1.24, "layers": 16, "headSize": 64}, 2.3, 32),
        ("Llama-3.3-70B", {"parameters": 70.6, "layers": 80, "attentionHeads": 64}, 131, 320),
        ("nomic-embed-text-v1.5", {"parameters": 0.137, "layers": 12, "kvHeads": 0}, 0.26, 0),
    ],
)
def test_sizes_of_known_models(name: str, shape: dict[str, Any], weights_gib: float, kib_per_token: int) -> None:
    found = fit(vllm(), memory=200, **shape)

    assert found.weights == pytest.approx(weights_gib, rel=0.03), name
    assert found.bytes_per_token == kib_per_token * 1024


def test_a_model_without_cache_holds_any_number_of_tokens() -> None:
    assert fit(vllm(), kvHeads=0).cached_tokens is None


def test_heads_are_spread_over_gpus_until_each_gpu_has_one() -> None:
    alone = fit(vllm()).wanted_cache
    two, sixteen = fit(vllm(gpus=2)), fit(vllm(gpus=16))

    assert two.wanted_cache == alone / 2
    assert sixteen.wanted_cache == alone / 8
    assert sixteen.weights == pytest.approx(15.0 / 16, abs=0.05)


def test_a_pipeline_spreads_layers() -> None:
    found = fit(vllm(gpus=4, tensorParallelSize=2, pipelineParallelSize=2))

    assert found.wanted_cache == fit(vllm()).wanted_cache / 4


def test_latent_attention_keeps_one_copy_on_each_gpu() -> None:
    shape = {"latentSize": 576}

    assert fit(vllm(gpus=2), **shape).wanted_cache == fit(vllm(), **shape).wanted_cache
    assert fit(vllm(), **shape).bytes_per_token == 36 * 576 * 2


def test_layers_with_a_window_hold_the_window_at_most() -> None:
    found = fit(vllm(), length=8192, slidingLayers=18, slidingWindow=1024)

    assert found.wanted_cache == pytest.approx(fit(vllm(), length=8192).wanted_cache * (0.5 + 0.5 / 8))


def test_numbers_of_8_bits_take_half() -> None:
    assert fit(vllm(kvCacheDtype="fp8")).wanted_cache == fit(vllm()).wanted_cache / 2
    assert fit(vllm(quantization="fp8")).weights == pytest.approx(fit(vllm()).weights / 2, rel=0.02)
    assert fit(vllm(), quantization="int4").weights == pytest.approx(15.0 * 0.26, rel=0.02)


def test_a_known_size_wins_over_the_number_of_parameters() -> None:
    assert fit(vllm(), sizeGiB=16.0).weights == 16.0
    assert fit(vllm(), sizeGiB=30.0, dtype="float32").weights == 15.0
    assert fit(vllm(), sizeGiB=5.5, quantization="int4").weights == 5.5


@pytest.mark.parametrize(
    ("checkpoint", "server", "size"),
    [("float32", "auto", 2), ("bfloat16", "auto", 2), ("bfloat16", "float32", 4), ("float32", "float16", 2)],
)
def test_a_checkpoint_of_32_bits_becomes_one_of_16(checkpoint: str, server: str, size: int) -> None:
    assert number_bytes(weights(dtype=checkpoint), server) == size


def test_without_accelerator_weights_cache_and_two_gib_fit_the_pods_memory() -> None:
    server: VllmCpu = TypeAdapter(VllmCpu).validate_python(dev_stack()["models"]["llama-32-1b-instruct-cpu"]["server"])
    llama = weights(parameters=1.24, layers=16, headSize=64)

    assert on_processors(llama, server, 2000, 8.0).headroom == pytest.approx(8 - 2.31 - 2 - 2, abs=0.01)
    assert not on_processors(llama, server, 2000, 6.0).fits


def test_a_start_takes_longer_the_more_there_is_to_read() -> None:
    assert start_seconds(0.5) == 610
    assert start_seconds(131) == 1910


def test_a_models_cost_is_its_share_of_the_node() -> None:
    found = cost(4.0, 0.25, 2, 1000)

    assert found.per_hour == 2.0
    assert found.per_month == 1460.0
    assert found.per_million_tokens == pytest.approx(1.0 / 3.6)
    assert cost(4.0, 1, 1, None).per_million_tokens is None


SHAPES = st.fixed_dictionaries(
    {
        "parameters": st.floats(0.1, 500),
        "layers": st.integers(1, 200),
        "kvHeads": st.sampled_from([1, 2, 4, 8, 16, 32]),
        "headSize": st.sampled_from([64, 80, 128, 256]),
        "quantization": st.sampled_from([None, "fp8", "int4"]),
    }
)
LENGTHS = st.integers(1, 200_000)


@hypothesis_settings(deadline=None)
@given(shape=SHAPES, length=LENGTHS, memory=st.floats(1, 200), requests=st.integers(1, 512))
def test_more_of_anything_never_leaves_more_room(
    shape: dict[str, Any], length: int, memory: float, requests: int
) -> None:
    base = fit(vllm(maxNumSeqs=requests), length, memory, **shape).headroom

    assert fit(vllm(maxNumSeqs=requests), length + 1, memory, **shape).headroom <= base
    assert fit(vllm(maxNumSeqs=requests + 1), length, memory, **shape).headroom <= base
    assert fit(vllm(maxNumSeqs=requests), length, memory, **{**shape, "layers": shape["layers"] + 1}).headroom <= base
    more = {**shape, "parameters": shape["parameters"] + 0.1}
    assert fit(vllm(maxNumSeqs=requests), length, memory, **more).headroom <= base


@hypothesis_settings(deadline=None)
@given(shape=SHAPES, length=LENGTHS, memory=st.floats(1, 200), share=st.floats(0.1, 0.98))
def test_more_memory_never_leaves_less_room(shape: dict[str, Any], length: int, memory: float, share: float) -> None:
    base = fit(vllm(gpuMemoryUtilization=share), length, memory, **shape).headroom

    assert fit(vllm(gpuMemoryUtilization=share), length, memory + 1, **shape).headroom >= base
    assert fit(vllm(gpuMemoryUtilization=share + 0.01), length, memory, **shape).headroom >= base


@hypothesis_settings(deadline=None)
@given(shape=SHAPES, length=LENGTHS, memory=st.floats(1, 200))
def test_what_fits_holds_the_tokens_that_were_asked_for(shape: dict[str, Any], length: int, memory: float) -> None:
    found = fit(vllm(), length, memory, **shape)

    assert found.cached_tokens is not None
    assert found.cached_tokens >= 0
    if found.fits:
        assert found.cached_tokens >= length - 1
    else:
        assert found.cached_tokens <= length
