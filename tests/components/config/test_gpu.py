"""Pools of nodes: what can be declared, what contradicts itself, and what a model server learns of its pool."""

from typing import Any

import pytest

from components.config.gpu import Pool
from components.config.gpu_products import PRODUCTS, gpus_of
from tests.components.config.test_validation import problems, settings
from tests.support.node_pools import PREREQS, gpu_pool, worker_machine_set
from tests.support.stack_file import dev_stack

FIXED = {"min": None, "max": None, "replicas": 2}
MIG: dict[str, Any] = {
    "sharing": {"strategy": "mig", "profile": "1g.10gb"},
    "product": "A100-80GB",
    "machineType": "p4de.24xlarge",
    **FIXED,
}
BARE = {"machineType": None, "min": None, "max": None, "machineSet": None, "gpusPerNode": 2}


def pool(**changes: object) -> Pool:
    return settings(gpu={"pools": {"a10g": gpu_pool(**changes)}}, prereqs=PREREQS).gpu.pool("a10g")


def refused(**changes: object) -> str:
    found = problems(dev_stack(gpu={"pools": {"a10g": gpu_pool(**changes)}}, prereqs=PREREQS))
    assert len(found) == 1, found
    problem = next(iter(found.values()))
    return f"{problem.path}: {problem.given} / {problem.allowed} / {problem.remedy}"


def test_a_stack_has_no_pools_by_default() -> None:
    assert settings().gpu.pools == {}
    assert settings().nodes.workers == {}


@pytest.mark.row("S-025")
def test_a_pool_is_tainted_with_its_gpu_and_found_by_its_name() -> None:
    found = pool()

    assert found.taint == {"key": "nvidia.com/gpu", "value": "NVIDIA-A10G", "effect": "NoSchedule"}
    assert found.tolerations == [
        {"key": "nvidia.com/gpu", "operator": "Equal", "value": "NVIDIA-A10G", "effect": "NoSchedule"}
    ]
    assert found.label == {"maas/pool": "a10g"}
    assert set(found.node_selector) == {"maas/pool", "maas/machines"}
    assert found.node_labels == {
        "maas/pool": "a10g",
        "node-role.kubernetes.io/gpu": "",
        "cluster-api/accelerator": "NVIDIA-A10G",
    }
    assert (found.gpu_resource, found.resources_per_node, found.shared) == ("nvidia.com/gpu", 1, False)
    assert (found.memory_gib, found.compute_capability) == (22.1, (8, 6))


@pytest.mark.row("S-025", "S-027")
@pytest.mark.parametrize(
    ("product", "machine_type", "value"),
    [("A10G", "g5.2xlarge", "NVIDIA-A10G-SHARED"), ("T4", "g4dn.2xlarge", "Tesla-T4-SHARED")],
)
def test_a_time_sliced_pool_has_the_taint_of_the_guides(product: str, machine_type: str, value: str) -> None:
    found = pool(product=product, machineType=machine_type, sharing={"strategy": "timeSlicing", "replicas": 4})

    assert found.taint is not None
    assert found.taint["value"] == found.product_label == value
    assert found.shared
    assert found.resources_per_node == 4
    assert found.node_labels["nvidia.com/device-plugin.config"] == "shared-a10g"
    assert found.memory_gib == PRODUCTS[product].memory_gib


