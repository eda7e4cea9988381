"""VLLM's command lines, exactly."""

from components.config.validation import validated
from components.config.vllm import Vllm, VllmCpu
from components.model_server.arguments import arguments, environment
from components.model_server.vllm_arguments import on_gpus
from tests.components.config.test_validation import ALL_SECRETS, MODEL, settings
from tests.support.model_servers import served, serving_stack


def server(**changes: object) -> VllmCpu:
    found = settings(models={MODEL: {"server": changes}}).models[MODEL].server
    assert isinstance(found, VllmCpu)
    return found


def vllm(**changes: object) -> Vllm:
    found = validated(serving_stack({"granite": served(server=changes)}), ALL_SECRETS).models["granite"].server
    assert isinstance(found, Vllm)
    return found


def test_the_whole_list() -> None:
    assert arguments(server(), "llama", 2000) == [
        "--port=8080",
        "--model=/mnt/models",
        "--served-model-name=llama",
        "--max-model-len=2000",
    ]


def test_a_number_format_and_extra_arguments_come_last() -> None:
    changed = server(dtype="bfloat16", extraArgs=["--enable-auto-tool-choice", "--tool-call-parser=llama3_json"])

    assert arguments(changed, "llama", 1)[-3:] == [
        "--dtype=bfloat16",
        "--enable-auto-tool-choice",
        "--tool-call-parser=llama3_json",
    ]


def test_the_caches_size_is_in_gib_and_its_folder_writable() -> None:
    assert environment(server(kvCacheGiB=5)) == {
        "HF_HOME": "/tmp/hf_home",  # noqa: S108 - in the container
        "VLLM_CPU_KVCACHE_SPACE": "5",
    }


def test_on_one_gpu_little_has_to_be_said() -> None:
    assert on_gpus(vllm(), "granite", 6144, "chat") == [
        "--port=8080",
        "--model=/mnt/models",
        "--served-model-name=granite",
        "--max-model-len=6144",
        "--gpu-memory-utilization=0.9",
    ]


def test_everything_that_can_be_said_has_its_place() -> None:
    everything = vllm(
        gpus=4,
        pipelineParallelSize=2,
        dtype="float16",
        quantization="awq",
        kvCacheDtype="fp8",
        gpuMemoryUtilization=0.85,
        maxNumSeqs=64,
        maxNumBatchedTokens=8192,
        enforceEager=True,
        chatTemplate="/mnt/models/chat.jinja",
        toolCallParser="hermes",
        reasoningParser="deepseek_r1",
        lora={"modules": {"sql": "adapters/sql", "code": "adapters/code"}, "maxRank": 32, "maxAtOnce": 2},
        trustRemoteCode=True,
        requireApiKey=True,
        extraArgs=["--swap-space=0"],
    )

    assert on_gpus(everything, "granite", 6144, "chat")[4:] == [
        "--dtype=float16",
        "--quantization=awq",
        "--kv-cache-dtype=fp8",
        "--gpu-memory-utilization=0.85",
        "--tensor-parallel-size=2",
        "--pipeline-parallel-size=2",
        "--distributed-executor-backend=mp",
        "--max-num-seqs=64",
        "--max-num-batched-tokens=8192",
        "--enforce-eager",
        "--chat-template=/mnt/models/chat.jinja",
        "--enable-auto-tool-choice",
        "--tool-call-parser=hermes",
        "--reasoning-parser=deepseek_r1",
        "--enable-lora",
        "--max-lora-rank=32",
        "--max-loras=2",
        "--lora-modules",
        "code=/mnt/models/adapters/code",
        "sql=/mnt/models/adapters/sql",
        "--trust-remote-code",
        "--swap-space=0",
    ]


def test_an_embedding_model_pools() -> None:
    assert "--runner=pooling" in on_gpus(vllm(), "nomic", 2048, "embedding")
