"""What a model server may be told, and which settings contradict each other."""

from collections.abc import Mapping
from typing import Any

import pytest

from components.config.number_formats import calculates_with
from components.config.server_pod import ServerPod
from components.config.validation import validated
from components.config.vllm import Vllm
from tests.components.config.test_validation import ALL_SECRETS, MODEL, problems
from tests.support.model_servers import GRANITE_8B, KINDS, on_pool, pool_stack, served, serving_stack
from tests.support.stack_file import dev_stack

PATH = "models.granite"
SMALL = {"parameters": 1.24, "layers": 16, "attentionHeads": 32, "kvHeads": 8, "headSize": 64}


def server(**changes: object) -> ServerPod:
    found = validated(serving_stack({"granite": served(server=changes)}), ALL_SECRETS).models["granite"].server
    assert isinstance(found, ServerPod)
    return found


def wrong(model: Mapping[str, Any], **changes: object) -> dict[str, Any]:
    return problems(serving_stack({"granite": model}, **changes), ALL_SECRETS - {"modelApiKey"})


@pytest.mark.parametrize("engine", KINDS)
@pytest.mark.row("S-078")
def test_every_engine_is_accepted_with_the_kind_it_serves(engine: str) -> None:
    found = validated(serving_stack({"granite": served(engine)}), ALL_SECRETS).models["granite"]

    assert found.server is not None
    assert found.server.engine == engine


def test_the_key_engine_decides_about_the_others() -> None:
    model = served("tei", server={"gpuMemoryUtilization": 0.5})

    assert list(wrong(model)) == [f"{PATH}.server.gpuMemoryUtilization"]
    unknown = wrong(served(server={"engine": "llamacpp"}))[f"{PATH}.server.engine"]
    assert unknown.given == '"llamacpp" was given'
    assert unknown.allowed.startswith("one of vllm-cpu, vllm, tei, docling, image, safety (")
    missing = wrong(served(server={"engine": None}))[f"{PATH}.server.engine"]
    assert missing.given == "the key is missing or empty"


@pytest.mark.parametrize(("kind", "engine"), [("chat", "tei"), ("embedding", "docling"), ("image", "vllm")])
def test_an_engine_that_does_not_serve_the_kind_is_refused(kind: str, engine: str) -> None:
    found = wrong(served(engine, kind=kind))[PATH]

    assert found.given == f"kind {kind} was given with server.engine {engine}"
    assert "the engines" in found.allowed


def test_only_vllm_has_to_know_the_longest_context() -> None:
    assert list(wrong(served(maxModelLen=None))) == [PATH]
    assert validated(serving_stack({"tei": served("tei")}), ALL_SECRETS).models["tei"].max_model_len is None


@pytest.mark.parametrize(
    ("given", "devices", "tensor"),
    [
        ({}, 1, 1),
        ({"gpus": 4}, 4, 4),
        ({"gpus": 4, "pipelineParallelSize": 2}, 4, 2),
        ({"gpus": 8, "tensorParallelSize": 4, "pipelineParallelSize": 2}, 8, 4),
    ],
)
@pytest.mark.row("S-028")
def test_layers_are_spread_over_all_gpus_unless_something_else_is_said(
    given: dict[str, Any], devices: int, tensor: int
) -> None:
    found = server(**given)

    assert isinstance(found, Vllm)
    assert (found.devices, found.tensor_parallel) == (devices, tensor)


