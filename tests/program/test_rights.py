"""The rights that the table names are those that the whole program uses: none is missing, none is superfluous."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.config import Settings
from components.config.fields import keys
from components.preflight.__main__ import page
from components.preflight.needs import needs
from components.preflight.required_apis import required_kinds
from components.preflight.storage import wanted_classes
from tests.example_stacks.stacks import examples, given_whole, values
from tests.support.fake_cluster import STORAGE_CLASSES, VERSION, FakeCluster, fake_cluster
from tests.support.model_servers import pool_stack, served
from tests.support.node_pools import PREREQS, gpu_pool
from tests.support.platform import program_of
from tests.support.recorded_rights import Right, asked, registered
from tests.support.stack_file import CANARIES, dev_stack, merged

FIRST_GENERATION = {"channel": "stable-2.25", "startingCSV": "rhods-operator.2.25.0"}
MESH = {"channel": "stable", "startingCSV": "servicemeshoperator.v2.6.1"}
KNATIVE = {"channel": "stable", "startingCSV": "serverless-operator.v1.35.0"}
KEYED = {"modelApiKey": "canary-model-key"}
TWO_NODES = {"platform": {"kind": "bareMetal", "nodes": ["gpu-0", "gpu-1"]}}
SCALED = {"requireApiKey": True, "autoscale": {"max": 2}, "pool": "a10g"}

FEATURES: Mapping[str, tuple[dict[str, Any], dict[str, str]]] = {
    "dev": (dev_stack(), {}),
    "scaled": (
        pool_stack({"granite": served(server=SCALED), "tei": served("tei", server={"gpus": 0})}, TWO_NODES),
        KEYED,
    ),
    "no-sample": (dev_stack(threescale={"sampleData": "keep"}, identity=None), {}),
    "monitored": (dev_stack(monitoring={"enabled": True}), {}),
    "no-alerts": (dev_stack(monitoring={"enabled": True, "alerts": {"enabled": False}, "podMonitors": False}), {}),
    "knative": (
        dev_stack(
            prereqs={"openshiftAi": FIRST_GENERATION, "serviceMesh": MESH, "serverless": KNATIVE},
            compat={"serverless": True},
        ),
        {},
    ),
    "first-generation": (dev_stack(prereqs={"openshiftAi": FIRST_GENERATION}), {}),
    "pools": (
        dev_stack(
            gpu={"pools": {"a10g": gpu_pool(sharing={"strategy": "timeSlicing", "replicas": 2})}}, prereqs=PREREQS
        ),
        {},
    ),
    "own-openshift-ai": (dev_stack(prereqs=None, compat={"copyPullSecret": True}), {}),
}
"""Stacks beside those that come with the project, each with what only some have; and their further secrets."""

STACKS = {
    **FEATURES,
    **{one.name: (given_whole(one.config), values((*one.generated, *one.secrets))) for one in examples()},
}


def settled(config: Mapping[str, Any]) -> Settings:
    return Settings.model_validate_json(json.dumps({key: config[key] for key in config if key in keys(Settings)}))


def furnished(cluster: FakeCluster, settings: Settings) -> None:
    """Let the cluster have all that a stack wants beforehand."""
    for name in wanted_classes(settings).values():
        cluster.documents[f"{STORAGE_CLASSES}/{name}"] = {"metadata": {"name": name}}
    served_kinds: dict[str, list[str]] = {}
    for kind in required_kinds(settings):
        served_kinds.setdefault(f"{kind.group}/{kind.version}", []).append(kind.resource)
    for group_version, resources in served_kinds.items():
        cluster.serves(group_version, *resources)
    watches = {"data": {"config.yaml": "enableUserWorkload: true"}}
    cluster.documents["/api/v1/namespaces/openshift-monitoring/configmaps/cluster-monitoring-config"] = watches
    cluster.documents["/apis/config.openshift.io/v1/infrastructures/cluster"] = {"status": {"platform": "VSphere"}}
    if (odf := settings.storage.odf) is not None:
        version = f"{odf.channel.removeprefix('stable-')}.1"
        cluster.documents[VERSION] = {"status": {"desired": {"version": version}}}


def used(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Settings, set[Right]]:
    """Settings of the stack, and what its program uses on a cluster that has everything."""
    config, secrets = STACKS[name]
    settings = settled(config)
    with fake_cluster(folder, settings.cluster.wildcard_domain) as cluster:
        furnished(cluster, settings)
        monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig))
        online = merged(config, {"cluster": {"offline": False, "kubeconfig": None, "context": None}})
        found = program_of(online, secrets={**CANARIES, **secrets})
        return settings, registered(found) | asked(cluster.requests)


def permits(granted: Right, wanted: Right) -> bool:
    return granted[:4] == wanted[:4] and granted.name in ("", wanted.name)


@pytest.mark.row("S-003", "S-004")
@pytest.mark.parametrize("name", STACKS)
def test_the_table_names_exactly_what_the_program_uses(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, wanted = used(name, tmp_path, monkeypatch)
    granted = {
        Right(need.kind.group, need.kind.resource, verb, need.namespace, need.name)
        for need in needs(settings)
        for verb in need.verbs
    }

    assert sorted(one for one in wanted if not any(permits(right, one) for right in granted)) == []
    assert sorted(one for one in granted if not any(permits(one, right) for right in wanted)) == []


def test_the_page_names_exactly_the_rights_of_the_stacks_that_come_with_the_project() -> None:
    """Each stack's own rights are compared above; here, that the page has all of them and no others."""
    stacks = [settled(one) for one in (dev_stack(), *(example.config for example in examples()))]
    wanted = {
        Right(need.kind.group, need.kind.resource, verb, need.namespace, need.name)
        for settings in stacks
        for need in needs(settings)
        for verb in need.verbs
    }
    granted = {
        Right(group, resource, verb, role["metadata"].get("namespace", ""), name)
        for role in yaml.safe_load_all(page())
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
        for name in rule.get("resourceNames", [""])
    }

    def given(right: Right, one: Right) -> bool:
        return right.namespace in ("", one.namespace) and permits(right._replace(namespace=one.namespace), one)

    assert sorted(one for one in wanted if not any(given(right, one) for right in granted)) == []
    assert sorted(right for right in granted if not any(given(right, one) for one in wanted)) == []
