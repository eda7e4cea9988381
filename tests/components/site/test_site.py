"""Provider instances carry the credentials, and nothing is placed that its kind does not have."""

import dataclasses
from pathlib import Path

import pulumi
import pytest

from components.custom_resources import ClusterSchemas
from components.site import Site
from components.site.instances import instance_of, instances_by_model
from tests.support.platform import MODEL, placed
from tests.support.recorder import secret


@pytest.mark.row("C-38", "C-44")
def test_the_instances_and_their_inputs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    found = placed(lambda _site, _gate: None)
    cluster = {"kubeconfig": str(tmp_path / "kubeconfig"), "context": ""}
    api = {
        "adminUrl": "https://maas-admin.apps.maas.test",
        "accessToken": secret("canary-access-token"),
        "caBundle": "-----BEGIN CERTIFICATE-----\nrouter\n",
    }

    assert found.one("pulumi:providers:kubernetes").inputs == {
        "kubeconfig": str(tmp_path / "kubeconfig"),
        "clusterIdentifier": "apps.maas.test",
        "enableSecretMutable": "true",
        "enableConfigMapMutable": "true",
    }
    assert {one.name: one.inputs for one in found.of("pulumi:providers:pulumi-python")} == {
        "cluster": cluster,
        "cluster-listed": cluster,
        "threescale": api,
        instance_of(MODEL): api,
        "threescale-gate": api,
    }


def test_a_long_catalogue_is_spread_over_four_instances_and_nobody_moves_when_it_grows() -> None:
    keys = [f"model-{number}" for number in range(100)]
    owners = [instance_of(key) for key in keys]

    assert set(owners) == {"threescale", "threescale-2", "threescale-3", "threescale-4"}
    assert max(owners.count(name) for name in set(owners)) < 40
    assert instance_of("llama-32-1b-instruct-cpu") == "threescale-3"


def test_a_model_under_another_key_keeps_its_instance_with_its_system_name() -> None:
    source = {"source": {"external": "http://x.example"}, "plans": ["standard"]}
    keys = [f"renamed-{number}" for number in range(8)]
    models = {MODEL: None, **{key: source | {"systemName": f"same-{key}"} for key in keys}}
    owners: dict[str, str] = {}
    placed(lambda site, _gate: owners.update(instances_by_model(site.settings)), models=models, consumers=None)

    assert owners == {key: instance_of(f"same-{key}") for key in keys}


def test_only_the_instances_that_are_needed_are_made() -> None:
    external = {"source": {"external": "http://x.example"}, "plans": ["standard"]}
    first = next(f"m{number}" for number in range(100) if instance_of(f"m{number}") == "threescale")
    found = placed(lambda _site, _gate: None, models={MODEL: None, first: external}, consumers=None)

    assert [one.name for one in found.of("pulumi:providers:pulumi-python")] == [
        "cluster",
        "threescale",
        "threescale-gate",
    ]


def test_several_kubeconfig_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "/a:/b")

    with pytest.raises(pulumi.RunError, match="lists several files"):
        placed(lambda _site, _gate: None)


def test_a_misspelt_field_is_refused_before_anything_is_registered() -> None:
    manifest = {
        "apiVersion": "k8s.keycloak.org/v2alpha1",
        "kind": "Keycloak",
        "metadata": {"name": "keycloak", "namespace": "keycloak"},
        "spec": {"instnaces": 1},
    }

    with pytest.raises(pulumi.RunError, match=r"spec\.instnaces: unknown field"):
        placed(lambda site, _: site.place("keycloak", manifest, pulumi.ResourceOptions()))


def test_a_field_the_cluster_does_not_know_is_refused() -> None:
    kind = {"group": "k8s.keycloak.org", "version": "v2alpha1", "kind": "Keycloak"}
    definition = {
        "x-kubernetes-group-version-kind": [kind],
        "properties": {"spec": {"properties": {"instances": {}}}},
    }
    schemas = ClusterSchemas(lambda _: {"components": {"schemas": {"Keycloak": definition}}})
    manifest = {
        "apiVersion": "k8s.keycloak.org/v2alpha1",
        "kind": "Keycloak",
        "metadata": {"name": "keycloak", "namespace": "keycloak"},
        "spec": {"instances": 1, "proxy": {"headers": "xforwarded"}},
    }

    def component(site: Site, _: pulumi.Resource) -> None:
        dataclasses.replace(site, schemas=schemas).place("keycloak", manifest, pulumi.ResourceOptions())

    with pytest.raises(pulumi.RunError, match=r"spec\.proxy: this cluster does not know the field"):
        placed(component)