@pytest.mark.parametrize(
    ("given", "path", "said", "allowed"),
    [
        (
            {"gpus": 4, "tensorParallelSize": 2},
            "server",
            "tensor parallel 2 × pipeline parallel 1 = 2",
            "number of GPUs",
        ),
        ({"tensorParallelSize": 2}, "server", "while gpus is 1", "number of GPUs"),
        ({"gpus": 3, "pipelineParallelSize": 2}, "server", "= 2, while gpus is 3", "number of GPUs"),
        ({"gpus": 0}, "server", "gpus 0 was given with engine vllm", "vllm-cpu"),
        ({"pool": "a10g", "gpus": 0}, "server", "pool a10g was given with gpus 0", "at least one GPU"),
        (
            {"pool": "a10g", "tolerations": [{}], "nodeSelector": {"a": "b"}},
            "server",
            "pool was given together with tolerations and nodeSelector",
            "a pool, from which both follow",
        ),
        ({"tolerations": [{"operator": "Equal"}]}, "server.tolerations[0]", "without value", "with operator Equal"),
        ({"tolerations": [{"value": "x"}]}, "server.tolerations[0]", "together with value", "with operator Equal"),
        ({"replicas": 2, "autoscale": {"max": 3}}, "server", "replicas was given together with autoscale", "a range"),
        ({"autoscale": {"min": 3, "max": 3}}, "server.autoscale", "min 3 and max 3 were given", "a min below max"),
        ({"autoscale": {"max": 3, "metric": "cpu"}}, "server.autoscale.metric", '"cpu" was given', "waitingRequests"),
        ({"extraArgs": ["--quantization=awq"]}, "server.extraArgs", "--quantization was given", "any argument but"),
        ({"extraArgs": ["--api-key=x"]}, "server.extraArgs", "--api-key was given", "any argument but"),
        ({"extraArgs": ["--api_key=hunter2"]}, "server.extraArgs", "--api-key was given", "any argument but"),
        ({"extraArgs": ["--hf_token=hunter2"]}, "server.extraArgs", "--hf-token was given", "any argument but"),
        ({"extraArgs": ["--config=/x.yaml"]}, "server.extraArgs", "--config was given", "any argument but"),
        ({"extraArgs": ["--tensor_parallel_size=2"]}, "server.extraArgs", "--tensor-parallel-size was", "any argument"),
        ({"extraArgs": ["--tensor-parallel=2"]}, "server.extraArgs", "--tensor-parallel was", "any argument"),
        ({"extraArgs": ["--max_model_len=9"]}, "server.extraArgs", "--max-model-len was", "any argument"),
        ({"extraArgs": ["--no-enforce-eager"]}, "server.extraArgs", "--enforce-eager was", "any argument"),
        ({"extraArgs": ["--kv-cache-memory-bytes=9"]}, "server.extraArgs", "--kv-cache-memory-bytes was", "any"),
        ({"extraArgs": ["--cpu-offload-gb=9"]}, "server.extraArgs", "--cpu-offload-gb was", "any"),
        ({"extraArgs": ["--data-parallel-size=2"]}, "server.extraArgs", "--data-parallel-size was", "any"),
        ({"extraArgs": ["--data_parallel_backend=mp"]}, "server.extraArgs", "--data-parallel-backend was", "any"),
        ({"gpuMemoryUtilization": 1.0}, "server.gpuMemoryUtilization", "1.0 was given", ""),
        ({"lora": {"modules": {}}}, "server.lora.modules", "{} was given", ""),
        ({"chatTemplate": "../secret"}, "server.chatTemplate", '"../secret" was given', "text that matches"),
    ],
)
def test_contradictions_are_refused_in_four_parts(given: dict[str, Any], path: str, said: str, allowed: str) -> None:
    found = wrong(served(server=given))[f"{PATH}.{path}"]

    assert said in found.given
    assert allowed in found.allowed
    assert found.remedy


def test_extra_arguments_of_text_embeddings_do_not_repeat_a_key() -> None:
    assert (
        "--port was given" in wrong(served("tei", server={"extraArgs": ["--port=1"]}))[f"{PATH}.server.extraArgs"].given
    )
    assert server(extraArgs=["--swap-space=0"])


def test_a_context_over_the_models_own_is_refused() -> None:
    found = wrong(served(maxModelLen=128_001, weights=GRANITE_8B))[PATH]

    assert found.given == "maxModelLen 128001 was given, while weights.maxPositionEmbeddings is 128000"
    assert "at most 128000" in found.allowed


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kvHeads": 5}, "kvHeads 5 and attentionHeads 32"),
        ({"slidingLayers": 3}, "slidingWindow nothing"),
        ({"slidingWindow": 1024}, "slidingLayers 0 of 36"),
        ({"slidingLayers": 37, "slidingWindow": 1024}, "slidingLayers 37 of 36"),
    ],
)
def test_a_shape_no_model_has_is_refused(changes: dict[str, Any], said: str) -> None:
    assert said in wrong(served(weights={**GRANITE_8B, **changes}))[f"{PATH}.weights"].given


