"""Model servers of every engine, for the dev stack."""

from collections.abc import Mapping
from typing import Any

from tests.support.platform import MODEL
from tests.support.stack_file import dev_stack, merged

IMAGES: Mapping[str, str] = {
    "vllm": "registry.redhat.io/rhaiis/vllm-cuda-rhel9",
    "tei": "ghcr.io/huggingface/text-embeddings-inference",
    "docling": "quay.io/docling-project/docling-serve",
    "image": "quay.io/rh-aiservices-bu/sdxl-runtime",
    "safety": "quay.io/rh-aiservices-bu/safety-checker",
}
"""Repository of each engine's image."""

KINDS: Mapping[str, str] = {
    "vllm": "chat",
    "tei": "embedding",
    "docling": "docling",
    "image": "image",
    "safety": "safety",
}
"""A kind of model that each engine serves."""

DIGEST = "@sha256:" + "1" * 64

A10G: Mapping[str, Any] = {
    "platform": {"kind": "bareMetal", "nodes": ["gpu-0"]},
    "product": "A10G",
    "gpusPerNode": 1,
}
"""One node with one GPU of 22.1 GiB."""

GRANITE_8B: Mapping[str, Any] = {
    "parameters": 8.05,
    "layers": 36,
    "attentionHeads": 32,
    "kvHeads": 8,
    "headSize": 128,
    "maxPositionEmbeddings": 128_000,
}
"""granite-8b-code-instruct-128k: 15.0 GiB of weights, 144 KiB of cache for a token."""


def served(engine: str = "vllm", *, server: Mapping[str, Any] | None = None, **model: object) -> dict[str, Any]:
    """A model of the catalogue with a server of `engine`, and what differs from it."""
    base: dict[str, Any] = {
        "kind": KINDS[engine],
        "source": {"oci": f"quay.io/models/weights{DIGEST}"},
        "server": {
            "engine": engine,
            "image": f"{IMAGES[engine]}{DIGEST}",
            "resources": {"requests": {"cpu": "4", "memory": "16Gi"}, "limits": {"cpu": "8", "memory": "24Gi"}},
        },
        "plans": ["by-call"],
    }
    if engine == "vllm":
        base["maxModelLen"] = 6144
    return merged(base, {"server": server or {}, **model})


def serving_stack(models: Mapping[str, Any], **changes: object) -> dict[str, Any]:
    """The dev stack with these models beside its own, a plan that fits all of them, and `changes`."""
    plan = {"displayName": "By call", "limits": {"hits per day": 1000}}
    return dev_stack(**merged({"models": dict(models), "plans": {"by-call": plan}}, changes))


def on_pool(server: Mapping[str, Any] | None = None, **model: Any) -> dict[str, Any]:  # noqa: ANN401 - keys of a stack file
    """A chat model on the pool `a10g`."""
    return served(server={"pool": "a10g", **(server or {})}, **model)


def pool_stack(models: Mapping[str, Any], pool: Mapping[str, Any] | None = None, **changes: object) -> dict[str, Any]:
    """The dev stack with these models and the pool `a10g`."""
    return serving_stack(models, gpu={"pools": {"a10g": merged(A10G, pool or {})}}, **changes)


__all__ = ["A10G", "GRANITE_8B", "IMAGES", "KINDS", "MODEL", "on_pool", "pool_stack", "served", "serving_stack"]
