"""Which images run as local processes, which are only pretended, and which cannot be pulled."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.process import python_module

_SYSTEM = re.compile(r"3scale-amp\d*/system|/system-rhel\d+(?=[:@]|$)")
_KEYCLOAK = re.compile(r"keycloak|rhbk|/sso\d+-openshift")
_SERVER = "kserve-container"
_ENGINES = {
    "tei": re.compile(r"text-embeddings-inference"),
    "docling": re.compile(r"docling"),
    "image": re.compile(r"sdxl|diffusers|image-generation"),
    "safety": re.compile(r"safety-checker|guard"),
}
"""Engine of the model stub → what is in the name of its images."""
_INITIALIZER = re.compile(r"storage-initializer")
_MINIO = re.compile(r"(^|/)minio/minio(?=[:@]|$)")
_MISSING = re.compile(r"(^|/)missing[^/]*$")
# Registries whose images the node pretends to have; a host outside this list is an address nobody could pull from.
_REGISTRIES = (
    "registry.redhat.io",
    "registry.access.redhat.com",
    "registry.connect.redhat.com",
    "registry.k8s.io",
    "image-registry.openshift-image-registry.svc",
    "quay.io",
    "docker.io",
    "ghcr.io",
    "gcr.io",
    "nvcr.io",
    "mcr.microsoft.com",
    "public.ecr.aws",
)


@dataclass(frozen=True)
class Program:
    """What runs in place of an image.

    Attributes:
        part: The name of the part in logs, status and faults.
        argv: The command line.
        ports: Container ports it listens on even where the pod does not declare them.
        control: Whether it has a control port (`CONTROL_PORT`).
        alone: Whether it keeps its state to itself, so that all pods of a workload lead to one process.
        own: Whether it is the container's own command, a Python package of its volumes, run by this interpreter.
    """

    part: str
    argv: tuple[str, ...]
    ports: tuple[int, ...] = ()
    control: bool = False
    alone: bool = False
    own: bool = False


def program_for(image: str, container: str) -> Program | None:
    """The local program for an image in a container of this name; None when the container is only pretended."""
    repository = image.partition("@")[0]
    if _SYSTEM.search(repository) and container == "system-app":
        return Program("threescale", python_module("sandbox.threescale"), (3000,), control=True, alone=True)
    if "apicast-gateway" in repository:
        return Program("gateway", python_module("sandbox.gateway"), (8080,))
    if _KEYCLOAK.search(repository) and container == "keycloak":
        return Program("keycloak", python_module("sandbox.keycloak"), (8080,))
    if "vllm" in repository:
        return Program("model", python_module("sandbox.model"), (8080,), control=True)
    if container == _SERVER and (
        engine := next((name for name, has in _ENGINES.items() if has.search(repository)), "")
    ):
        return Program("model", (*python_module("sandbox.model"), engine), (8080,), control=True)
    return _of_storage(repository, container)


def _of_storage(repository: str, container: str) -> Program | None:
    """An object store, or a Job that fills one."""
    if _INITIALIZER.search(repository):
        return Program("job", (), own=True)
    store = python_module("sandbox.s3")
    if _MINIO.search(repository):
        return Program("s3", store, (9000,), alone=True)
    gateway = ("mcg-core" in repository and container == "endpoint") or ("rhceph" in repository and container == "rgw")
    return Program("s3", store, (6443,), alone=True) if gateway else None


def pull_refusal(image: str) -> str | None:
    """Why an image cannot be pulled, in the runtime's words; None when it can."""
    if not image or any(character.isspace() for character in image):
        return f"couldn't parse image name {image!r}: invalid reference format"
    if _MISSING.search(image):
        return f"reading manifest in {image}: manifest unknown"
    first, slash, _ = image.partition("/")
    host = first.partition(":")[0] if slash and ("." in first or ":" in first) else "docker.io"
    if host not in _REGISTRIES:
        return f"pinging container registry {host}: dial tcp: lookup {host}: no such host"
    return None
