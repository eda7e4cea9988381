"""Model servers and their pools: what has no room is refused, with the numbers."""

from collections.abc import Mapping
from typing import Any

import pytest

from components.config import gpu_products
from components.config.machine_sizes import Size, size_of
from components.config.quantities import gib_of
from components.config.serving_promises import fit_of_models
from components.config.serving_waits import longest_start, longest_wait
from components.config.validation import validated
from tests.components.config.test_validation import ALL_SECRETS, MODEL, problems, settings
from tests.support.model_servers import GRANITE_8B, on_pool, pool_stack, served, serving_stack
from tests.support.node_pools import worker_machine_set
from tests.support.stack_file import dev_stack

POOL = "gpu.pools.a10g"


def wrong(models: Mapping[str, Any], pool: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return problems(pool_stack(models, pool))


def test_a_pool_that_is_not_declared_is_refused() -> None:
    found = problems(serving_stack({"granite": served(server={"pool": "h100"})}))["models.granite.server.pool"]

    assert found.given == '"h100" is no pool'
    assert found.allowed.endswith("none is declared")


def test_one_model_on_one_gpu_passes_and_two_do_not() -> None:
    assert validated(pool_stack({"granite": on_pool()}), ALL_SECRETS)

    found = wrong({"granite": on_pool(), "mistral": on_pool()})[POOL]

    assert found.given == ("the models granite (1), mistral (1) ask for 2 GPUs of the pool, which has at most 1")
    assert "raise gpu.pools.a10g.max" in found.remedy


def test_more_gpus_than_a_node_has_are_refused() -> None:
    found = wrong({"granite": on_pool({"gpus": 2})}, {"platform": {"kind": "bareMetal", "nodes": ["a", "b"]}})

    assert found["models.granite.server.gpus"].given == "2 was given, while a pod can get 1 of a node of pool a10g"


def test_parts_of_a_gpu_do_not_add_up() -> None:
    divided = {"product": "A100-80GB", "gpusPerNode": 1, "sharing": {"strategy": "mig", "profile": "3g.40gb"}}
    found = wrong({"granite": on_pool({"gpus": 2})}, divided)

    assert found["models.granite.server.gpus"].allowed == "at most 1: all GPUs of a pod are on one node"
    assert "parts of one, do not add up" in found["models.granite.server.gpus"].given


def test_gpus_that_pods_take_turns_on_do_not_add_up() -> None:
    sharing = {"sharing": {"strategy": "timeSlicing", "replicas": 4}}
    stack = pool_stack(
        {"granite": on_pool({"gpus": 2, "gpuMemoryUtilization": 0.3})},
        sharing,
        prereqs={"gpuOperator": {"channel": "v26.3", "startingCSV": "gpu-operator-certified.v26.3.3"}},
    )

    assert "do not add up" in problems(stack)["models.granite.server.gpus"].given


@pytest.mark.parametrize(
    ("given", "word"), [({"replicas": 2}, "replicas"), ({"autoscale": {"max": 2}}, "autoscale.max")]
)
@pytest.mark.row("S-080")
def test_more_replicas_than_the_pool_holds_are_refused(given: dict[str, Any], word: str) -> None:
    found = wrong({"granite": on_pool(given)})[f"models.granite.server.{word}"]

    assert found.given == "2 was given, while pool a10g holds 1 pod(s) of 1 GPU(s): 1 node(s) with 1"
    assert found.allowed == "at most 1"


def test_servers_that_can_meet_on_one_gpu_share_its_memory() -> None:
    prereqs = {"gpuOperator": {"channel": "v26.3", "startingCSV": "gpu-operator-certified.v26.3.3"}}
    sharing = {"sharing": {"strategy": "timeSlicing", "replicas": 2}}

    def stack(share: float) -> dict[str, Any]:
        model = on_pool({"gpuMemoryUtilization": share})
        return pool_stack({"granite": model, "mistral": model}, sharing, prereqs=prereqs)

    found = problems(stack(0.6))[f"{POOL}.sharing"]
    assert found.given == (
        "servers that can meet on one GPU take 1.2 of its memory together: granite (0.6), mistral (0.6)"
    )
    assert validated(stack(0.45), ALL_SECRETS)


SHARED = {"sharing": {"strategy": "timeSlicing", "replicas": 3}}
GPU_OPERATOR = {"gpuOperator": {"channel": "v26.3", "startingCSV": "gpu-operator-certified.v26.3.3"}}


def test_a_server_without_a_limit_of_its_own_says_what_it_takes_of_a_shared_gpu() -> None:
    def stack(**share: float) -> dict[str, Any]:
        there = {
            "tei": served("tei", server={"pool": "a10g", **share}),
            "granite": on_pool({"gpuMemoryUtilization": 0.9}),
        }
        return pool_stack(there, SHARED, prereqs=GPU_OPERATOR)

    missing = problems(stack())["models.tei.server.gpuMemoryShare"]
    assert missing.given == "it is missing, and pods take turns on the GPUs of pool a10g"
    assert "granite (0.9), tei (0.2)" in problems(stack(gpuMemoryShare=0.2))[f"{POOL}.sharing"].given
    assert validated(stack(gpuMemoryShare=0.1), ALL_SECRETS)


MADE = {"platform": {"kind": "aws"}, "gpusPerNode": None, "machineSet": {"manifest": worker_machine_set()}}


def made(machine_type: str, replicas: int = 1) -> dict[str, Any]:
    """A pool of machines of Amazon."""
    return {**MADE, "machineType": machine_type, "replicas": replicas}


def on_machines(models: Mapping[str, Any], pool: Mapping[str, Any]) -> dict[str, Any]:
    return serving_stack(
        models,
        gpu={"pools": {"a10g": {"product": "A10G", **{key: one for key, one in pool.items() if one is not None}}}},
    )


def test_a_pod_that_no_machine_of_its_pool_can_take_is_refused() -> None:
    found = problems(on_machines({"granite": on_pool()}, made("g5.xlarge")))["models.granite.server.resources.requests"]

    assert found.given == (
        "4 processors and 16.0 GiB were given for a pod on pool a10g, whose machines (g5.xlarge) have 3 and 12.4 GiB "
        "for pods"
    )
    assert validated(on_machines({"granite": on_pool()}, made("g5.2xlarge")), ALL_SECRETS)


def test_pods_that_the_machines_of_their_pool_cannot_take_together_are_refused() -> None:
    resources = {"requests": {"cpu": "12", "memory": "16Gi"}, "limits": {"cpu": "12", "memory": "16Gi"}}
    many = on_pool({"replicas": 4, "resources": resources})
    found = problems(on_machines({"granite": many}, made("g5.12xlarge")))[POOL]

    assert found.given == "the models granite (4 × 12 and 16.0 GiB) ask for 48 processors and 64.0 GiB"
    assert found.allowed.startswith("at most 47 processors and 181.7 GiB, which 1 machine(s) (g5.12xlarge)")


def test_machines_of_vsphere_say_their_size_themselves() -> None:
    platform = {"kind": "vsphere", "template": "gpu", "cpus": 4, "memoryGiB": 32}
    value = {"kind": "VSphereMachineProviderSpec"}
    pool = {
        "platform": platform,
        "replicas": 1,
        "gpusPerNode": 1,
        "machineSet": {"manifest": worker_machine_set(value)},
    }
    found = problems(on_machines({"granite": on_pool()}, pool))["models.granite.server.resources.requests"]

    assert "whose machines (as its platform says) have 3 and 27.3 GiB" in found.given


@pytest.mark.parametrize(
    ("machine_type", "size"),
    [
        ("g4dn.2xlarge", Size(8, 32)),
        ("g6e.xlarge", Size(4, 32)),
        ("g5.48xlarge", Size(192, 768)),
        ("p5.48xlarge", Size(192, 2048)),
        ("Standard_NC24ads_A100_v4", Size(24, 220)),
        ("g2-standard-8", Size(8, 32)),
        ("n1-standard-8", Size(8, 30)),
        ("m5.huge", None),
    ],
)
def test_machine_types_have_processors_and_memory(machine_type: str, size: Size | None) -> None:
    assert size_of(machine_type) == size


def test_every_machine_type_with_known_gpus_has_a_known_size() -> None:
    families = [f"{family}.{size}" for family, (_, sizes) in gpu_products._AWS.items() for size in sizes]
    assert [name for name in (*families, *gpu_products._OTHERS) if size_of(name) is None] == []


def test_a_model_that_fits_its_pool_passes_and_tells_what_is_left() -> None:
    found = fit_of_models(validated(pool_stack({"granite": on_pool(weights=GRANITE_8B)}), ALL_SECRETS))

    assert list(found) == ["granite"]
    assert found["granite"].headroom == pytest.approx(2.05, abs=0.05)


def test_weights_that_are_compressed_on_loading_have_to_fit_before() -> None:
    weights = {**GRANITE_8B, "parameters": 14.7}
    found = wrong({"granite": on_pool({"quantization": "fp8"}, weights=weights)})["models.granite.server.quantization"]

    assert "until it is, its weights take 27.9 GiB of each GPU NVIDIA-A10G of pool a10g" in found.given
    assert found.allowed.startswith("at most 22.1 GiB")
    assert "take a checkpoint that is compressed already" in found.remedy
    assert validated(pool_stack({"granite": on_pool(weights={**weights, "quantization": "fp8"})}), ALL_SECRETS)
    assert validated(pool_stack({"granite": on_pool({"quantization": "fp8"}, weights=GRANITE_8B)}), ALL_SECRETS)


def test_on_a_shared_gpu_weights_have_to_fit_their_share_also_while_they_are_loaded() -> None:
    given = on_pool({"quantization": "fp8", "gpuMemoryUtilization": 0.6}, weights=GRANITE_8B)
    found = problems(pool_stack({"granite": given}, SHARED, prereqs=GPU_OPERATOR))

    assert found["models.granite.server.quantization"].allowed.startswith("at most 13.3 GiB")


def test_a_model_that_does_not_fit_is_refused_with_every_number() -> None:
    found = wrong({"granite": on_pool(maxModelLen=32_768, weights=GRANITE_8B)})["models.granite.server"]

    assert found.given == (
        "weights 15.0 + cache 4.5 for 1 request(s) of 32768 tokens + 2.0 for the server itself = 21.5 GiB on each of "
        "1 GPU(s) NVIDIA-A10G of pool a10g"
    )
    assert found.allowed.startswith("at most 19.9 GiB of each GPU: 22.1 × 0.9; 2")
    assert "lower maxModelLen or server.maxNumSeqs" in found.remedy


def test_the_asked_concurrency_counts() -> None:
    model = on_pool({"maxNumSeqs": 8}, weights=GRANITE_8B)

    assert "for 8 request(s) of 6144 tokens" in wrong({"granite": model})["models.granite.server"].given
    assert validated(pool_stack({"granite": on_pool({"maxNumSeqs": 3}, weights=GRANITE_8B)}), ALL_SECRETS)


def test_weights_that_leave_no_room_at_all_are_named() -> None:
    found = wrong({"granite": on_pool(weights={**GRANITE_8B, "parameters": 20})})["models.granite.server"]

    assert found.allowed.endswith("the weights alone leave no room")


def test_a_model_on_processors_fits_its_pod() -> None:
    llama = {"parameters": 1.24, "layers": 16, "attentionHeads": 32, "kvHeads": 8, "headSize": 64}

    def stack(**server: object) -> dict[str, Any]:
        return dev_stack(models={MODEL: {"weights": llama, "server": server}})

    assert validated(stack(), ALL_SECRETS)
    found = problems(stack(kvCacheGiB=6))[f"models.{MODEL}.server"]
    assert found.given.endswith("+ 2.0 for the server itself = 10.3 GiB in the pod")
    assert found.allowed.startswith("at most 8.0 GiB, the pod's limit of memory")
    long = dev_stack(models={MODEL: {"weights": llama, "maxModelLen": 100_000}})
    assert "one request of 100000 tokens needs 3.1 GiB" in problems(long)[f"models.{MODEL}.server.kvCacheGiB"].given


def test_without_declared_weights_nothing_is_judged() -> None:
    assert fit_of_models(settings()) == {}


@pytest.mark.parametrize(
    ("quantity", "gib"), [("8Gi", 8), ("512Mi", 0.5), ("1Ti", 1024), ("1073741824", 1), ("1G", 1e9 / 2**30)]
)
def test_a_quantity_in_gib(quantity: str, gib: float) -> None:
    assert gib_of(quantity) == pytest.approx(gib)


def test_a_start_may_take_as_long_as_reading_the_weights_takes() -> None:
    def seconds(**model: Any) -> int:  # noqa: ANN401 - keys of a stack file
        return longest_start(validated(serving_stack({"granite": served(**model)}), ALL_SECRETS), "granite")

    assert seconds() == 1800
    assert seconds(weights=GRANITE_8B) == 750
    assert seconds(server={"startSeconds": 99}) == 99
    assert longest_start(settings(waits={"modelReadySeconds": 77}), MODEL) == 77


@pytest.mark.parametrize(("least", "seconds"), [(0, 4800), (1, 1800)])
def test_a_gate_waits_for_nodes_too_where_they_may_still_have_to_be_made(least: int, seconds: int) -> None:
    pool = {**made("g5.2xlarge"), "replicas": None, "min": least, "max": 2}
    settled = validated(on_machines({"granite": on_pool()}, pool), ALL_SECRETS)

    assert longest_wait(settled, "granite") == seconds


def test_a_gate_waits_for_the_nodes_of_all_models_of_a_pool() -> None:
    pool = {**made("g5.2xlarge"), "replicas": None, "min": 1, "max": 2}
    settled = validated(on_machines({"granite": on_pool(), "mistral": on_pool()}, pool), ALL_SECRETS)

    assert [longest_wait(settled, key) for key in ("granite", "mistral", MODEL)] == [4800, 4800, 1800]