def test_a_key_without_the_secret_is_refused_with_the_command_that_sets_it() -> None:
    found = wrong(served(server={"requireApiKey": True}))[f"{PATH}.server.requireApiKey"]

    assert "pulumi config set --secret modelApiKey" in found.remedy
    assert validated(serving_stack({"granite": served(server={"requireApiKey": True})}), ALL_SECRETS)


def test_operations_that_the_server_does_not_have_are_refused() -> None:
    found = wrong(served("tei", expose=["embed", "chat-completions"]))[f"{PATH}.expose[1]"]

    assert found.given == '"chat-completions" was given, which the engine tei does not have'
    assert "one of embeddings, health, tokenize, embed," in found.allowed


def test_a_start_longer_than_the_gate_waits_is_refused() -> None:
    found = wrong(served(server={"startSeconds": 1801}))[f"{PATH}.server.startSeconds"]

    assert found.given == "1801 was given, while waits.modelReadySeconds is 1800"
    assert server(startSeconds=1800)


LLAMA_70B = {"parameters": 70.6, "layers": 80, "attentionHeads": 64, "kvHeads": 8, "headSize": 128}


def test_weights_that_take_longer_to_read_than_the_gate_waits_are_refused() -> None:
    found = wrong(served(weights=LLAMA_70B))["waits.modelReadySeconds"]

    assert found.given == (
        "1800 was given, while models.granite may take 1920 to start and image and weights may take 1620 to the node"
    )
    assert found.remedy == "set waits.modelReadySeconds to at least 3540, or set models.granite.server.startSeconds"
    waits = {"modelReadySeconds": 3540}
    assert validated(serving_stack({"granite": served(weights=LLAMA_70B)}, waits=waits), ALL_SECRETS)


def test_a_pod_asks_for_no_more_than_it_may_use() -> None:
    more = {"requests": {"cpu": "4", "memory": "16Gi"}, "limits": {"cpu": "3500m", "memory": "16Gi"}}
    found = wrong(served(server={"resources": more}))[f"{PATH}.server.resources"]

    assert found.given == "requests.cpu 4 and limits.cpu 3500m were given"
    memory = {"requests": {"cpu": "4", "memory": "16Gi"}, "limits": {"cpu": "4", "memory": "16G"}}
    assert "requests.memory 16Gi" in wrong(served(server={"resources": memory}))[f"{PATH}.server.resources"].given


def test_a_key_is_refused_on_the_command_line_of_every_server() -> None:
    tei = wrong(served("tei", server={"extraArgs": ["--hf-api-token=hunter2"]}))[f"{PATH}.server.extraArgs"]
    cpu = problems(dev_stack(models={MODEL: {"server": {"extraArgs": ["--api_key=hunter2"]}}}))

    assert tei.given == "--hf-api-token was given"
    assert cpu[f"models.{MODEL}.server.extraArgs"].given == "--api-key was given"
    assert "hunter2" not in repr((tei, cpu))


def test_a_window_longer_than_an_autoscaler_takes_is_refused() -> None:
    given = {"autoscale": {"max": 2, "cooldownSeconds": 3601}}

    assert f"{PATH}.server.autoscale.cooldownSeconds" in wrong(served(server=given))
    assert server(autoscale={"max": 2, "cooldownSeconds": 3600})


@pytest.mark.parametrize(
    "place",
    [
        {"tolerations": [{"operator": "Equal", "value": "Tesla-T4-SHARED"}]},
        {"nodeSelector": {"nvidia.com/gpu.product": "Tesla-T4"}},
    ],
)
def test_bfloat16_on_a_t4_is_refused_wherever_the_gpu_is_named(place: dict[str, Any]) -> None:
    found = wrong(served(server={"dtype": "bfloat16", **place}))[f"{PATH}.server.dtype"]

    assert found.given == "bfloat16 was given for Tesla-T4, a GPU of compute capability 7.5"
    assert "8.0 or later" in found.allowed
    assert server(dtype="float16", **place)


