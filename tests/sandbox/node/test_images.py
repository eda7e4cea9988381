from __future__ import annotations

import pytest

from sandbox.node.images import program_for, pull_refusal


@pytest.mark.parametrize(
    ("image", "container", "part"),
    [
        ("registry.redhat.io/3scale-amp2/system-rhel9:3scale2.15", "system-app", "threescale"),
        ("registry.redhat.io/3scale-amp2/system-rhel8@sha256:abc", "system-app", "threescale"),
        ("quay.io/3scale/3scale-amp2/system:latest", "system-app", "threescale"),
        ("registry.redhat.io/3scale-amp2/apicast-gateway-rhel8:1", "apicast-production", "gateway"),
        ("quay.io/modh/vllm@sha256:abc", "kserve-container", "model"),
        ("registry.redhat.io/rhoai/odh-vllm-cpu-rhel9:v3", "kserve-container", "model"),
        ("registry.redhat.io/rhbk/keycloak-rhel9:26.4", "keycloak", "keycloak"),
        ("quay.io/keycloak/keycloak:26.4.0", "keycloak", "keycloak"),
    ],
)
def test_an_image_in_the_table_runs_its_part(image: str, container: str, part: str) -> None:
    program = program_for(image, container)
    assert program is not None
    assert program.part == part
    assert program.argv[1:] == ("-m", f"sandbox.{part}")


@pytest.mark.parametrize(
    ("image", "container", "port"),
    [
        ("quay.io/minio/minio@sha256:1", "minio", 9000),
        ("registry.redhat.io/odf4/mcg-core-rhel9:v4.20", "endpoint", 6443),
    ],
)
def test_object_stores_are_one_process_per_workload(image: str, container: str, port: int) -> None:
    program = program_for(image, container)
    assert program is not None
    assert (program.part, program.ports, program.alone) == ("s3", (port,), True)


def test_a_job_with_the_storage_initializer_runs_its_own_command() -> None:
    program = program_for("registry.redhat.io/rhoai/odh-kserve-storage-initializer-rhel9@sha256:1", "script")
    assert program is not None
    assert program.own


def test_parts_that_tests_look_into_have_a_control_port() -> None:
    images = {"threescale": "quay.io/3scale-amp2/system:1", "model": "quay.io/modh/vllm:1"}
    for part, image in images.items():
        program = program_for(image, "system-app")
        assert program is not None
        assert (program.part, program.control) == (part, True)


@pytest.mark.parametrize(
    ("image", "engine"),
    [
        ("ghcr.io/huggingface/text-embeddings-inference:turing-1.5", "tei"),
        ("quay.io/docling-project/docling-serve@sha256:1", "docling"),
        ("quay.io/rh-aiservices-bu/sdxl-runtime:1", "image"),
        ("quay.io/rh-aiservices-bu/safety-checker:standard-0.1", "safety"),
    ],
)
def test_other_model_servers_run_the_stub_with_their_surface(image: str, engine: str) -> None:
    program = program_for(image, "kserve-container")

    assert program is not None
    assert (program.part, program.control, program.ports) == ("model", True, (8080,))
    assert program.argv[1:] == ("-m", "sandbox.model", engine)
    assert program_for(image, "sidecar") is None


@pytest.mark.parametrize(
    ("image", "container"),
    [
        ("registry.redhat.io/3scale-amp2/system-rhel9:3scale2.15", "system-sidekiq"),
        ("registry.redhat.io/3scale-amp2/zync-rhel9:1", "zync"),
        ("registry.redhat.io/rhbk/keycloak-rhel9-operator:26.4", "manager"),
        ("quay.io/minio/mc:1", "mc"),
        ("registry.redhat.io/odf4/mcg-core-rhel9:v4.20", "core"),
        # A digest is no name.
        ("quay.io/x/y@sha256:vllm", "x"),
    ],
)
def test_any_other_container_is_only_pretended(image: str, container: str) -> None:
    assert program_for(image, container) is None


@pytest.mark.parametrize(
    "image", ["quay.io/a/b:1", "registry.redhat.io/x@sha256:1", "busybox", "library/busybox:1", "nvcr.io/nvidia/x:1"]
)
def test_known_registries_have_their_images(image: str) -> None:
    assert pull_refusal(image) is None


@pytest.mark.parametrize(
    ("image", "why"),
    [
        ("quay.io/a/missing:1", "manifest unknown"),
        ("quay.io/a/missing-model@sha256:1", "manifest unknown"),
        ("regsitry.redhat.io/a/b:1", "no such host"),
        ("quay.io/a b", "invalid reference format"),
        ("", "invalid reference format"),
    ],
)
def test_what_cannot_be_pulled_says_why(image: str, why: str) -> None:
    assert why in str(pull_refusal(image))
