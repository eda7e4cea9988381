from __future__ import annotations

import pytest

from sandbox.kube.seeds import Installed, cluster_objects
from sandbox.kube.workers import Seed, worker, workers

ZONES = ("eu-west-1a", "eu-west-1b")


def of(kind: str, seeds: list[Seed]) -> list[Seed]:
    return [one for one in seeds if one.body["kind"] == kind]


def test_each_zone_has_a_worker_and_a_machine_set_with_its_machine() -> None:
    found = list(workers("cluster-1", ZONES))
    sets, machines, nodes = (of(kind, found) for kind in ("MachineSet", "Machine", "Node"))

    assert [one.body["metadata"]["name"] for one in sets] == [f"cluster-1-worker-{zone}" for zone in ZONES]
    places = [one.body["spec"]["template"]["spec"]["providerSpec"]["value"]["placement"] for one in sets]
    assert places == [{"availabilityZone": zone, "region": "eu-west-1"} for zone in ZONES]
    assert [one.body["metadata"]["labels"]["topology.kubernetes.io/zone"] for one in nodes] == [*ZONES]
    assert [one.status["nodeRef"]["name"] for one in machines] == ["worker-0", "worker-1"]


def test_without_a_cloud_there_is_one_worker_that_no_machine_set_made() -> None:
    [found] = workers("cluster-1", ())

    assert found.body["kind"] == "Node"
    assert not {"node.kubernetes.io/instance-type", "topology.kubernetes.io/zone"} & set(
        found.body["metadata"]["labels"]
    )


def test_a_worker_can_be_annotated() -> None:
    assert worker("gpu-0", annotations={"sandbox/gpus": "NVIDIA-L40S=2"}).body["metadata"]["annotations"]


@pytest.mark.parametrize(("zones", "platform"), [(ZONES, "AWS"), ((), "None")])
def test_the_cluster_says_where_it_is(zones: tuple[str, ...], platform: str) -> None:
    installed = Installed(domain="apps.a.test", infrastructure="cluster-1", zones=zones)
    [found] = of("Infrastructure", list(cluster_objects(installed, "")))

    assert (found.status["platform"], found.status["infrastructureName"]) == (platform, "cluster-1")
    assert found.status["platformStatus"].get("aws", {}).get("region") == ("eu-west-1" if zones else None)