def test_bfloat16_on_a_pool_of_t4_is_refused_and_on_an_a10g_it_is_not() -> None:
    stack = pool_stack({"granite": on_pool({"dtype": "bfloat16"})}, {"product": "T4"})

    assert list(problems(stack)) == [f"{PATH}.server.dtype"]
    assert validated(pool_stack({"granite": on_pool({"dtype": "bfloat16"})}), ALL_SECRETS)


@pytest.mark.parametrize(
    ("model", "path", "name", "since"),
    [
        ({"server": {"quantization": "fp8"}}, "server.quantization", "fp8", "8.0"),
        ({"server": {"kvCacheDtype": "fp8"}}, "server.kvCacheDtype", "fp8", "8.0"),
        ({"weights": {**SMALL, "quantization": "nvfp4"}}, "weights.quantization", "nvfp4", "8.0"),
        ({"weights": {**SMALL, "quantization": "mxfp4"}}, "weights.quantization", "mxfp4", "8.0"),
    ],
)
def test_a_format_that_a_t4_cannot_read_is_refused(model: dict[str, Any], path: str, name: str, since: str) -> None:
    given = served(server={"pool": "a10g", **model.get("server", {})}, weights=model.get("weights", SMALL))
    found = problems(pool_stack({"granite": given}, {"product": "T4"}))[f"{PATH}.{path}"]

    assert found.given == f"{name} was given for Tesla-T4, a GPU of compute capability 7.5"
    assert found.allowed.endswith(f"; {name} needs compute capability {since} or later")
    assert validated(pool_stack({"granite": given}), ALL_SECRETS)


@pytest.mark.parametrize(
    ("weights", "product", "told"),
    [
        ({**SMALL, "dtype": "bfloat16"}, "T4", "float16"),
        ({**SMALL, "dtype": "bfloat16"}, "A10G", "auto"),
        ({**SMALL, "dtype": "float32"}, "T4", "auto"),
        (None, "T4", "auto"),
    ],
)
def test_float16_is_asked_for_where_a_checkpoint_is_known_to_need_it(
    weights: dict[str, Any] | None, product: str, told: str
) -> None:
    chosen = validated(pool_stack({"granite": on_pool(weights=weights)}, {"product": product}), ALL_SECRETS)
    server = chosen.models["granite"].server

    assert isinstance(server, Vllm)
    assert calculates_with(chosen, "granite", server) == told


@pytest.mark.parametrize("compressed", ["int4", "int8"])
def test_a_format_that_a_t4_reads_is_accepted(compressed: str) -> None:
    given = on_pool(weights={**SMALL, "quantization": compressed})

    assert validated(pool_stack({"granite": given}, {"product": "T4"}), ALL_SECRETS)


def test_fp8_by_nvidias_own_tools_needs_a_gpu_that_calculates_with_it() -> None:
    stack = pool_stack({"granite": on_pool({"quantization": "modelopt"})})

    assert "modelopt needs compute capability 8.9" in problems(stack)[f"{PATH}.server.quantization"].allowed


def test_knative_runs_servers_on_old_releases_only() -> None:
    old = {"prereqs": {"openshiftAi": {"startingCSV": "rhods-operator.2.16.0"}}}

    assert "compat.serverless" in wrong(served(), compat={"serverless": True})
    assert wrong(served(server={"autoscale": {"max": 2}}), compat={"serverless": True}, **old).keys() == {
        f"{PATH}.server.autoscale"
    }
    assert validated(serving_stack({"granite": served()}, compat={"serverless": True}, **old), ALL_SECRETS)


def test_the_heads_of_a_model_are_spread_evenly() -> None:
    found = wrong(served(server={"gpus": 3}, weights=GRANITE_8B))[f"{PATH}.server.tensorParallelSize"]

    assert found.given == "3 does not divide the 32 heads of attention"


@pytest.mark.row("S-031")
def test_a_model_without_accelerator_has_no_devices() -> None:
    found = validated(serving_stack({}), ALL_SECRETS).models[MODEL].server

    assert not isinstance(found, ServerPod)
    assert server().devices == 1
    tei = validated(serving_stack({"tei": served("tei")}), ALL_SECRETS).models["tei"].server
    assert isinstance(tei, ServerPod)
    assert tei.devices == 0
