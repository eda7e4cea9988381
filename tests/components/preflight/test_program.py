"""Preflight reads, asks about permissions, and stops a preview on a cluster that is not the stack file's."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pulumi
import pytest

from components.config import Settings
from components.preflight import ClusterFacts, inspected
from tests.components.config.test_validation import settings
from tests.support.fake_cluster import CERTIFICATE, INGRESS, REVIEWS, FakeCluster, fake_cluster, written_kubeconfig
from tests.support.recorder import recorded


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[FakeCluster]:
    with fake_cluster(tmp_path) as running:
        yield running


def online(kubeconfig: Path, **cluster: object) -> Settings:
    return settings(cluster={"offline": False, "kubeconfig": str(kubeconfig), **cluster})


def facts(found: Settings, *, preview: bool = True) -> ClusterFacts:
    answers: list[ClusterFacts] = []
    recorded(lambda: answers.append(inspected(found)), preview=preview)
    return answers[0]


def refusal(found: Settings, *, preview: bool = True) -> str:
    with pytest.raises(pulumi.RunError) as error:
        facts(found, preview=preview)
    return str(error.value)


def test_the_routers_authority_is_looked_up(cluster: FakeCluster) -> None:
    assert facts(online(cluster.kubeconfig)).ca_bundle == "-----BEGIN CERTIFICATE-----\nrouter\n"


def test_the_stack_files_own_authority_wins_and_is_not_looked_up(cluster: FakeCluster) -> None:
    own = "-----BEGIN CERTIFICATE-----\nown\n"

    assert facts(online(cluster.kubeconfig, caBundle=own)).ca_bundle == own
    assert ("GET", CERTIFICATE) not in cluster.requests


def test_a_cluster_that_publishes_no_authority_means_the_systems_own(cluster: FakeCluster) -> None:
    del cluster.documents[CERTIFICATE]

    assert facts(online(cluster.kubeconfig)).ca_bundle == ""


def test_nothing_is_written_and_every_post_is_a_question(cluster: FakeCluster) -> None:
    facts(online(cluster.kubeconfig))

    assert {method for method, _ in cluster.requests} == {"GET", "POST"}
    assert {path for method, path in cluster.requests if method == "POST"} == {REVIEWS}


def test_a_wrong_domain_is_refused_with_both_domains(tmp_path: Path) -> None:
    with fake_cluster(tmp_path, domain="apps.prod.example") as other:
        text = refusal(online(other.kubeconfig))

    assert "cluster.wildcardDomain is apps.maas.test, but this cluster's router serves apps.prod.example" in text
    assert "Set cluster.wildcardDomain to apps.prod.example" in text


def test_a_cluster_that_is_no_openshift_is_refused(cluster: FakeCluster) -> None:
    del cluster.documents[INGRESS]

    assert "An OpenShift cluster is needed" in refusal(online(cluster.kubeconfig))


def test_a_storage_class_that_does_not_exist_is_refused_and_the_others_named(cluster: FakeCluster) -> None:
    volume = {"fileStorage": {"pvc": {"storageClassName": "cephfs"}}}
    found = settings(cluster={"offline": False, "kubeconfig": str(cluster.kubeconfig)}, threescale=volume)

    text = refusal(found)

    assert "threescale.fileStorage.pvc.storageClassName is cephfs, which does not exist" in text
    assert "it has efs-sc" in text


def test_missing_permissions_are_listed_together_with_a_wrong_domain(cluster: FakeCluster) -> None:
    cluster.permits = lambda attributes: attributes["resource"] not in {"subscriptions", "namespaces"}
    cluster.documents[INGRESS] = {"spec": {"domain": "x.example"}}

    text = refusal(online(cluster.kubeconfig))

    assert "create namespaces in the whole cluster" in text
    assert "create subscriptions.operators.coreos.com in namespace 3scale" in text
    assert "x.example" in text


def test_an_expired_token_says_so_and_is_not_repeated(cluster: FakeCluster) -> None:
    cluster.status[INGRESS] = 401

    text = refusal(online(cluster.kubeconfig))

    assert "does not accept the credentials (401)" in text
    assert "oc login" in text
    assert "canary" not in text


def test_a_forbidden_read_names_what_must_be_granted(cluster: FakeCluster) -> None:
    cluster.status[INGRESS] = 403

    assert f"does not let this user read {INGRESS} (403)" in refusal(online(cluster.kubeconfig))


def test_a_failing_server_is_named_with_its_status(cluster: FakeCluster) -> None:
    cluster.status[INGRESS] = 500

    assert "answered 500" in refusal(online(cluster.kubeconfig))


def test_a_cluster_that_does_not_answer_stops_the_preview(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        kubeconfig = written_kubeconfig(tmp_path, f"http://127.0.0.1:{taken.getsockname()[1]}")
        text = refusal(online(kubeconfig))

    assert "cannot be reached" in text
    assert "cluster.offline" in text


def test_a_missing_or_broken_kubeconfig_says_which_file(tmp_path: Path) -> None:
    assert f"there is no kubeconfig file {tmp_path / 'none'}" in refusal(online(tmp_path / "none"))
    broken = tmp_path / "broken"
    broken.write_text("clusters: []\n", encoding="utf-8")
    assert f"The kubeconfig file {broken} cannot be used" in refusal(online(broken))


def test_an_unknown_context_is_refused(cluster: FakeCluster) -> None:
    assert "cannot be used" in refusal(online(cluster.kubeconfig, context="no-such"))


def test_offline_permits_a_preview_without_any_request_and_refuses_an_update(cluster: FakeCluster) -> None:
    offline = online(cluster.kubeconfig, offline=True)

    assert facts(offline) == ClusterFacts(ca_bundle="", schemas=None)
    assert "An update needs the cluster" in refusal(offline, preview=False)
    assert cluster.requests == []


def test_the_clusters_definitions_are_read_when_asked_for(cluster: FakeCluster) -> None:
    schemas = facts(online(cluster.kubeconfig)).schemas
    assert schemas is not None

    schemas.check({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {}, "spec": {}})

    assert ("GET", "/openapi/v3/apis/example.com/v1") in cluster.requests