@pytest.mark.row("S-027")
@pytest.mark.parametrize(
    ("product", "profile", "machine_type", "parts"),
    [
        ("A100-80GB", "1g.10gb", "p4de.24xlarge", 7),
        ("A100-80GB", "1g.20gb", "p4de.24xlarge", 4),
        ("A100-80GB", "2g.20gb", "p4de.24xlarge", 3),
        ("A100-80GB", "3g.40gb", "p4de.24xlarge", 2),
        ("A100-80GB", "7g.80gb", "p4de.24xlarge", 1),
        ("H200", "1g.18gb", "p5en.48xlarge", 7),
        ("A100-80GB", "4g.40gb", "p4de.24xlarge", 1),
        ("A100-40GB", "1g.10gb", "p4d.24xlarge", 4),
        ("H200", "3g.71gb", "p5en.48xlarge", 2),
        ("B200", "1g.45gb", "p6-b200.48xlarge", 4),
    ],
)
def test_a_divided_gpu_is_asked_for_by_the_size_of_a_part(
    product: str, profile: str, machine_type: str, parts: int
) -> None:
    found = pool(product=product, machineType=machine_type, sharing={"strategy": "mig", "profile": profile}, **FIXED)

    assert found.gpu_resource == f"nvidia.com/mig-{profile}"
    assert found.resources_per_node == 8 * parts
    assert found.node_labels["nvidia.com/mig.config"] == f"all-{profile}"
    assert found.taint is not None
    assert found.taint["value"] == f"{found.product}-MIG-{profile}"
    assert found.memory_gib == pytest.approx(0.95 * float(profile.partition(".")[2].removesuffix("gb")))
    assert not found.shared
    # The autoscaler would take the nodes for unready: they offer no whole GPU.
    assert "cluster-api/accelerator" not in found.node_labels


@pytest.mark.row("S-027")
@pytest.mark.parametrize("profile", ["5g.40gb", "2g.40gb", "1g.7gb", "1g.5gb", "1g.181gb"])
def test_a_profile_that_the_gpu_does_not_have_is_refused_with_those_that_it_has(profile: str) -> None:
    told = refused(**{**MIG, "sharing": {"strategy": "mig", "profile": profile}})

    assert f"profile {profile} was given, which A100-80GB does not have" in told
    assert "one of 1g.10gb, 1g.20gb, 2g.20gb, 3g.40gb, 4g.40gb, 7g.80gb" in told


def test_parts_of_a_gpu_of_no_table_are_declared() -> None:
    a30 = {"product": "NVIDIA-A30", "memoryGiB": 23.5, "machineType": "x9.large", "gpusPerNode": 2, **FIXED}
    parts = {"strategy": "mig", "profile": "1g.6gb"}

    assert "sharing.partsPerGpu is missing, and product NVIDIA-A30 is in no table" in refused(**a30, sharing=parts)
    assert pool(**a30, sharing={**parts, "partsPerGpu": 4}).resources_per_node == 8
    contradiction = {**MIG, "sharing": {**MIG["sharing"], "partsPerGpu": 4}}
    assert "A100-80GB is divided into 7 parts of 1g.10gb" in refused(**contradiction)


def test_the_size_of_a_divided_pool_is_fixed() -> None:
    told = refused(**{**MIG, "replicas": None, "min": 0, "max": 2})

    assert "min and max were given with sharing.strategy mig" in told
    assert "give gpu.pools.a10g.replicas" in told


@pytest.mark.parametrize(
    ("changes", "most"),
    [
        ({"machineType": "g5.12xlarge"}, 4),
        ({"sharing": {"strategy": "timeSlicing", "replicas": 4}}, 1),
        (MIG, 1),
    ],
)
def test_only_whole_gpus_add_up_for_one_pod(changes: dict[str, Any], most: int) -> None:
    assert pool(**changes).most_per_pod == most


def test_a_taint_can_be_chosen_or_left_out() -> None:
    assert pool(taint={"value": "mine"}).taint == {"key": "nvidia.com/gpu", "value": "mine", "effect": "NoSchedule"}
    assert pool(taint={"effect": "none"}).taint is None
    assert pool(taint={"effect": "none"}).tolerations == []


def test_a_gpu_of_no_table_needs_its_memory() -> None:
    own = {"product": "NVIDIA-RTX-6000-Ada-Generation", "machineType": "x9.large", "gpusPerNode": 2}

    assert "was given without memoryGiB" in refused(**own)
    found = pool(**own, memoryGiB=47.4)
    assert (found.product_label, found.memory_gib, found.gpus_per_node) == (own["product"], 47.4, 2)
    assert found.compute_capability is None


