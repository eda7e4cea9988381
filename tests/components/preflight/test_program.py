"""Preflight reads, asks about permissions, and stops a preview on a cluster that is not the stack file's."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pulumi
import pytest
import yaml

from components.config import Settings
from components.preflight import ClusterFacts, inspected
from components.preflight.permissions import needed_permissions
from tests.components.config.test_validation import settings
from tests.support.fake_cluster import (
    CERTIFICATE,
    INGRESS,
    REVIEWS,
    STORAGE_CLASSES,
    VERSION,
    FakeCluster,
    fake_cluster,
    written_kubeconfig,
)
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


@pytest.mark.row("C-44")
def test_the_routers_authority_is_looked_up(cluster: FakeCluster) -> None:
    assert facts(online(cluster.kubeconfig)).ca_bundle == "-----BEGIN CERTIFICATE-----\nrouter\n"


@pytest.mark.row("C-44")
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


@pytest.mark.row("S-006")
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
    cluster.permits = lambda attributes: attributes["resource"] not in {"*", "subscriptions", "namespaces"}
    cluster.documents[INGRESS] = {"spec": {"domain": "x.example"}}

    text = refusal(online(cluster.kubeconfig))

    every = "create, delete, get, list, patch, watch"
    assert f"The deployer may not {every} namespaces in the whole cluster; " in text
    assert f"; {every} subscriptions.operators.coreos.com in namespace 3scale" in text
    assert "`python -m components.preflight rbac <stack file>`" in text
    assert "x.example" in text


@pytest.mark.row("S-003")
def test_everything_that_is_missing_stands_in_one_list(cluster: FakeCluster) -> None:
    cluster.permits = lambda attributes: attributes["resource"] not in {"*", "apimanagers"}
    cluster.documents[INGRESS] = {"spec": {"domain": "x.example"}}
    cluster.documents[VERSION] = {"status": {"desired": {"version": "4.12.1"}}}
    cluster.documents[STORAGE_CLASSES] = {"items": []}
    del cluster.documents[f"{STORAGE_CLASSES}/efs-sc"]
    del cluster.documents["/apis/operators.coreos.com/v1"]

    text = refusal(online(cluster.kubeconfig))

    assert "does not fit this stack; nothing was changed" in text
    told = ("x.example", "4.12.1", "operatorgroups.operators", "efs-sc, which does not", "no default", "apimanagers")
    assert [text.index(one) for one in told] == sorted(text.index(one) for one in told)
    assert [f"\n  {number}. " in text for number in range(1, 8)] == [True] * 6 + [False]
    assert {method for method, _ in cluster.requests} == {"GET", "POST"}


@pytest.mark.row("S-003")
def test_an_administrator_is_asked_one_question_and_anybody_else_one_per_right(cluster: FakeCluster) -> None:
    facts(online(cluster.kubeconfig))
    assert cluster.requests.count(("POST", REVIEWS)) == 1

    cluster.requests.clear()
    cluster.permits = lambda attributes: attributes["resource"] != "*"
    facts(online(cluster.kubeconfig))
    assert cluster.requests.count(("POST", REVIEWS)) == 1 + len(needed_permissions(settings()))


def test_what_may_not_be_read_is_told_as_a_missing_right_and_hides_nothing_else(cluster: FakeCluster) -> None:
    cluster.status[INGRESS] = 403
    cluster.permits = lambda attributes: attributes["resource"] not in {"*", "ingresses"}
    cluster.documents[VERSION] = {"status": {"desired": {"version": "4.12.1"}}}

    text = refusal(online(cluster.kubeconfig))

    assert "4.12.1" in text
    assert "get ingresses.config.openshift.io/cluster in the whole cluster" in text
    assert "(403)" not in text


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


def test_a_missing_kubeconfig_says_which_file(tmp_path: Path) -> None:
    assert f"there is no kubeconfig file {tmp_path / 'none'}" in refusal(online(tmp_path / "none"))


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"clusters: []\n", "Invalid kube-config file"),
        (b"", "file is empty"),
        (b"users:\n- token: canary-x\n  user: {token: canary-x\n", "it is not YAML (line 4)"),
        (b"token: canary-x\0", "it is not YAML (it holds a character that no text has)"),
        (b"token: canary-x\xff", "it is not YAML (it holds a character that no text has)"),
        (b"- canary-x\n", "its contents have another form"),
        (b"canary-x", "its contents have another form"),
        (b"clusters: 5\nusers: canary-x\n", "its contents have another form"),
    ],
    ids=["no-contexts", "empty", "no-yaml", "nul", "no-utf-8", "a-list", "text", "numbers"],
)
def test_a_broken_kubeconfig_is_named_with_its_fault_and_not_repeated(
    tmp_path: Path, content: bytes, fault: str
) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(content)

    text = refusal(online(broken))

    assert f"The kubeconfig file {broken} cannot be used: " in text
    assert fault in text
    assert "Allowed is a kubeconfig file as oc login writes it" in text
    assert "Log in again" in text
    assert "canary" not in text


def test_a_value_that_is_not_base64_is_refused(tmp_path: Path) -> None:
    broken = written_kubeconfig(
        tmp_path, "https://127.0.0.1:1", {"client-certificate-data": "canary", "client-key-data": "x"}
    )

    text = refusal(online(broken))

    assert "a value in it that ends in -data is not base64" in text
    assert "canary" not in text


def test_a_token_of_two_lines_is_refused_and_not_repeated(tmp_path: Path) -> None:
    kubeconfig = written_kubeconfig(tmp_path, "http://127.0.0.1:1", {"token": "canary\nsecond"})

    text = refusal(online(kubeconfig))

    assert "a token of one line" in text
    assert "canary" not in text


@pytest.mark.parametrize(
    ("command", "cause"),
    [("no-such-plugin", "No such file or directory: 'no-such-plugin'"), ("false", "exec: process returned 1")],
)
def test_a_credential_plugin_that_gives_nothing_is_named_and_nothing_is_asked(
    cluster: FakeCluster, tmp_path: Path, command: str, cause: str, capfd: pytest.CaptureFixture[str]
) -> None:
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": command}
    server = yaml.safe_load(cluster.kubeconfig.read_text(encoding="utf-8"))["clusters"][0]["cluster"]["server"]
    kubeconfig = written_kubeconfig(tmp_path, server, {"exec": plugin})

    text = refusal(online(kubeconfig))

    assert f"The kubeconfig file {kubeconfig} names a credential plugin (exec) that gives no credentials: " in text
    assert cause in text
    assert "Install it or log in" in text
    assert "ERROR:root" not in capfd.readouterr().err
    assert cluster.requests == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"<!DOCTYPE html><html>Sign in</html>", "an HTML page"),
        (b"\n<html>", "an HTML page"),
        (b"", "something else"),
        (b"\xff\xfe", "something else"),
        (b"[]", "something else"),
    ],
)
def test_an_answer_that_no_api_server_gives_is_refused(cluster: FakeCluster, body: bytes, found: str) -> None:
    cluster.raw[INGRESS] = body

    text = refusal(online(cluster.kubeconfig))

    assert f"answered {INGRESS} with {found} instead of a JSON object" in text
    assert "Check the proxy variables" in text


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