def test_bare_metal_is_named_nodes_alone() -> None:
    found = pool(**BARE, platform={"kind": "bareMetal", "nodes": ["gpu-0", "gpu-1"]})

    assert (found.least, found.most, found.resources_per_node) == (2, 2, 2)
    # Marks are changed in place there, so there is one kind of machine.
    assert found.node_selector == found.label == {"maas/pool": "a10g"}
    told = refused(platform={"kind": "bareMetal", "nodes": ["gpu-0"]})
    assert "machineType, min, max, machineSet were given with platform.kind bareMetal" in told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"min": 5}, "min 5 is more than max 4"),
        ({"max": None}, "min was given / replicas alone, or min and max together"),
        ({"replicas": 1}, "replicas and min and max were given"),
        ({"min": None, "max": None}, "neither replicas nor min and max was given"),
        ({"machineType": None}, "machineType was left out with platform.kind aws"),
        ({"machineSet": None}, "machineSet is missing"),
        ({"machineSet": {}}, "machineSet: neither from nor manifest was given"),
        ({"machineSet": {"manifest": {"kind": "Machine"}}}, "machineSet.manifest is a Machine"),
        ({"machineSet": {"manifest": {"kind": "MachineSet"}}}, "has no spec.template"),
        ({"platform": {"kind": "gcp"}}, "kind AWSMachineProviderConfig, not of gcp"),
        ({"product": "T4"}, "product T4 was given, but g5.2xlarge carries A10G"),
        ({"gpusPerNode": 2}, "gpusPerNode 2 was given, but g5.2xlarge has 1"),
        ({"machineType": "x9.large"}, "gpusPerNode is missing"),
        ({"sharing": {"strategy": "mig", "profile": "1g.5gb"}}, "mig was given for A10G, which cannot be divided"),
        ({"sharing": {"strategy": "halves"}}, "one of none, timeSlicing, mig"),
        ({"sharing": {"strategy": "timeSlicing"}}, "a10g.sharing.replicas: the key is missing"),
        ({"platform": {}}, "platform.kind: the key is missing"),
        ({"labels": {"maas/pool": "x"}}, "maas/pool was given"),
        ({"labels": {"maas/machines": "x"}}, "maas/machines was given"),
        ({"labels": {"nvidia.com/gpu.product": "x"}}, "nvidia.com/gpu.product was given"),
    ],
)
def test_what_contradicts_itself_is_refused(changes: dict[str, Any], told: str) -> None:
    assert told in refused(**changes)


@pytest.mark.parametrize(
    ("machine_type", "product", "count"),
    [
        ("g5.2xlarge", "A10G", 1),
        ("g5.12xlarge", "A10G", 4),
        ("g4dn.metal", "T4", 8),
        ("g6e.48xlarge", "L40S", 8),
        ("p5.4xlarge", "H100", 1),
        ("Standard_NC64as_T4_v3", "T4", 4),
        ("a2-highgpu-4g", "A100-40GB", 4),
    ],
)
def test_a_machine_type_says_its_gpus(machine_type: str, product: str, count: int) -> None:
    found = gpus_of(machine_type)

    assert found is not None
    assert (found.product, found.count) == (product, count)
    assert found.product in PRODUCTS


def test_gpus_that_google_attaches_count_like_its_own() -> None:
    value = {"kind": "GCPMachineProviderSpec", "machineType": "n2-standard-8"}
    attached = {"kind": "gcp", "accelerator": {"type": "nvidia-tesla-t4", "count": 2}}
    manifest = {"manifest": worker_machine_set(value)}

    found = pool(platform=attached, product="T4", machineType="n1-standard-8", machineSet=manifest)
    assert found.resources_per_node == 2
    other = refused(platform=attached, product="L4", machineType="n1-standard-8", machineSet=manifest)
    assert "product L4 was given, but n1-standard-8 carries T4" in other


def test_a_worker_pool_is_checked_like_one_with_gpus() -> None:
    worker = {"machineType": "m6i.4xlarge", "replicas": 3, "platform": {"kind": "aws"}}
    found = problems(dev_stack(nodes={"workers": {"storage": worker}}))

    assert "machineSet is missing" in found["nodes.workers.storage"].given

    labelled = worker | {"machineSet": {"manifest": worker_machine_set()}, "labels": {"maas/pool": "x"}}
    refusal = problems(dev_stack(nodes={"workers": {"storage": labelled}}))
    assert "maas/pool was given" in refusal["nodes.workers.storage.labels"].given
